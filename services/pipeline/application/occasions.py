"""Keeping the care calendar (关怀日历): days agreed by hand, and what comes."""

from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.accounts import WRITING
from services.pipeline.domain.occasion import (
    ComingOccasion,
    Occasion,
    OccasionContactElsewhere,
    OccasionFacts,
    create_occasion,
)
from services.pipeline.storage import accounts, coming_occasions, contacts, occasions
from services.pipeline.storage.accounts import READING, TOGETHER
from services.pipeline.storage.occasions import OCCASION_RECORD

USUAL_DAYS = 30


async def agree_on_occasion(work: UnitOfWork, *, account: UUID, contact: UUID | None, facts: OccasionFacts) -> Occasion:
    """A day is agreed on for a live account, or for one of its live people, by whoever may change the account.

    Raises AccountNotFound, AccountArchived, ContactNotFound, ContactArchived, OccasionContactElsewhere.
    """
    await work.begin()
    # Held, so that nobody erases the person while a day of his is written down.
    (await accounts.get_account(work, account, permission=WRITING, hold=TOGETHER)).must_live()
    if contact is not None:
        person = await contacts.get_contact(work, contact, permission=WRITING)
        person.must_live()
        if person.account != account:
            raise OccasionContactElsewhere
    change = create_occasion(uuid=work.new_id(), account=account, contact=contact, facts=facts, now=work.now)
    return work.save(OCCASION_RECORD, change)


async def get_occasion(read: Read, *, uuid: UUID) -> Occasion:
    """An occasion shows itself to those who may see the account. Raises OccasionNotFound."""
    return await occasions.get_occasion(read, uuid, permission=READING)


async def list_occasions(read: Read, *, wanted: PageRequest, show_deleted: bool) -> Page[Occasion]:
    """Occasions of the accounts within the reader's scope."""
    return await occasions.list_occasions(read, wanted, show_deleted=show_deleted)


async def list_coming_occasions(read: Read, *, wanted: PageRequest, days: int, zone: ZoneInfo) -> Page[ComingOccasion]:
    """What comes within so many days of the house, today being the first, of the accounts within the reader's scope."""
    today = read.now.astimezone(zone).date()
    return await coming_occasions.list_coming(read, wanted, today=today, days=days or USUAL_DAYS)


async def update_occasion(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[OccasionFacts], OccasionFacts]
) -> Occasion:
    """Facts of an occasion change when somebody who saw the present version says so.

    Raises OccasionNotFound, StaleVersion, OccasionArchived.
    """
    occasion = await _seen(work, uuid, seen)
    change = occasion.updated(edit(occasion.facts), now=work.now)
    return work.save(OCCASION_RECORD, change) if change.events else occasion


async def archive_occasion(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Occasion:
    """An occasion is put away and comes no more. Raises OccasionNotFound, StaleVersion, OccasionArchived."""
    occasion = await _seen(work, uuid, seen)
    return work.save(OCCASION_RECORD, occasion.archived(now=work.now))


async def bring_occasion_back(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Occasion:
    """An archived occasion comes back. Raises OccasionNotFound, StaleVersion, OccasionNotArchived."""
    occasion = await _seen(work, uuid, seen)
    return work.save(OCCASION_RECORD, occasion.brought_back(now=work.now))


async def _seen(work: UnitOfWork, uuid: UUID, seen: int | None) -> Occasion:
    occasion = await occasions.get_occasion(work, uuid, permission=WRITING)
    if seen is not None and occasion.version != seen:
        raise StaleVersion(resource=occasion.name)
    return occasion
