"""The first-response clock (首次响应): how soon an owner answers the customer of a lead, in working time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from services.leads.domain.recycling import RecyclePlan
from trade.work_calendar import WorkCalendar, add_working_time, working_time_between

_MINUTE = timedelta(minutes=1)


class ResponseStep(Enum):
    """What a clock that nobody stops comes to; of one moment in this order."""

    WARN = "warn"
    MISS = "miss"
    ESCALATE = "escalate"
    REASSIGN = "reassign"


class ResponseState(Enum):
    """How it stands with the first response to a lead."""

    NONE = "none"
    WAITING = "waiting"
    OVERDUE = "overdue"
    MET = "met"
    LATE = "late"
    # The lead was closed or handed on to pipeline before anybody answered.
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How soon a lead of a grade is to be answered, and what comes before and after: minutes of working time.

    None is never. Counted from when the lead was given to its owner.
    """

    due: int
    warn: int | None = None
    escalate: int | None = None
    reassign: int | None = None

    def minutes(self) -> Iterator[tuple[ResponseStep, int]]:
        """The steps there are, each with its minutes."""
        steps = zip(ResponseStep, (self.warn, self.due, self.escalate, self.reassign), strict=True)
        yield from ((step, minutes) for step, minutes in steps if minutes is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The terms of a clock, and the instants at which its steps come."""

    terms: Terms
    times: Mapping[ResponseStep, datetime]

    @property
    def due(self) -> datetime:
        """Until when the customer is to be answered."""
        return self.times[ResponseStep.MISS]


class Timetable:
    """By which terms and work calendars clocks run at one moment (`now`); a start is worked out once for many leads."""

    def __init__(
        self,
        *,
        terms: Mapping[str, Terms],
        version: int,
        calendar_of: Callable[[UUID | None], WorkCalendar],
        now: datetime,
        recycling: RecyclePlan,
    ) -> None:
        """`terms` by the letter of the grade, `version` that of the rules; `calendar_of` tells when a team works.

        `recycling` is the plan by which the lead falls back meanwhile.
        """
        self.version = version
        self.now = now
        self.recycling = recycling
        self._terms = terms
        self._calendar_of = calendar_of
        self._known: dict[tuple[str, UUID | None, datetime], Schedule | None] = {}

    def schedule(self, *, grade: str, team: UUID | None, since: datetime) -> Schedule | None:
        """When the steps come for a lead of a grade whose clock counts since then; None without a deadline."""
        key = (grade, team, since)
        if key not in self._known:
            self._known[key] = self._schedule(*key)
        return self._known[key]

    def calendar(self, team: UUID | None) -> WorkCalendar:
        """When a team works."""
        return self._calendar_of(team)

    def minutes(self, *, team: UUID | None, start: datetime, end: datetime) -> int:
        """The whole minutes a team worked between two instants; none where `end` comes first."""
        return max(working_time_between(self._calendar_of(team), start, end) // _MINUTE, 0)

    def _schedule(self, grade: str, team: UUID | None, since: datetime) -> Schedule | None:
        terms = self._terms.get(grade)
        if terms is None:
            return None
        calendar = self._calendar_of(team)
        times: dict[ResponseStep, datetime] = {}
        instant, passed = since, 0
        # From one to the next, so that the days between are gone through once.
        for step, minutes in sorted(terms.minutes(), key=lambda each: each[1]):
            instant, passed = add_working_time(calendar, instant, (minutes - passed) * _MINUTE), minutes
            times[step] = instant
        return Schedule(terms=terms, times=times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first response: the follow-up that tells of it, when it counts as given, after how many working minutes."""

    follow_up: UUID
    time: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseClock:
    """The clock of one spell of ownership: it begins when the owner gets the lead, and stands when he answers.

    Its steps are counted `since` its start, or since a stricter grade that would have been overdue at once. `former`
    had the lead before and did not answer; `taken` are the steps that were told. Without a schedule nothing is due.
    """

    owner: UUID
    start: datetime
    since: datetime
    grade: str
    rules: int
    schedule: Schedule | None
    taken: frozenset[ResponseStep] = frozenset()
    former: tuple[UUID, ...] = ()
    answer: Answer | None = None

    @property
    def due(self) -> datetime | None:
        """Until when the customer is to be answered; None without a deadline."""
        return self.schedule.due if self.schedule else None

    @property
    def next_step(self) -> tuple[ResponseStep, datetime] | None:
        """What comes next, and when; None when nothing more does."""
        return None if self.answer else next(iter(self._coming()), None)

    def steps_due(self, now: datetime) -> tuple[ResponseStep, ...]:
        """The steps whose time has come, in order; there is no use in a warning of what was missed."""
        steps = tuple(step for step, time in self._coming() if time <= now)
        return tuple(step for step in steps if step is not ResponseStep.WARN or ResponseStep.MISS not in steps)

    def took(self, now: datetime) -> "ResponseClock":
        """The clock after every step whose time has come."""
        return replace(self, taken=self.taken | {step for step, time in self._coming() if time <= now})

    def stopped(self, answer: Answer | None) -> "ResponseClock":
        """The clock that stands at an answer, or goes on without one."""
        return replace(self, answer=answer)

    def standing(self, *, now: datetime, is_open: bool) -> ResponseState:
        """How it stands now; `is_open` while somebody works the lead."""
        due = self.due
        if self.answer is not None:
            return ResponseState.LATE if due is not None and self.answer.time > due else ResponseState.MET
        if due is None:
            return ResponseState.NONE
        if not is_open:
            return ResponseState.LEFT
        return ResponseState.OVERDUE if due <= now else ResponseState.WAITING

    def _coming(self) -> list[tuple[ResponseStep, datetime]]:
        """The steps that were not taken, by their time."""
        times = self.schedule.times.items() if self.schedule else ()
        return sorted(((step, time) for step, time in times if step not in self.taken), key=lambda each: each[1])


def begin_clock(
    before: ResponseClock | None,
    *,
    owner: UUID | None,
    team: UUID | None,
    grade: str,
    timetable: Timetable,
) -> ResponseClock | None:
    """A clock for whoever gets a lead; one that was answered stands for good, whoever has the lead later.

    A lead of nobody has none.
    """
    if owner is None or (before is not None and (before.answer is not None or before.owner == owner)):
        return before
    return ResponseClock(
        owner=owner,
        start=timetable.now,
        since=timetable.now,
        grade=grade,
        rules=timetable.version,
        schedule=timetable.schedule(grade=grade, team=team, since=timetable.now),
        former=(*before.former, before.owner) if before else (),
    )


def clock_of_owner(
    before: ResponseClock | None,
    *,
    owner: UUID | None,
    team: UUID | None,
    grade: str,
    timetable: Timetable,
) -> ResponseClock | None:
    """The clock of a lead whose owner is another one than the clock's, or nobody; else the clock as it is.

    Of nobody's lead no clock runs; one that was answered stands for good.
    """
    if owner is None:
        return before if before is not None and before.answer is not None else None
    return begin_clock(before, owner=owner, team=team, grade=grade, timetable=timetable)


def resumed_clock(
    clock: ResponseClock | None, *, team: UUID | None, grade: str, timetable: Timetable
) -> ResponseClock | None:
    """The clock of a lead that nobody could answer for a while: it begins anew; one that was answered stands."""
    if clock is None or clock.answer is not None:
        return clock
    now = timetable.now
    return ResponseClock(
        owner=clock.owner,
        start=now,
        since=now,
        grade=grade,
        rules=timetable.version,
        schedule=timetable.schedule(grade=grade, team=team, since=now),
        former=clock.former,
    )


def reset_clock(
    clock: ResponseClock | None, *, team: UUID | None, grade: str, timetable: Timetable
) -> ResponseClock | None:
    """The clock by the terms of a grade, as the rules and calendars are now; the same clock where nothing differs.

    Another grade counts from the beginning of the spell; where it would have been overdue before it was given, from
    then. New terms of the same grade count as if they had always been. One that was answered stands.
    """
    if clock is None or clock.answer is not None:
        return clock
    since, schedule = clock.since, timetable.schedule(grade=grade, team=team, since=clock.since)
    if grade != clock.grade:
        since, schedule = clock.start, timetable.schedule(grade=grade, team=team, since=clock.start)
        if schedule is not None and schedule.due <= timetable.now and ResponseStep.MISS not in clock.taken:
            since, schedule = timetable.now, timetable.schedule(grade=grade, team=team, since=timetable.now)
    if (grade, schedule) == (clock.grade, clock.schedule):
        return clock
    return replace(clock, since=since, grade=grade, rules=timetable.version, schedule=schedule)
