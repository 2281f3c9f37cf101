"""Erasing a person (删除个人信息) from everything pipeline keeps of him; firms, amounts and history stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kernel.events import Change
from services.pipeline.domain.account import Account, AccountFacts, FindingKeys
from services.pipeline.domain.contact import Contact, ContactFacts, ContactKeys
from services.pipeline.domain.opportunity import Opportunity, OpportunityUpdated
from services.pipeline.domain.registration import (
    Registration,
    RegistrationState,
    RegistrationWithdrawn,
    Review,
)
from services.pipeline.domain.registration_facts import ContactMeans, RegistrationFacts
from trade.emails import email
from trade.phones import phone

# Stands where a name stood; somebody without one must still be called something.
ERASED = "***"
_WORDS = ("display_name", "need", "next_step", "tactics")


@dataclass(frozen=True, slots=True)
class ContactPersonErased:
    """The person was erased; what is left is that there was one, and the part in the customer's decision."""


@dataclass(frozen=True, slots=True)
class AccountPersonErased:
    """The person an account is was erased; what is left is its history."""


@dataclass(frozen=True, slots=True)
class RegistrationPersonErased:
    """The person a registration names was erased; what is left is the firm and the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom to erase, as he can be recognized: numbers in E.164, mailboxes in canonical form, names in WeChat, names."""

    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    wechats: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def has(self, *, phone_number: str, mailbox: str) -> bool:
        """Whether a number or a mailbox is his."""
        return bool(
            (phone_number and phone(phone_number).e164 in self.phones)
            or (mailbox and email(mailbox).canonical in self.emails)
        )

    def is_named_in(self, facts: RegistrationFacts) -> bool:
        """Whether a registration speaks of him: by number, mailbox, name in WeChat, or name."""
        means = facts.contact
        return (
            self.has(phone_number=means.phone, mailbox=means.email)
            or means.wechat in self.wechats
            or facts.customer.contact_name in self.names
        )


def person_of(people: Sequence[Contact], account: Account | None = None) -> Person:
    """Whom the contacts are, and the account where it is a person."""
    facts: list[ContactFacts | AccountFacts] = [each.facts for each in people]
    if account is not None:
        facts.append(account.facts)
    return Person(
        phones=_told(phone(each.phone).e164 for each in facts if each.phone),
        emails=_told(email(each.email).canonical for each in facts if each.email),
        wechats=_told(each.facts.wechat for each in people),
        names=_told(each.display_name for each in facts if each.display_name != ERASED),
    )


def without_person(facts: RegistrationFacts) -> RegistrationFacts:
    """The facts of a registration without whatever tells of a person: also free words."""
    customer = facts.customer
    name = ERASED if customer.contact_name else ""
    return replace(
        facts,
        customer=replace(customer, contact_name=name),
        contact=ContactMeans(),
        need=ERASED if facts.need else "",
        follow_up_evidence="",
    )


def erase_contact(contact: Contact, *, keys: ContactKeys, now: datetime) -> Change[Contact]:
    """Erase the person, archived or not; nothing left to erase is no event."""
    facts = ContactFacts(display_name=ERASED, decision_role=contact.facts.decision_role)
    if facts == contact.facts:
        return Change(contact, ())
    return Change(replace(contact, facts=facts, keys=keys, update_time=now), (ContactPersonErased(),))


def account_without(facts: AccountFacts, person: Person) -> AccountFacts:
    """What is left of an account: of a person his classes only; a firm loses the number and mailbox that are his."""
    if facts.person:
        return AccountFacts(
            display_name=ERASED, person=True, industry=facts.industry, tier=facts.tier, parent=facts.parent
        )
    return replace(
        facts,
        phone="" if person.has(phone_number=facts.phone, mailbox="") else facts.phone,
        email="" if person.has(phone_number="", mailbox=facts.email) else facts.email,
    )


def erase_account(account: Account, *, keys: FindingKeys, now: datetime) -> Change[Account]:
    """Erase the person an account is, archived or not; nothing left to erase is no event."""
    facts = account_without(account.facts, Person())
    if facts == account.facts:
        return Change(account, ())
    return Change(replace(account, facts=facts, keys=keys, update_time=now), (AccountPersonErased(),))


def erase_registration(registration: Registration, *, now: datetime) -> Change[Registration]:
    """Erase the person it names, and what was said of him at the review; one under review goes back to its owner.

    Nothing left to erase is no event.
    """
    following = replace(
        registration,
        facts=without_person(registration.facts),
        review=_without_words(registration.review),
        update_time=registration.update_time,
    )
    if following == registration:
        return Change(registration, ())
    erased = Change(replace(following, update_time=now), (RegistrationPersonErased(),))
    if registration.state is not RegistrationState.UNDER_REVIEW:
        return erased
    back = replace(erased.aggregate, state=RegistrationState.DRAFT)
    return Change(back, (RegistrationPersonErased(), RegistrationWithdrawn()))


def erase_words(opportunity: Opportunity, *, called: str, now: datetime) -> Change[Opportunity]:
    """Erase what people wrote down of an opportunity that came of the person; it is called as its customer is."""
    facts = replace(opportunity.facts, display_name=called, need="", next_step="", tactics="")
    changed = tuple(name for name in _WORDS if getattr(facts, name) != getattr(opportunity.facts, name))
    if not changed:
        return Change(opportunity, ())
    return Change(replace(opportunity, facts=facts, update_time=now), (OpportunityUpdated(changed),))


def _without_words(review: Review) -> Review:
    return replace(review, verdicts=tuple(replace(each, note="") for each in review.verdicts), comment="")


def _told(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if value)
