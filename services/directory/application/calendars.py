"""Deciding when the enterprise works (工作日历)."""

from collections.abc import Callable
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.directory.application.references import require_team, require_whole
from services.directory.application.versions import expect_version
from services.directory.domain.calendar import Calendar, CalendarDetails, CalendarExists, add_calendar, resolve
from services.directory.storage import calendars
from services.directory.storage.order import after_all_others


async def create_calendar(work: UnitOfWork, *, team: UUID | None, details: CalendarDetails) -> Calendar:
    """The house, and each team that differs from it, has one calendar."""
    require_whole(work)
    await after_all_others(work)
    await require_team(work, team)
    existing = (await calendars.calendars_of(work, [team] if team else [])).get(team)
    if existing is not None:
        raise CalendarExists(calendar=existing.name)
    change = add_calendar(uuid=work.new_id(), team=team, details=details, now=work.now)
    return work.save(calendars.RECORD, change)


async def get_calendar(read: Read, *, uuid: UUID) -> Calendar:
    """A calendar is shown."""
    return await calendars.get_calendar(read, uuid)


async def list_calendars(read: Read, *, wanted: PageRequest) -> Page[Calendar]:
    """The calendars are listed."""
    return await calendars.list_calendars(read, wanted)


async def update_calendar(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, edit: Callable[[CalendarDetails], CalendarDetails]
) -> Calendar:
    """A calendar changes when the caller saw what stands."""
    require_whole(work)
    await after_all_others(work)
    calendar = await calendars.get_calendar(work, uuid)
    expect_version(resource=calendar.name, stands=calendar.version, seen=seen)
    change = calendar.update(details=edit(calendar.details), now=work.now)
    return work.save(calendars.RECORD, change) if change.events else calendar


async def resolve_calendar(read: Read, *, team: UUID | None) -> CalendarDetails:
    """A team works by its own days and hours, over those of the teams above it, over the house's."""
    found = await require_team(read, team)
    path = found.path if found else ()
    by_team = await calendars.calendars_of(read, path)
    return resolve(tuple(by_team[holder] for holder in (None, *path) if holder in by_team))
