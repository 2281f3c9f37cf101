"""The recycling clock (回收时钟): until when an owner keeps what he does not work, in days of his team's calendar.

It counts whole working days (工作日) from the day after it begins, or after what extends it, and ends with the
midnight of the last. By which rules, says each service in an enumeration of its own; of rules that end on one day the
first decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import Generic, TypeVar
from uuid import UUID

from trade.work_calendar import WorkCalendar, end_of_day, working_days_after

# Days of so many kinds of records are kept at most; a round over a large stock meets more.
_MOST_KNOWN = 20_000
R = TypeVar("R", bound=Enum)


class RecycleStep(Enum):
    """What a clock comes to that nobody extends."""

    WARN = "warn"
    RECYCLE = "recycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Generic[R]):
    """How many working days what is of one kind stays with an owner who does not work it, by each rule there is.

    The owner is warned `warn` days before, 0 for never.
    """

    days: Mapping[R, int]
    warn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Rest:
    """Days that do not count because something was being decided, or done: from one until before another."""

    begin: date
    end: date

    def covers(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.begin <= day < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBack(Generic[R]):
    """When something falls back and why: the rule, its limit in days, the day it counts from, when the owner is warned.

    `due` is the midnight with which the last day ends.
    """

    rule: R
    days: int
    since: date
    due: datetime
    warn: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What extends a spell: what happened last that a rule asks for, and when."""

    source: UUID
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Generic[R]):
    """The clock of one spell of ownership: it begins when the owner gets the record, and ends with the spell.

    `kind` is the class of records whose limits hold, `rules` the version of these, `marks` what extended it by each
    rule, `warned_of` the end of which the owner was told. Without `falls` the record stays for ever.
    """

    owner: UUID
    start: datetime
    kind: str
    rules: int
    falls: FallBack[R] | None
    marks: tuple[tuple[R, Mark], ...] = ()
    rests: tuple[Rest, ...] = ()
    warned_of: datetime | None = None

    def mark(self, rule: R) -> Mark | None:
        """What extended it by a rule."""
        return next((mark for ruled, mark in self.marks if ruled is rule), None)

    @property
    def next_step(self) -> tuple[RecycleStep, datetime] | None:
        """What comes next, and when; None where nothing does."""
        if self.falls is None:
            return None
        if self.falls.warn is None or self.warned_of == self.falls.due:
            return RecycleStep.RECYCLE, self.falls.due
        return RecycleStep.WARN, self.falls.warn

    def step_due(self, now: datetime) -> RecycleStep | None:
        """The step whose time has come; there is no use in a warning of what is over."""
        coming = self.next_step
        if coming is None or self.falls is None:
            return None
        if self.falls.due <= now:
            return RecycleStep.RECYCLE
        return coming[0] if coming[1] <= now else None

    def warned(self) -> "Clock[R]":
        """The clock after its owner was told of the end there is now."""
        return replace(self, warned_of=self.falls.due if self.falls else None)


Days = tuple[tuple[R, date], ...]


class Plan(Generic[R]):
    """By which limits and work calendars clocks run at one moment; each day is worked out once for many records."""

    def __init__(
        self,
        *,
        limits: Mapping[str, Limits[R]],
        version: int,
        calendar_of: Callable[[UUID | None], WorkCalendar],
    ) -> None:
        """`limits` by the kind of record, `version` that of the rules; `calendar_of` tells when a team works."""
        self.version = version
        self._limits = limits
        self._calendar_of = calendar_of
        self._known: dict[tuple[str, UUID | None, date, Days[R], tuple[Rest, ...]], FallBack[R] | None] = {}

    def day(self, team: UUID | None, instant: datetime) -> date:
        """The date of an instant where the team is."""
        return instant.astimezone(self._calendar_of(team).zone).date()

    def days(self, team: UUID | None, marks: tuple[tuple[R, Mark], ...]) -> Days[R]:
        """The dates of what extends a spell, where the team is."""
        return tuple((rule, self.day(team, mark.time)) for rule, mark in marks)

    def falls(
        self, *, kind: str, team: UUID | None, start: date, marks: Days[R] = (), rests: tuple[Rest, ...] = ()
    ) -> FallBack[R] | None:
        """When a record of a kind falls back that was got on a day and worked last on those marked; None: never."""
        key = (kind, team, start, marks, rests)
        if key not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = self._falls(*key)
        return self._known[key]

    def _falls(
        self, kind: str, team: UUID | None, start: date, marks: Days[R], rests: tuple[Rest, ...]
    ) -> FallBack[R] | None:
        limits = self._limits.get(kind)
        if limits is None:
            return None
        calendar, marked, found = self._calendar_of(team), dict(marks), []
        for rule, days in limits.days.items():
            since = max(start, marked.get(rule, start))
            following = working_days_after(calendar, since, resting=lambda day: any(rest.covers(day) for rest in rests))
            counted = [since, *islice(following, days)]
            warn = end_of_day(calendar, counted[-1 - limits.warn]) if 0 < limits.warn < days else None
            due = end_of_day(calendar, counted[-1])
            found.append(FallBack(rule=rule, days=days, since=since, due=due, warn=warn))
        return min(found, key=lambda each: each.due, default=None)


def begin_spell(
    before: Clock[R] | None, *, owner: UUID | None, team: UUID | None, kind: str, plan: Plan[R], now: datetime
) -> Clock[R] | None:
    """The clock of whoever gets a record; who has it already gains nothing, and what is nobody's has none."""
    if owner is None:
        return None
    if before is not None and before.owner == owner:
        return before
    blank: Clock[R] = Clock(owner=owner, start=now, kind=kind, rules=plan.version, falls=None)
    return reset_spell(blank, team=team, kind=kind, plan=plan)


def reset_spell(clock: Clock[R], *, team: UUID | None, kind: str, plan: Plan[R]) -> Clock[R]:
    """The clock by the limits of a kind, as rules and calendars are now; the same clock where nothing differs."""
    falls = plan.falls(
        kind=kind,
        team=team,
        start=plan.day(team, clock.start),
        marks=plan.days(team, clock.marks),
        rests=clock.rests,
    )
    if (kind, falls) == (clock.kind, clock.falls):
        return clock
    return replace(clock, kind=kind, rules=plan.version, falls=falls)


def extended_spell(
    clock: Clock[R], marks: tuple[tuple[R, Mark], ...], *, team: UUID | None, kind: str, plan: Plan[R]
) -> Clock[R]:
    """The clock by what extends it, or by nothing; who was warned before is warned of the new end."""
    if marks == clock.marks:
        return clock
    extended = replace(clock, marks=marks, warned_of=None)
    return reset_spell(extended, team=team, kind=kind, plan=plan)


def rested_spell(
    clock: Clock[R], *, since: datetime, until: datetime, team: UUID | None, kind: str, plan: Plan[R]
) -> Clock[R]:
    """The clock that stood still between two instants: the days from the first until the day before the second."""
    rest = Rest(begin=plan.day(team, since), end=plan.day(team, until))
    if rest.begin >= rest.end:
        return clock
    rested = replace(clock, rests=(*clock.rests, rest))
    return reset_spell(rested, team=team, kind=kind, plan=plan)
