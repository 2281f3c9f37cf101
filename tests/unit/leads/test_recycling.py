"""How long an owner keeps a lead he does not work (回收): whole working days, each counted once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.follow_up import FollowUp, FollowUpFacts
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome
from services.leads.domain.lead import Grade, Lead, Ownership
from services.leads.domain.lead_state import LeadState
from services.leads.domain.recycling import (
    LeadFallBack,
    LeadLimits,
    RecycleClock,
    RecyclePlan,
    RecycleRule,
    days_of,
    marks_of,
)
from services.leads.domain.recycling_leads import (
    RecyclingState,
    extended,
    extension,
    further,
    recycling_state,
    refitted,
    warned,
)
from services.leads.domain.recycling_rules import RecyclingRules
from services.leads.domain.response import Timetable
from tests.unit.leads.builders import ANNA, BO, CALENDAR, NOON, a_lead, limits, plan, timetable
from trade.holidays import SpecialDay
from trade.pools.clock import Mark, RecycleStep, Rest, begin_spell, extended_spell, rested_spell
from trade.work_calendar import is_working_day

TUESDAY = date(2026, 3, 31)
RULES = RecyclingRules(counts=frozenset({FollowUpOutcome.REACHED}), least_note=4, limits={})


def falls(of: LeadLimits, *, extended: date | None = None, rests: tuple[Rest, ...] = ()) -> LeadFallBack:
    found = plan({"A": of}).falls(kind="A", team=None, start=TUESDAY, marks=days_of(extended), rests=rests)
    assert found is not None
    return found


def midnight_after(day: date) -> datetime:
    """The end of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def test_a_lead_falls_back_at_the_end_of_the_last_working_day() -> None:
    found = falls(limits(idle=5, warn=2))
    # Wednesday to Friday, Monday and Tuesday.
    assert found.due == midnight_after(date(2026, 4, 7))
    assert found.warn == midnight_after(date(2026, 4, 3))
    assert (found.rule, found.days, found.since) == (RecycleRule.IDLE, 5, TUESDAY)


def test_holidays_do_not_count_and_days_worked_in_exchange_do() -> None:
    days = (SpecialDay(day=date(2026, 4, 6), working=False), SpecialDay(day=date(2026, 4, 4), working=True))
    calendar = replace(CALENDAR, special_days=days)
    found = plan({"A": limits(idle=5)}, calendar).falls(kind="A", team=None, start=TUESDAY)
    # Wednesday to Friday, Saturday worked in exchange for Monday, Tuesday.
    assert found is not None
    assert found.due == midnight_after(date(2026, 4, 7))


def test_the_sooner_of_two_rules_decides_and_the_idle_one_of_equals() -> None:
    assert falls(limits(idle=5, unconverted=3)).rule is RecycleRule.UNCONVERTED
    assert falls(limits(idle=5, unconverted=6)).rule is RecycleRule.IDLE
    assert falls(limits(idle=5, unconverted=5)).rule is RecycleRule.IDLE


def test_a_follow_up_extends_the_idle_time_and_not_the_time_to_convert() -> None:
    found = falls(limits(idle=5, unconverted=7), extended=date(2026, 4, 2))
    assert (found.rule, found.since, found.due) == (
        RecycleRule.IDLE,
        date(2026, 4, 2),
        midnight_after(date(2026, 4, 9)),
    )
    found = falls(limits(idle=5, unconverted=7), extended=date(2026, 4, 8))
    assert (found.rule, found.due) == (RecycleRule.UNCONVERTED, midnight_after(date(2026, 4, 9)))


def test_days_on_which_a_conversion_was_decided_do_not_count() -> None:
    rest = Rest(begin=date(2026, 4, 1), end=date(2026, 4, 3))
    assert falls(limits(idle=5), rests=(rest,)).due == midnight_after(date(2026, 4, 9))


def test_a_grade_without_limits_stays_for_ever() -> None:
    assert plan({}).falls(kind="D", team=None, start=TUESDAY) is None


@given(
    idle=st.integers(1, 60),
    start=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    later=st.integers(0, 40),
    resting=st.tuples(st.integers(0, 40), st.integers(0, 20)),
)
def test_between_the_beginning_and_the_end_lie_exactly_so_many_days_that_count(
    idle: int, start: date, later: int, resting: tuple[int, int]
) -> None:
    begin = start + timedelta(days=resting[0])
    rests = (Rest(begin=begin, end=begin + timedelta(days=resting[1])),)
    followed = start + timedelta(days=later)
    found = plan({"A": limits(idle=idle)}).falls(kind="A", team=None, start=start, marks=days_of(followed), rests=rests)
    assert found is not None
    last = (found.due - timedelta(minutes=1)).astimezone(CALENDAR.zone).date()
    passed = [followed + timedelta(days=n) for n in range(1, (last - followed).days + 1)]
    counted = [day for day in passed if is_working_day(CALENDAR, day) and not rests[0].covers(day)]
    assert len(counted) == idle
    assert counted[-1] == last


def a_clock(of: LeadLimits | None = None) -> RecycleClock:
    found = begin_spell(None, owner=ANNA, team=None, kind="A", plan=plan({"A": of or limits(idle=5, warn=2)}), now=NOON)
    assert found is not None
    return found


def test_the_owner_is_warned_once_and_then_the_lead_falls_back() -> None:
    clock = a_clock()
    warning, end = midnight_after(date(2026, 4, 3)), midnight_after(date(2026, 4, 7))
    assert clock.next_step == (RecycleStep.WARN, warning)
    assert clock.step_due(warning - timedelta(seconds=1)) is None
    assert clock.step_due(warning) is RecycleStep.WARN
    told = clock.warned()
    assert told.next_step == (RecycleStep.RECYCLE, end)
    assert told.step_due(end - timedelta(seconds=1)) is None
    assert told.step_due(end) is RecycleStep.RECYCLE


def test_there_is_no_warning_of_what_is_over() -> None:
    assert a_clock().step_due(midnight_after(date(2026, 4, 7))) is RecycleStep.RECYCLE


def test_a_clock_that_was_extended_is_warned_of_its_new_end() -> None:
    by = plan({"A": limits(idle=5, warn=2)})
    last = Mark(source=UUID(int=5), time=NOON + timedelta(days=2))
    clock = extended_spell(a_clock().warned(), marks_of(last), team=None, kind="A", plan=by)
    assert clock.next_step == (RecycleStep.WARN, midnight_after(date(2026, 4, 7)))


def test_a_conversion_that_is_refused_on_the_day_it_was_asked_for_rests_nothing() -> None:
    by = plan({"A": limits(idle=5, warn=2)})
    clock = a_clock()
    asked = NOON + timedelta(days=1)
    rested = rested_spell(clock, since=asked, until=asked + timedelta(hours=3), team=None, kind="A", plan=by)
    assert rested is clock
    rested = rested_spell(clock, since=asked, until=asked + timedelta(days=2), team=None, kind="A", plan=by)
    assert rested.falls is not None
    assert rested.falls.due == midnight_after(date(2026, 4, 9))


def test_whoever_has_a_lead_already_gains_nothing_by_getting_it_again() -> None:
    clock = a_clock()
    by, later = plan(), NOON + timedelta(days=3)
    assert begin_spell(clock, owner=ANNA, team=None, kind="A", plan=by, now=later) is clock
    anew = begin_spell(clock, owner=BO, team=None, kind="A", plan=by, now=later)
    assert anew is not None
    assert (anew.owner, anew.start) == (BO, later)
    assert begin_spell(clock, owner=None, team=None, kind="A", plan=by, now=later) is None


def told(number: int, *, days: int, hours: int = 0, note: str = "谈了报价", outcome: str = "reached") -> FollowUp:
    time = NOON + timedelta(days=days, hours=hours)
    facts = FollowUpFacts(kind=FollowUpKind.CALL, outcome=FollowUpOutcome(outcome), time=time, note=note)
    return FollowUp(uuid=UUID(int=number), lead=UUID(int=9), facts=facts, author="", told_time=time, create_time=time)


def owned(now: datetime = NOON) -> Lead:
    lead = replace(a_lead(), grade=Grade.A)
    return lead.assigned(Ownership(owner=ANNA), timetable=timetable(now)).aggregate


@pytest.mark.parametrize(
    ("follow_up", "counts"),
    [
        (told(1, days=1), True),
        (told(1, days=1, note="嗯"), False),
        (told(1, days=1, note="  嗯  "), False),
        (told(1, days=1, outcome="not_reached"), False),
        (replace(told(1, days=1), withdrawn=True), False),
    ],
)
def test_a_follow_up_counts_by_its_outcome_and_by_what_was_written(follow_up: FollowUp, counts: bool) -> None:
    assert RULES.count(follow_up) is counts


@pytest.mark.parametrize(
    ("follow_ups", "last"),
    [
        ([], None),
        ([told(1, days=-3), told(2, days=0, hours=2)], None),  # before the spell, and on its first day
        ([told(1, days=1), told(2, days=2, hours=3), told(3, days=2)], 3),  # the first of the last day
        ([told(1, days=1), told(2, days=2, note="")], 1),
    ],
)
def test_the_first_follow_up_that_counts_of_the_last_day_extends_the_spell(
    follow_ups: Sequence[FollowUp], last: int | None
) -> None:
    found = extension(owned(), follow_ups, RULES, timetable=timetable())
    assert (found.source.int if found else None) == last


def test_an_earlier_follow_up_told_late_moves_nothing() -> None:
    at: Timetable = timetable()
    lead = owned()
    lead = extended(lead, extension(lead, [told(1, days=3)], RULES, timetable=at), timetable=at).aggregate
    before = extension(lead, [told(2, days=2)], RULES, timetable=at)
    assert extended(lead, further(lead, before, timetable=at), timetable=at).events == ()


def test_a_lead_says_how_it_stands_with_its_owners_time() -> None:
    lead = owned()
    assert recycling_state(lead) is RecyclingState.RUNNING
    assert recycling_state(warned(lead, told=(), now=NOON).aggregate) is RecyclingState.WARNED
    assert recycling_state(replace(lead, state=LeadState.CONVERTING)) is RecyclingState.PAUSED
    assert recycling_state(replace(lead, state=LeadState.CONVERTED)) is RecyclingState.NONE
    assert recycling_state(replace(lead, owner=None, recycling=None, pool=UUID(int=4))) is RecyclingState.POOLED


def test_a_lead_of_before_gets_its_clock_when_a_round_meets_it() -> None:
    lead = replace(owned(), recycling=None)
    later = NOON + timedelta(days=30)
    change = refitted(lead, timetable=timetable(later))
    assert change.aggregate.recycling is not None
    assert change.aggregate.recycling.start == later
    assert refitted(change.aggregate, timetable=timetable(later)).events == ()


def test_new_limits_count_as_if_they_had_always_been() -> None:
    lead = owned()
    by = plan({"A": limits(idle=3)})
    later = timetable(NOON + timedelta(days=2), recycling=by)
    clock = refitted(lead, timetable=later).aggregate.recycling
    assert clock is not None
    assert clock.falls is not None
    assert clock.falls.due == midnight_after(date(2026, 4, 3))


def test_a_plan_works_each_day_out_once() -> None:
    asked = []

    def calendar_of(team: UUID | None) -> object:
        asked.append(team)
        return CALENDAR

    made = RecyclePlan(limits={"A": limits(idle=5)}, version=1, calendar_of=calendar_of)  # type: ignore[arg-type]  # counts who asks
    for _ in range(3):
        made.falls(kind="A", team=None, start=TUESDAY)
    assert len(asked) == 1
