"""The recycling clock (回收时钟): until when an owner keeps a lead he does not work, in days of his team's calendar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from itertools import islice
from uuid import UUID

from trade.work_calendar import WorkCalendar, end_of_day, working_days_after

# Days of so many kinds of leads are kept at most; a round over a large stock meets more.
_MOST_KNOWN = 20_000


class RecycleRule(Enum):
    """By which rule a lead falls back; of one day in this order."""

    IDLE = "idle"
    UNCONVERTED = "unconverted"


class RecycleStep(Enum):
    """What a clock comes to that nobody extends."""

    WARN = "warn"
    RECYCLE = "recycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long leads of a grade stay with an owner who does not work them: working days (工作日); None is for ever.

    `idle` counts from the last follow-up that counts, or from the assignment where there is none; `unconverted` from
    the assignment. The owner is warned `warn` days before, 0 for never.
    """

    idle: int | None = None
    unconverted: int | None = None
    warn: int = 0

    def days(self) -> Mapping[RecycleRule, int]:
        """The limits there are."""
        told = {RecycleRule.IDLE: self.idle, RecycleRule.UNCONVERTED: self.unconverted}
        return {rule: days for rule, days in told.items() if days is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Days that do not count because something about the lead was being decided: from one until before another."""

    begin: date
    end: date

    def covers(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.begin <= day < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBack:
    """When a lead falls back and why: the rule, its limit in days, the day it counts from, when the owner is warned.

    `due` is the midnight with which the last day ends.
    """

    rule: RecycleRule
    days: int
    since: date
    due: datetime
    warn: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The follow-up that extends a spell: the first that counts of the last day on which there was one."""

    follow_up: UUID
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecycleClock:
    """The clock of one spell of ownership: it begins when the owner gets the lead, and ends with the spell.

    `warned_of` is the end of which he was told. Without `falls` the lead stays for ever.
    """

    owner: UUID
    start: datetime
    grade: str
    rules: int
    falls: FallBack | None
    extended: Extension | None = None
    rests: tuple[Rest, ...] = ()
    warned_of: datetime | None = None

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

    def warned(self) -> "RecycleClock":
        """The clock after its owner was told of the end there is now."""
        return replace(self, warned_of=self.falls.due if self.falls else None)


class RecyclePlan:
    """By which limits and work calendars clocks run at one moment; each day is worked out once for many leads."""

    def __init__(
        self, *, limits: Mapping[str, Limits], version: int, calendar_of: Callable[[UUID | None], WorkCalendar]
    ) -> None:
        """`limits` by the letter of the grade, `version` that of the rules; `calendar_of` tells when a team works."""
        self.version = version
        self._limits = limits
        self._calendar_of = calendar_of
        self._known: dict[tuple[str, UUID | None, date, date | None, tuple[Rest, ...]], FallBack | None] = {}

    def day(self, team: UUID | None, instant: datetime) -> date:
        """The date of an instant where the team is."""
        return instant.astimezone(self._calendar_of(team).zone).date()

    def falls(
        self, *, grade: str, team: UUID | None, start: date, extended: date | None, rests: tuple[Rest, ...] = ()
    ) -> FallBack | None:
        """When a lead of a grade falls back that somebody got on a day and followed up last on another; None: never."""
        key = (grade, team, start, extended, rests)
        if key not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = self._falls(*key)
        return self._known[key]

    def _falls(
        self, grade: str, team: UUID | None, start: date, extended: date | None, rests: tuple[Rest, ...]
    ) -> FallBack | None:
        limits, calendar = self._limits.get(grade, Limits()), self._calendar_of(team)
        found = []
        for rule, days in limits.days().items():
            since = max(start, extended or start) if rule is RecycleRule.IDLE else start
            following = working_days_after(calendar, since, resting=lambda day: any(rest.covers(day) for rest in rests))
            counted = [since, *islice(following, days)]
            warn = end_of_day(calendar, counted[-1 - limits.warn]) if 0 < limits.warn < days else None
            due = end_of_day(calendar, counted[-1])
            found.append(FallBack(rule=rule, days=days, since=since, due=due, warn=warn))
        return min(found, key=lambda each: each.due, default=None)


def begin_spell(
    before: RecycleClock | None,
    *,
    owner: UUID | None,
    team: UUID | None,
    grade: str,
    plan: RecyclePlan,
    now: datetime,
) -> RecycleClock | None:
    """The clock of whoever gets a lead; who has it already gains nothing, and a lead of nobody has none."""
    if owner is None:
        return None
    if before is not None and before.owner == owner:
        return before
    blank = RecycleClock(owner=owner, start=now, grade=grade, rules=plan.version, falls=None)
    return reset_spell(blank, team=team, grade=grade, plan=plan)


def reset_spell(clock: RecycleClock, *, team: UUID | None, grade: str, plan: RecyclePlan) -> RecycleClock:
    """The clock by the limits of a grade, as rules and calendars are now; the same clock where nothing differs."""
    falls = plan.falls(
        grade=grade,
        team=team,
        start=plan.day(team, clock.start),
        extended=plan.day(team, clock.extended.time) if clock.extended else None,
        rests=clock.rests,
    )
    if (grade, falls) == (clock.grade, clock.falls):
        return clock
    return replace(clock, grade=grade, rules=plan.version, falls=falls)


def extended_spell(
    clock: RecycleClock, last: Extension | None, *, team: UUID | None, grade: str, plan: RecyclePlan
) -> RecycleClock:
    """The clock by the last follow-up that counts, or without one; who was warned before is warned of the new end."""
    if last == clock.extended:
        return clock
    extended = replace(clock, extended=last, warned_of=None)
    return reset_spell(extended, team=team, grade=grade, plan=plan)


def rested_spell(
    clock: RecycleClock, *, since: datetime, until: datetime, team: UUID | None, grade: str, plan: RecyclePlan
) -> RecycleClock:
    """The clock that stood still between two instants: the days from the first until the day before the second."""
    rest = Rest(begin=plan.day(team, since), end=plan.day(team, until))
    if rest.begin >= rest.end:
        return clock
    rested = replace(clock, rests=(*clock.rests, rest))
    return reset_spell(rested, team=team, grade=grade, plan=plan)
