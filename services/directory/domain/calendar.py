"""Work calendars (工作日历): holidays, days worked in exchange (调休), and the hours of a week."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.directory.domain.changes import changed_fields
from trade.holidays import SpecialDay
from trade.work_calendar import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDetails:
    """Days and hours; a team's calendar without hours follows those above it."""

    special_days: tuple[SpecialDay, ...] = ()
    working_hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a team works, or the house where `team` is empty (工作日历)."""

    uuid: UUID
    version: int = 0
    team: UUID | None
    details: CalendarDetails
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The resource name."""
        return f"calendars/{self.uuid}"

    def update(self, *, details: CalendarDetails, now: datetime) -> Change["Calendar"]:
        """Take over new days or hours; nothing happens when nothing differs."""
        tidy = _checked(details)
        changed = changed_fields(self.details, tidy)
        if not changed:
            return Change(self, ())
        return Change(replace(self, details=tidy, updated_at=now), (CalendarUpdated(changed=changed),))


def add_calendar(*, uuid: UUID, team: UUID | None, details: CalendarDetails, now: datetime) -> Change[Calendar]:
    """A new calendar; raises DayGivenTwice and HoursCrossed."""
    calendar = Calendar(uuid=uuid, team=team, details=_checked(details), created_at=now, updated_at=now)
    return Change(calendar, (CalendarCreated(),))


def resolve(calendars: tuple[Calendar, ...]) -> CalendarDetails:
    """What holds in the end: given from the house down to the team, the lower goes before the higher.

    Days add up, each as the lowest calendar has it; hours are those of the lowest calendar that has any.
    """
    days = {day.day: day for calendar in calendars for day in calendar.details.special_days}
    hours = next((each.details.working_hours for each in reversed(calendars) if each.details.working_hours), ())
    return CalendarDetails(special_days=tuple(days[day] for day in sorted(days)), working_hours=hours)


def _checked(details: CalendarDetails) -> CalendarDetails:
    day, times = next(iter(Counter(special.day for special in details.special_days).most_common(1)), (None, 0))
    if day is not None and times > 1:
        raise DayGivenTwice(day=day.isoformat())
    hours = tuple(sorted(details.working_hours))
    for stretch in hours:
        if stretch.end_minute <= stretch.start_minute:
            raise HoursCrossed(weekday=stretch.weekday)
    for earlier, later in pairwise(hours):
        if earlier.weekday == later.weekday and later.start_minute < earlier.end_minute:
            raise HoursCrossed(weekday=later.weekday)
    return CalendarDetails(
        special_days=tuple(sorted(details.special_days, key=lambda special: special.day)), working_hours=hours
    )


@dataclass(frozen=True, slots=True)
class CalendarCreated:
    """A calendar was added."""


@dataclass(frozen=True, slots=True)
class CalendarUpdated:
    """Days or hours of a calendar changed."""

    changed: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class CalendarExists(Refusal):
    """The team, or the house, has a calendar already."""

    kind = Kind.ALREADY_EXISTS
    reason = "CALENDAR_EXISTS"

    calendar: str


@dataclass(eq=False, kw_only=True)
class DayGivenTwice(Refusal):
    """A day stands twice among the special days."""

    kind = Kind.RULE_VIOLATION
    reason = "DAY_GIVEN_TWICE"

    day: str


@dataclass(eq=False, kw_only=True)
class HoursCrossed(Refusal):
    """Working hours end before they begin, or overlap; 1 is Monday."""

    kind = Kind.RULE_VIOLATION
    reason = "HOURS_CROSSED"

    weekday: int
