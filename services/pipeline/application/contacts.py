"""Keeping the people of customers (联系人)."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.accounts import WRITING
from services.pipeline.domain.account import Account
from services.pipeline.domain.contact import Contact, ContactFacts, ContactKeys, create_contact
from services.pipeline.storage import accounts, contacts
from services.pipeline.storage.accounts import READING, TOGETHER
from services.pipeline.storage.contacts import CONTACT_RECORD
from trade.emails import email
from trade.names import pinyin_key
from trade.phones import phone


def contact_keys(facts: ContactFacts) -> ContactKeys:
    """What a person is found and sorted by."""
    return ContactKeys(
        phone=phone(facts.phone).e164 if facts.phone else "",
        email=email(facts.email).canonical if facts.email else "",
        sort=pinyin_key(facts.display_name).full,
    )


async def add_contact(work: UnitOfWork, *, account: UUID, facts: ContactFacts, zone: ZoneInfo) -> Contact:
    """A person is taken in for an account, in the hands of whoever looks after it.

    Raises AccountNotFound, AccountArchived, BirthDateInvalid.
    """
    facts.check_birth(today=_today(work.now, zone))
    await work.begin()
    # Held, so that the account keeps its owner until the person stands beside it.
    of = await accounts.get_account(work, account, permission=WRITING, hold=TOGETHER)
    of.must_live()
    return _create(work, of, facts)


async def match_or_create_contact(work: UnitOfWork, *, account: Account, facts: ContactFacts) -> Contact:
    """The person of an account who has the same mobile, extension, mailbox or name; a new one where nobody is the same.

    Who is known gets what was not known of him. The account is held by the caller.
    """
    for known in await contacts.people_of(work, account.uuid):
        if known.delete_time is None and known.facts.is_same_as(facts):
            filled = known.facts.filled_by(facts)
            change = known.updated(facts=filled, keys=contact_keys(filled), now=work.now)
            return work.save(CONTACT_RECORD, change) if change.events else known
    return _create(work, account, facts)


def _create(work: UnitOfWork, account: Account, facts: ContactFacts) -> Contact:
    change = create_contact(
        uuid=work.new_id(),
        account=account.uuid,
        ownership=account.ownership,
        facts=facts,
        keys=contact_keys(facts),
        now=work.now,
    )
    return work.save(CONTACT_RECORD, change)


async def get_contact(read: Read, *, uuid: UUID) -> Contact:
    """A contact shows itself to those who may see the account. Raises ContactNotFound."""
    return await contacts.get_contact(read, uuid, permission=READING)


async def list_contacts(read: Read, *, wanted: PageRequest, show_deleted: bool) -> Page[Contact]:
    """Contacts of the accounts within the reader's scope."""
    return await contacts.list_contacts(read, wanted, show_deleted=show_deleted)


async def update_contact(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[ContactFacts], ContactFacts], zone: ZoneInfo
) -> Contact:
    """Facts of a contact change when somebody who saw the present version says so.

    Raises ContactNotFound, StaleVersion, ContactArchived, BirthDateInvalid.
    """
    contact = await _seen(work, uuid, seen)
    facts = edit(contact.facts)
    facts.check_birth(today=_today(work.now, zone))
    change = contact.updated(facts=facts, keys=contact_keys(facts), now=work.now)
    return work.save(CONTACT_RECORD, change) if change.events else contact


async def archive_contact(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Contact:
    """A contact is put away. Raises ContactNotFound, StaleVersion, ContactArchived."""
    contact = await _seen(work, uuid, seen)
    return work.save(CONTACT_RECORD, contact.archived(now=work.now))


async def bring_contact_back(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Contact:
    """An archived contact comes back to a live account.

    Raises ContactNotFound, StaleVersion, ContactNotArchived, AccountArchived.
    """
    contact = await _seen(work, uuid, seen)
    change = contact.brought_back(now=work.now)
    (await accounts.account_by_itself(work, contact.account)).must_live()
    return work.save(CONTACT_RECORD, change)


async def _seen(work: UnitOfWork, uuid: UUID, seen: int | None) -> Contact:
    contact = await contacts.get_contact(work, uuid, permission=WRITING)
    if seen is not None and contact.version != seen:
        raise StaleVersion(resource=contact.name)
    return contact


def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()
