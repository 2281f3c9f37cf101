"""Erasing a person (删除个人信息) from everything pipeline keeps of him, at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.approvals import outdate
from chassis.erasure import forget_answers
from chassis.files import forget_names
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.accounts import Shown
from services.pipeline.application.contacts import contact_keys
from services.pipeline.application.erasing_care import erase_care
from services.pipeline.application.registration_review import KIND
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_profile import phase_of
from services.pipeline.domain.contact import Contact, ContactFacts
from services.pipeline.domain.erasing import (
    ERASED,
    AccountIsNoPerson,
    Person,
    account_without,
    erase_account,
    erase_contact,
    erase_registration,
    erase_words,
    means_of,
    person_of,
)
from services.pipeline.domain.evidence import evidence_name
from services.pipeline.domain.lead_conversion import Accepted
from services.pipeline.domain.registration import Registration, RegistrationState
from services.pipeline.domain.resemblance import finding_keys
from services.pipeline.storage import accounts, contacts, registrations
from services.pipeline.storage.account_pools import MOVES
from services.pipeline.storage.account_rows import ACCOUNT_RECORD
from services.pipeline.storage.accounts import ALONE
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.collision_words import forget_words
from services.pipeline.storage.contacts import CONTACT_RECORD
from services.pipeline.storage.erasing import (
    contact_by_itself,
    conversions_into,
    forget_beside,
    opportunities_of,
    registrations_that_may_name,
    remember_erased,
)
from services.pipeline.storage.lead_conversions import accepted_before
from services.pipeline.storage.lead_histories import forget_histories, forget_history
from services.pipeline.storage.metadata import FILES
from services.pipeline.storage.opportunities import keep
from services.pipeline.storage.registrations import RECORD

ADMIN = "pipeline.admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who asked to be erased: his contacts, his account (`whole` where he is it himself), what his leads became."""

    person: Person
    account: Account | None
    people: Sequence[Contact] = ()
    whole: bool = False
    became: Sequence[Accepted] = ()
    registration: UUID | None = None


async def erase_contact_person(work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str) -> Contact:
    """Whoever administers pipeline erases the person of a contact, wherever he stands, and says why.

    Raises ContactNotFound, StaleVersion.
    """
    found = await contacts.get_contact(work, uuid, permission=ADMIN)
    account = await _held(work, found.account)
    # Read again under the lock of the account, under which its people change.
    contact = await contacts.get_contact(work, uuid, permission=ADMIN)
    _check(contact.name, contact.version, seen)
    person = person_of([(contact.facts.display_name, means_of(contact.facts))])
    whole = account.facts.person and person.is_he(account.facts.display_name, means_of(account.facts))
    people = await contacts.people_of(work, account.uuid) if whole else [contact]
    await _erase(work, await _subject(work, account, people, whole=whole), told=contact.name, reason=reason)
    return await contacts.get_contact(work, uuid, permission=ADMIN)


async def erase_account_person(work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str) -> Shown:
    """Whoever administers pipeline erases the person an account is, with all that belongs to it.

    Raises AccountNotFound, StaleVersion, AccountIsNoPerson.
    """
    await accounts.get_account(work, uuid, permission=ADMIN)
    account = await _held(work, uuid)
    _check(account.name, account.version, seen)
    if not account.facts.person:
        raise AccountIsNoPerson(account=account.name)
    people = await contacts.people_of(work, uuid)
    await _erase(work, await _subject(work, account, people, whole=True), told=account.name, reason=reason)
    erased, states, _ = await accounts.account_with_surroundings(work, uuid, permission=ADMIN)
    return Shown(account=erased, phase=phase_of(states))


async def erase_registration_person(work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str) -> Registration:
    """Whoever administers pipeline erases the person a registration names, who may be nobody's contact yet.

    Raises RegistrationNotFound, StaleVersion.
    """
    found = await registrations.get_registration(work, uuid, permission=ADMIN)
    _check(found.name, found.version, seen)
    customer = found.facts.customer
    person = person_of([(customer.contact_name, found.facts.contact)])
    account = await _held(work, customer.account) if customer.account else None
    whole = account is not None and account.facts.person
    people = await contacts.people_of(work, account.uuid) if account else ()
    his = [each for each in people if whole or person.is_he(each.facts.display_name, means_of(each.facts))]
    subject = Subject(person=person, account=account, people=his, whole=whole, registration=uuid)
    await _erase(work, subject, told=found.name, reason=reason)
    return await registrations.get_registration(work, uuid, permission=ADMIN)


async def lead_person_erased(work: UnitOfWork, *, lead: UUID) -> None:
    """The person of a lead was erased: what its conversion made of him is erased too, and what comes over later."""
    accepted = await accepted_before(work, lead)
    await remember_erased(work, lead)
    await forget_history(work, lead)
    if accepted is None:
        return
    account = await _held(work, accepted.account)
    whole = account.facts.person
    contact = await contact_by_itself(work, accepted.contact) if accepted.contact else None
    people = await contacts.people_of(work, account.uuid) if whole else [contact] if contact else []
    subject = await _subject(work, account, people, whole=whole, besides=accepted)
    await _erase(work, subject, told=f"leads/{lead}", reason="the person of the lead was erased")


async def _held(work: UnitOfWork, account: UUID) -> Account:
    await work.begin()
    return await accounts.account_by_itself(work, account, hold=ALONE)


def _check(resource: str, version: int, seen: int | None) -> None:
    if seen is not None and version != seen:
        raise StaleVersion(resource=resource)


async def _subject(
    work: UnitOfWork, account: Account, people: Sequence[Contact], *, whole: bool, besides: Accepted | None = None
) -> Subject:
    told: list[ContactFacts] = [each.facts for each in people]
    person = person_of([(each.display_name, means_of(each)) for each in (*told, *([account.facts] if whole else ()))])
    became = await conversions_into(work, [each.uuid for each in people])
    return Subject(
        person=person, account=account, people=people, whole=whole, became=[*became, *([besides] if besides else ())]
    )


async def _erase(work: UnitOfWork, subject: Subject, *, told: str, reason: str) -> None:
    """Erase him everywhere; what is read afterwards is without him."""
    await work.begin()
    meant = await _registrations_naming(work, subject)
    for contact in subject.people:
        change = erase_contact(contact, keys=contact_keys(ContactFacts(display_name=ERASED)), now=work.now)
        if change.events:
            work.save(CONTACT_RECORD, change)
    touched = [*(each.name for each in subject.people), *(each.name for each in meant)]
    if subject.account is not None:
        touched.append(subject.account.name)
        _erase_from_account(work, subject.account, subject)
        # Whoever gave the account back may have named him.
        await MOVES.forget_reasons(work, subject.account.uuid)
    for registration in meant:
        await _erase_registration(work, registration)
    await forget_histories(
        work,
        people=[each.uuid for each in subject.people],
        registrations=[each.uuid for each in meant],
        account=subject.account.uuid if subject.account and subject.whole else None,
    )
    touched += await _erase_from_opportunities(work, subject, meant)
    his_own = subject.account.uuid if subject.account and subject.whole else None
    touched += await forget_words(
        work,
        account=subject.account.uuid if subject.account else None,
        registrations=[each.uuid for each in meant],
    )
    touched += await erase_care(work, people=[each.uuid for each in subject.people], account=his_own)
    for name in touched:
        await forget_answers(work, resource=name)
    work.note(action="erase person", resource=told, details={"reason": reason})
    await work.flush()


async def _registrations_naming(work: UnitOfWork, subject: Subject) -> Sequence[Registration]:
    sure = {each.registration for each in subject.became} | {subject.registration}
    here = subject.account.uuid if subject.account else None
    found = await registrations_that_may_name(
        work, sure=[each for each in sure if each], account=here, keys=subject.person.keys()
    )

    def names_him(registration: Registration) -> bool:
        facts = registration.facts
        at_his_customer = here is not None and facts.customer.account == here
        return (
            registration.uuid in sure
            or subject.person.has(facts.contact)
            or (at_his_customer and subject.whole)
            or (at_his_customer and subject.person.is_he(facts.customer.contact_name, facts.contact))
        )

    return [each for each in found if names_him(each)]


def _erase_from_account(work: UnitOfWork, account: Account, subject: Subject) -> None:
    if account.facts.person and not subject.whole:
        return
    keys = finding_keys(account_without(account.facts, subject.person))
    change = erase_account(account, subject.person, keys=keys, now=work.now)
    if change.events:
        work.save(ACCOUNT_RECORD, change)


async def _erase_registration(work: UnitOfWork, registration: Registration) -> None:
    if registration.state is RegistrationState.UNDER_REVIEW:
        # What was asked about is no longer there.
        await outdate(work, APPROVALS, subject=registration.name, kind=KIND)
        await work.flush()
    change = erase_registration(registration, now=work.now)
    if change.events:
        work.save(RECORD, change)
    await forget_beside(work, registration)


async def _erase_from_opportunities(work: UnitOfWork, subject: Subject, meant: Sequence[Registration]) -> Sequence[str]:
    """Free words of opportunities that came of him, and what their evidence was called; the names of both."""
    account = subject.account
    found = await opportunities_of(
        work,
        sure=[each.opportunity for each in subject.became if each.opportunity],
        registrations=[each.uuid for each in meant],
        account=account.uuid if account and subject.whole else None,
    )
    firms: Mapping[UUID | None, str] = {each.uuid: each.facts.customer.company_name for each in meant}
    for opportunity in found:
        called = firms.get(opportunity.origin.registration, "")
        if not called and account is not None and not account.facts.person:
            called = account.facts.display_name
        change = erase_words(opportunity, called=called or ERASED, now=work.now)
        if change.events:
            keep(work, change, before=opportunity)
    evidence = [(opportunity, each) for opportunity in found for each in opportunity.evidence]
    await forget_names(work, FILES, [each.file for _, each in evidence if each.file is not None])
    return [
        *(each.name for each in found),
        *(evidence_name(opportunity.uuid, each.uuid) for opportunity, each in evidence),
    ]
