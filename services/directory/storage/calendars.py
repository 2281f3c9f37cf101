"""Calendars in their table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, or_, select

from chassis.listing import Listing, Order, Page, PageRequest, read_page, reference
from chassis.work import Read, Record
from kernel.errors import NotFound
from services.directory.domain.calendar import Calendar, CalendarDetails
from services.directory.storage.tables import CALENDARS
from trade.holidays import SpecialDay
from trade.work_calendar import Hours


def to_row(calendar: Calendar) -> Mapping[str, object]:
    """The columns of a calendar."""
    return {
        "uuid": calendar.uuid,
        "team": calendar.team,
        "special_days": [_day_row(day) for day in calendar.details.special_days],
        "working_hours": [_hours_row(hours) for hours in calendar.details.working_hours],
        "created_at": calendar.created_at,
        "updated_at": calendar.updated_at,
    }


RECORD: Record[Calendar] = Record(kind="calendar", collection="calendars", table=CALENDARS, row=to_row)


def from_row(row: RowMapping) -> Calendar:
    """The calendar in a row."""
    return Calendar(
        uuid=row["uuid"],
        version=row["version"],
        team=row["team"],
        details=CalendarDetails(
            special_days=tuple(_day(entry) for entry in row["special_days"]),
            working_hours=tuple(Hours(**entry) for entry in row["working_hours"]),
        ),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


LISTING = Listing(
    fields={"team": reference(CALENDARS.c.team, "teams")},
    orders={"create_time": Order(CALENDARS.c.created_at, datetime.fromisoformat)},
    order_by="create_time",
    tie=CALENDARS.c.uuid,
)


async def list_calendars(read: Read, wanted: PageRequest) -> Page[Calendar]:
    """The calendars."""
    statement = select(CALENDARS)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def get_calendar(read: Read, uuid: UUID) -> Calendar:
    """The calendar; raises NotFound."""
    row = (await read.connection.execute(select(CALENDARS).where(CALENDARS.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"calendars/{uuid}")
    return from_row(row)


async def calendars_of(read: Read, teams: Sequence[UUID]) -> Mapping[UUID | None, Calendar]:
    """The calendars of these teams and the house's, by team."""
    statement = select(CALENDARS).where(or_(CALENDARS.c.team.is_(None), CALENDARS.c.team.in_(teams)))
    calendars = [from_row(row) for row in (await read.connection.execute(statement)).mappings()]
    return {calendar.team: calendar for calendar in calendars}


def _day_row(day: SpecialDay) -> dict[str, Any]:
    return {"date": day.day.isoformat(), "working": day.working, "display_name": day.name}


def _day(entry: dict[str, Any]) -> SpecialDay:
    day = date.fromisoformat(entry["date"])
    return SpecialDay(day=day, working=entry["working"], name=entry["display_name"])


def _hours_row(hours: Hours) -> dict[str, int]:
    return {"weekday": hours.weekday, "start_minute": hours.start_minute, "end_minute": hours.end_minute}
