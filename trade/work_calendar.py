"""Working time (工作时间): which days and hours count on the clocks of the product."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from kernel.errors import Kind, Refusal
from trade.holidays import SpecialDay

_MINUTES_OF_A_DAY = 24 * 60


@dataclass(kw_only=True)
class WorkingHoursInvalid(Refusal):
    """The hours overlap, end before they begin, or there are none at all; `field` names the weekday (1 is Monday)."""

    kind = Kind.INVALID_INPUT
    reason = "WORKING_HOURS_INVALID"

    field: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hours:
    """A stretch worked on one day of the week: 1 is Monday, minutes after midnight, the end not counted."""

    weekday: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """When a team works (工作日历): the hours of a week, the days that differ, and the zone they are meant in.

    A weekend day worked in exchange (调休) has the hours of the week's first working day.
    """

    zone: ZoneInfo
    hours: tuple[Hours, ...]
    special_days: tuple[SpecialDay, ...] = ()
    _by_weekday: Mapping[int, tuple[Hours, ...]] = field(init=False, repr=False, compare=False)
    _by_day: Mapping[date, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = sorted(self.hours)
        _check(ordered)
        weekdays = {each.weekday for each in ordered}
        by_weekday = {day: tuple(each for each in ordered if each.weekday == day) for day in weekdays}
        object.__setattr__(self, "_by_weekday", MappingProxyType(by_weekday))
        by_day = {special.day: special.working for special in self.special_days}
        object.__setattr__(self, "_by_day", MappingProxyType(by_day))

    def hours_of(self, day: date) -> tuple[Hours, ...]:
        """The stretches worked on a date, in order; none on a day off."""
        working = self._by_day.get(day)
        if working is False:
            return ()
        usual = self._by_weekday.get(day.isoweekday(), ())
        return usual if usual or working is None else self._by_weekday[min(self._by_weekday)]


def _check(ordered: Iterable[Hours]) -> None:
    checked = list(ordered)
    if not checked:
        raise WorkingHoursInvalid(field="hours")
    for each in checked:
        if not (1 <= each.weekday <= 7 and 0 <= each.start_minute < each.end_minute <= _MINUTES_OF_A_DAY):  # noqa: PLR2004 - seven days make a week
            raise WorkingHoursInvalid(field=str(each.weekday))
    for earlier, later in pairwise(checked):
        if earlier.weekday == later.weekday and later.start_minute < earlier.end_minute:
            raise WorkingHoursInvalid(field=str(later.weekday))


def is_working_day(calendar: WorkCalendar, day: date) -> bool:
    """Whether anybody works on the date."""
    return bool(calendar.hours_of(day))


def working_days_after(calendar: WorkCalendar, day: date, *, resting: Callable[[date], bool]) -> Iterator[date]:
    """The working days (工作日) that follow a date, without end; days on which a clock is `resting` are left out."""
    while True:
        day += timedelta(days=1)
        if is_working_day(calendar, day) and not resting(day):
            yield day


def end_of_day(calendar: WorkCalendar, day: date) -> datetime:
    """The midnight with which a date ends, in UTC."""
    return _instant(calendar.zone, day, _MINUTES_OF_A_DAY)


def is_working_time(calendar: WorkCalendar, instant: datetime) -> bool:
    """Whether the instant falls into working hours."""
    day = instant.astimezone(calendar.zone).date()
    return any(start <= instant < end for start, end in _stretches(calendar, day))


def add_working_time(calendar: WorkCalendar, start: datetime, duration: timedelta) -> datetime:
    """The first instant at which `duration` of working time has passed since `start`, in UTC.

    Nothing added gives `start` itself. A negative duration counts as none: clocks of the product run forward.
    """
    left = duration
    instant = start.astimezone(UTC)
    day = instant.astimezone(calendar.zone).date()
    while left > timedelta():
        for begin, end in _stretches(calendar, day):
            begun = max(begin, instant)
            if end > begun:
                if end - begun >= left:
                    return begun + left
                left -= end - begun
        day += timedelta(days=1)
    return instant


def working_time_before(calendar: WorkCalendar, end: datetime, duration: timedelta) -> datetime:
    """The last instant from which `duration` of working time passes until `end`, in UTC.

    What starts then or earlier has `add_working_time` of it no later than `end`. Nothing gives `end` itself.
    """
    left = duration
    instant = end.astimezone(UTC)
    day = instant.astimezone(calendar.zone).date()
    while left > timedelta():
        for begin, finish in reversed(tuple(_stretches(calendar, day))):
            ended = min(finish, instant)
            if ended > begin:
                if ended - begin >= left:
                    return ended - left
                left -= ended - begin
        day -= timedelta(days=1)
    return instant


def working_time_between(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two instants; negative when `end` comes first."""
    if end < start:
        return -working_time_between(calendar, end, start)
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    passed = timedelta()
    while day <= last:
        for begin, finish in _stretches(calendar, day):
            passed += max(min(finish, end) - max(begin, start), timedelta())
        day += timedelta(days=1)
    return passed


def _stretches(calendar: WorkCalendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    for each in calendar.hours_of(day):
        yield _instant(calendar.zone, day, each.start_minute), _instant(calendar.zone, day, each.end_minute)


def _instant(zone: ZoneInfo, day: date, minute: int) -> datetime:
    # 24:00 is the next day's midnight; the wall clock is put together first, so that summer time is respected.
    day += timedelta(days=minute // _MINUTES_OF_A_DAY)
    wall = time(minute // 60 % 24, minute % 60)
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
