"""Erasing a person (删除个人信息) from everything pipeline keeps of him; firms, amounts and history stay."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.pipeline.domain.account import Account, AccountFacts, AccountUpdated, FindingKeys, changed_fields
from services.pipeline.domain.contact import Contact, ContactFacts, ContactKeys
from services.pipeline.domain.customer_keys import customer_keys
from services.pipeline.domain.opportunity import Opportunity, OpportunityUpdated
from services.pipeline.domain.registration import Registration, RegistrationState, Review
from services.pipeline.domain.registration_facts import ContactMeans, RegistrationFacts
from services.pipeline.domain.registration_happenings import RegistrationWithdrawn
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


@dataclass(eq=False, kw_only=True)
class AccountIsNoPerson(Refusal):
    """The account is a firm; its people are erased one by one, as contacts."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_IS_NO_PERSON"

    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom to erase, as he can be recognized: numbers in E.164, mailboxes in canonical form, names in WeChat, names."""

    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    wechats: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def has(self, means: ContactMeans) -> bool:
        """Whether one of the ways to reach somebody is his."""
        return bool(
            (means.phone and phone(means.phone).e164 in self.phones)
            or (means.email and email(means.email).canonical in self.emails)
            or (means.wechat and means.wechat in self.wechats)
        )

    def is_he(self, name: str, means: ContactMeans) -> bool:
        """Whether somebody of the same customer is he; an equal name with another number is somebody else."""
        other = bool(means.phone and self.phones)
        return self.has(means) or (name in self.names and not other)

    def keys(self) -> frozenset[str]:
        """The keys he may be found by, wherever he was registered."""
        found = [customer_keys(RegistrationFacts(contact=ContactMeans(phone=each))) for each in self.phones]
        found += [customer_keys(RegistrationFacts(contact=ContactMeans(email=each))) for each in self.emails]
        return frozenset().union(*found)


def means_of(facts: ContactFacts | AccountFacts) -> ContactMeans:
    """How a contact, or an account, is reached."""
    return ContactMeans(
        phone=facts.phone, email=facts.email, wechat=facts.wechat if isinstance(facts, ContactFacts) else ""
    )


def person_of(told: Iterable[tuple[str, ContactMeans]]) -> Person:
    """Whom names and ways to reach him make."""
    everything = tuple(told)
    means = [each for _, each in everything]
    return Person(
        phones=_told(phone(each.phone).e164 for each in means if each.phone),
        emails=_told(email(each.email).canonical for each in means if each.email),
        wechats=_told(each.wechat for each in means),
        names=_told(name for name, _ in everything if name != ERASED),
    )


def without_person(facts: RegistrationFacts) -> RegistrationFacts:
    """The facts of a registration without whatever tells of a person: also free words."""
    customer = facts.customer
    name = ERASED if customer.contact_name else ""
    return replace(
        facts,
        customer=replace(
            customer, contact_name=name, credit_code=customer.credit_code if customer.company_name else ""
        ),
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
        phone="" if person.has(ContactMeans(phone=facts.phone)) else facts.phone,
        email="" if person.has(ContactMeans(email=facts.email)) else facts.email,
    )


def erase_account(account: Account, person: Person, *, keys: FindingKeys, now: datetime) -> Change[Account]:
    """Erase him from an account, archived or not; nothing left to erase is no event."""
    facts = account_without(account.facts, person)
    changed = changed_fields(account.facts, facts)
    if not changed:
        return Change(account, ())
    event = AccountPersonErased() if facts.person else AccountUpdated(changed)
    return Change(replace(account, facts=facts, keys=keys, update_time=now), (event,))


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
    noted = tuple(replace(each, note="") for each in opportunity.evidence)
    facts = replace(opportunity.facts, display_name=called, need="", next_step="", tactics="")
    changed = tuple(name for name in _WORDS if getattr(facts, name) != getattr(opportunity.facts, name))
    if noted != opportunity.evidence:
        changed = (*changed, "evidence")
    if not changed:
        return Change(opportunity, ())
    return Change(replace(opportunity, facts=facts, evidence=noted, update_time=now), (OpportunityUpdated(changed),))


def _without_words(review: Review) -> Review:
    return replace(review, verdicts=tuple(replace(each, note="") for each in review.verdicts), comment="")


def _told(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if value)
