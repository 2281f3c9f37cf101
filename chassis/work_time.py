"""When teams work (工作时间), as the organization's calendars have it."""

from collections.abc import Callable
from datetime import date
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.organization import KnownCalendar, Snapshot
from trade.holidays import SpecialDay
from trade.work_calendar import Hours, WorkCalendar

_DAY = 24 * 60
# A house that says nothing of its hours is always at work: a clock that never went on would hide every customer.
_ALWAYS = tuple(Hours(weekday=day, start_minute=0, end_minute=_DAY) for day in range(1, 8))


class WorkTime:
    """The calendars clocks go by; each is read once as long as the organization stays what it is."""

    def __init__(self, zone: ZoneInfo) -> None:
        """`zone` is where the house is: the hours of every calendar are meant there."""
        self._zone = zone
        self._organization: Snapshot | None = None
        self._known: dict[UUID | None, WorkCalendar] = {}

    def of(self, organization: Snapshot) -> Callable[[UUID | None], WorkCalendar]:
        """Tells when a team works; no team works as the house does."""
        if self._organization is not organization:
            self._organization, self._known = organization, {}
        known = self._known

        def calendar_of(team: UUID | None) -> WorkCalendar:
            if team not in known:
                known[team] = work_calendar(organization.calendar(team), zone=self._zone)
            return known[team]

        return calendar_of


def work_calendar(known: KnownCalendar, *, zone: ZoneInfo) -> WorkCalendar:
    """A calendar of the organization, ready to count by."""
    return WorkCalendar(
        zone=zone,
        hours=tuple(
            Hours(weekday=weekday, start_minute=start, end_minute=end) for weekday, start, end in known.working_hours
        )
        or _ALWAYS,
        special_days=tuple(
            SpecialDay(day=date.fromisoformat(day), working=working) for day, working in known.special_days.items()
        ),
    )


def calendars_mark(organization: Snapshot) -> str:
    """Changes with every calendar, and with where a team stands below others."""
    calendars = sorted(
        (str(team), sorted(known.special_days.items()), known.working_hours)
        for team, known in organization.calendars.items()
    )
    paths = sorted((str(team.uuid), [str(above) for above in team.path]) for team in organization.teams.values())
    return blake2b(repr((calendars, paths)).encode(), digest_size=4).hexdigest()
