"""When a step comes: its delay, then working hours, then how often one address may be mailed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from trade.reasons import Reason
from trade.work_calendar import WorkCalendar, add_working_time, is_working_day, is_working_time

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class DelayUnit(Enum):
    """In what a delay is counted."""

    AT_ONCE = "at_once"
    HOURS = "hours"
    DAYS = "days"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long to wait."""

    unit: DelayUnit = DelayUnit.AT_ONCE
    amount: int = 0

    def after(self, since: datetime, *, calendar: WorkCalendar) -> datetime:
        """When it is over that begins then, by the calendar of the lead's team."""
        if self.unit is DelayUnit.WORKING_HOURS:
            return add_working_time(calendar, since, timedelta(hours=self.amount))
        if self.unit is DelayUnit.WORKING_DAYS:
            return _working_days_later(calendar, since, self.amount)
        if self.unit is DelayUnit.AT_ONCE:
            return since
        return since + (timedelta(hours=self.amount) if self.unit is DelayUnit.HOURS else self.amount * _DAY)


AT_ONCE = Delay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a mail may leave, and why then."""

    time: datetime
    reasons: tuple[Reason, ...] = ()


def send_moment(wanted: datetime, *, calendar: WorkCalendar, mailed: Sequence[datetime], most_a_week: int) -> Moment:
    """The first moment from `wanted` on, within working hours, before which the address had fewer mails in a week.

    `mailed` is when it was mailed before, in order. What is later than wanted says why.
    """
    time, reasons = wanted, []
    lately = [each for each in mailed if each > wanted - WEEK]
    if len(lately) >= most_a_week:
        time = lately[-most_a_week] + WEEK
        reasons.append(Reason("NURTURING_TOO_OFTEN", {"most": str(most_a_week)}))
    opening = next_working_instant(calendar, time)
    if opening > time:
        time = opening
        reasons.append(Reason("NURTURING_QUIET_HOURS"))
    return Moment(time=time, reasons=tuple(reasons))


def next_working_instant(calendar: WorkCalendar, time: datetime) -> datetime:
    """The time itself within working hours, else when they begin next."""
    return time if is_working_time(calendar, time) else add_working_time(calendar, time, _TICK) - _TICK


def _working_days_later(calendar: WorkCalendar, since: datetime, days: int) -> datetime:
    """The same time of the day, so many working days later; the day it begins on counts not."""
    local = since.astimezone(calendar.zone)
    day = local.date()
    for _ in range(days):
        day += _DAY
        while not is_working_day(calendar, day):
            day += _DAY
    return datetime.combine(day, local.timetz().replace(tzinfo=calendar.zone)).astimezone(since.tzinfo)
