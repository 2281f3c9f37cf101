"""The clock of the first response: when it begins, what it comes to, and what stops it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from services.leads.domain.lead import Grade, Lead, LeadAssigned, Ownership
from services.leads.domain.lead_state import LeadState
from services.leads.domain.responding import (
    LeadResponded,
    LeadResponseEscalated,
    LeadResponseMissed,
    LeadResponseReopened,
    LeadResponseRescheduled,
    LeadResponseWarned,
    answered,
    rescheduled,
    stepped,
)
from services.leads.domain.response import ResponseState, ResponseStep, Terms
from tests.unit.leads.builders import ANNA, BO, CALENDAR, NOON, TERMS, a_lead, timetable
from trade.work_calendar import add_working_time

CALL, VISIT = UUID(int=71), UUID(int=72)
# In Shanghai: Tuesday 10:00, and the Friday after at 17:30.
TEN = datetime(2026, 3, 31, 2, 0, tzinfo=UTC)
YEAR = datetime.fromisoformat("2026-01-01")
FRIDAY_EVENING = datetime(2026, 4, 3, 9, 30, tzinfo=UTC)


def given(grade: Grade = Grade.A, *, to: UUID = ANNA, at: datetime = TEN) -> Lead:
    """A lead that somebody got, as it was at that moment."""
    return replace(a_lead(), grade=grade).assigned(Ownership(owner=to), timetable=timetable(at)).aggregate


def due(lead: Lead) -> datetime | None:
    return lead.response.due if lead.response else None


def state(lead: Lead, now: datetime) -> ResponseState:
    assert lead.response is not None
    return lead.response.standing(now=now, is_open=lead.state is LeadState.NEW)


def test_the_clock_begins_when_the_owner_gets_the_lead_and_counts_working_time() -> None:
    assert due(given()) == TEN + timedelta(hours=1)
    assert due(given(at=FRIDAY_EVENING)) == datetime(2026, 4, 6, 1, 30, tzinfo=UTC), "half an hour on Monday"
    # From 11:30 half an hour is left before the break, and the rest follows at 13:00.
    assert due(given(at=TEN + timedelta(minutes=90))) == datetime(2026, 3, 31, 5, 30, tzinfo=UTC)


@settings(deadline=None)
@whatever(
    since=st.datetimes(
        datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-12-31"), timezones=st.just(UTC)
    ),
    minutes=st.lists(st.integers(1, 5000), min_size=4, max_size=4),
)
def test_each_step_comes_after_its_own_minutes_of_work(since: datetime, minutes: list[int]) -> None:
    warn, due, *later = sorted(minutes)
    terms = Terms(due=due, warn=warn, escalate=later[1], reassign=later[0])
    schedule = timetable(since, {"A": terms}).schedule(grade="A", team=None, since=since)
    assert schedule is not None
    assert schedule.times == {
        step: add_working_time(CALENDAR, since, timedelta(minutes=each)) for step, each in terms.minutes()
    }


def test_a_grade_without_a_deadline_has_a_clock_and_nothing_due() -> None:
    lead = given(Grade.C)
    assert (due(lead), state(lead, NOON)) == (None, ResponseState.NONE)
    assert lead.response is not None
    assert lead.response.next_step is None


def test_a_lead_of_nobody_has_no_clock() -> None:
    assert a_lead().response is None


def test_until_the_deadline_the_lead_waits_and_from_then_on_it_is_overdue() -> None:
    lead = given()
    assert state(lead, TEN + timedelta(minutes=59, seconds=59)) is ResponseState.WAITING
    assert state(lead, TEN + timedelta(minutes=60)) is ResponseState.OVERDUE


@pytest.mark.parametrize(("minutes", "expected"), [(60, ResponseState.MET), (61, ResponseState.LATE)])
def test_an_answer_meets_the_deadline_up_to_its_very_instant(minutes: int, expected: ResponseState) -> None:
    time = TEN + timedelta(minutes=minutes)
    change = answered(given(), (CALL, time), timetable=timetable(time))
    assert change.events == (LeadResponded(),)
    assert state(change.aggregate, time + timedelta(days=9)) is expected
    assert change.aggregate.response is not None
    assert change.aggregate.response.answer is not None
    assert change.aggregate.response.answer.minutes == minutes


def test_the_minutes_of_an_answer_are_working_time() -> None:
    monday = datetime(2026, 4, 6, 1, 20, tzinfo=UTC)
    lead = answered(given(at=FRIDAY_EVENING), (CALL, monday), timetable=timetable(monday)).aggregate
    assert lead.response is not None
    assert lead.response.answer is not None
    assert lead.response.answer.minutes == 50


def test_what_was_done_before_the_owner_got_the_lead_took_no_time() -> None:
    lead = answered(given(), (CALL, TEN - timedelta(hours=1)), timetable=timetable(TEN)).aggregate
    assert lead.response is not None
    assert lead.response.answer is not None
    assert (lead.response.answer.minutes, state(lead, NOON)) == (0, ResponseState.MET)


def test_the_same_answer_again_is_no_event() -> None:
    once = answered(given(), (CALL, TEN), timetable=timetable(TEN)).aggregate
    assert answered(once, (CALL, TEN), timetable=timetable(NOON)).events == ()


def test_a_lead_of_before_there_were_clocks_is_answered_without_an_event() -> None:
    lead = replace(a_lead(), owner=ANNA)
    assert answered(lead, (CALL, TEN), timetable=timetable(TEN)).events == ()


def test_another_owner_begins_anew_and_who_had_it_before_is_known() -> None:
    later = TEN + timedelta(minutes=50)
    lead = given().assigned(Ownership(owner=BO), timetable=timetable(later)).aggregate
    assert lead.response is not None
    assert (lead.response.owner, lead.response.former) == (BO, (ANNA,))
    assert due(lead) == later + timedelta(hours=1)


def test_the_same_owner_again_gains_no_time() -> None:
    lead = given().assigned(Ownership(owner=ANNA), timetable=timetable(TEN + timedelta(minutes=50))).aggregate
    assert due(lead) == TEN + timedelta(hours=1)


def test_a_customer_is_answered_once_whoever_has_the_lead_later() -> None:
    lead = answered(given(), (CALL, TEN), timetable=timetable(TEN)).aggregate
    handed = lead.assigned(Ownership(owner=BO), timetable=timetable(NOON)).aggregate
    assert handed.response == lead.response
    assert handed.running_clock is None


def regraded(lead: Lead, grade: Grade, at: datetime) -> Lead:
    return lead.graded(grade=grade, reasons=(), rules_version=1, timetable=timetable(at)).aggregate


def test_another_grade_counts_from_when_the_owner_got_the_lead() -> None:
    assert due(regraded(given(), Grade.B, TEN + timedelta(minutes=30))) == due(given(Grade.B))


def test_a_stricter_grade_that_would_be_overdue_at_once_counts_from_when_it_was_given() -> None:
    lead, later = given(Grade.B), datetime(2026, 3, 31, 6, 0, tzinfo=UTC)
    assert due(regraded(lead, Grade.A, later)) == later + timedelta(hours=1)


def test_what_was_missed_stays_missed_by_another_grade() -> None:
    late = TEN + timedelta(minutes=61)
    lead = stepped(given(), told={}, now=late).aggregate
    back = regraded(regraded(lead, Grade.B, late), Grade.A, late + timedelta(minutes=1))
    assert due(back) == TEN + timedelta(hours=1)


def test_each_step_is_taken_once_and_tells_whom_it_is_for() -> None:
    lead, told = given(), {ResponseStep.WARN: (ANNA,), ResponseStep.MISS: (ANNA,), ResponseStep.ESCALATE: (BO, ANNA)}
    warned = stepped(lead, told=told, now=TEN + timedelta(minutes=30))
    assert warned.events == (LeadResponseWarned((ANNA,)),)
    assert stepped(warned.aggregate, told=told, now=TEN + timedelta(minutes=59)).events == ()
    missed = stepped(warned.aggregate, told=told, now=TEN + timedelta(minutes=60))
    assert missed.events == (LeadResponseMissed((ANNA,)),)
    # Two hours of work from 10:00 end with the morning.
    escalated = stepped(missed.aggregate, told=told, now=TEN + timedelta(hours=2))
    assert escalated.events == (LeadResponseEscalated((BO, ANNA)),)
    clock = escalated.aggregate.running_clock
    assert clock is not None
    assert clock.next_step == (ResponseStep.REASSIGN, datetime(2026, 4, 1, 2, 0, tzinfo=UTC))


def test_of_what_was_missed_nobody_is_warned_any_more() -> None:
    change = stepped(given(), told={}, now=TEN + timedelta(hours=1))
    assert change.events == (LeadResponseMissed(()),)
    assert stepped(change.aggregate, told={}, now=TEN + timedelta(hours=1)).events == ()


def test_a_lead_nobody_works_any_more_comes_to_nothing() -> None:
    lead = replace(given(), state=LeadState.CONVERTING)
    assert stepped(lead, told={}, now=TEN + timedelta(days=9)).events == ()
    assert state(lead, TEN + timedelta(days=9)) is ResponseState.LEFT


def test_without_its_answer_the_clock_goes_on_where_it_was() -> None:
    lead = answered(given(), (CALL, TEN), timetable=timetable(TEN)).aggregate
    change = answered(lead, None, timetable=timetable(NOON))
    assert change.events == (LeadResponseReopened(),)
    assert change.aggregate.response == given().response


def test_without_its_answer_a_lead_that_changed_hands_meanwhile_is_its_new_owners_to_answer() -> None:
    lead = answered(given(), (CALL, TEN), timetable=timetable(TEN)).aggregate
    handed = lead.assigned(Ownership(owner=BO), timetable=timetable(NOON)).aggregate
    reopened = answered(handed, None, timetable=timetable(NOON)).aggregate
    assert reopened.running_clock is not None
    assert (reopened.running_clock.owner, reopened.running_clock.start) == (BO, NOON)


def test_new_terms_count_as_if_they_had_always_been() -> None:
    stricter = timetable(NOON, TERMS | {"A": Terms(due=20)})
    change = rescheduled(given(), timetable=stricter)
    assert change.events == (LeadResponseRescheduled(),)
    assert (due(change.aggregate), state(change.aggregate, NOON)) == (
        TEN + timedelta(minutes=20),
        ResponseState.OVERDUE,
    )
    assert rescheduled(change.aggregate, timetable=stricter).events == ()


def test_an_answer_stays_whatever_the_terms_become() -> None:
    lead = answered(given(), (CALL, TEN), timetable=timetable(TEN)).aggregate
    assert rescheduled(lead, timetable=timetable(NOON, {"A": Terms(due=1)})).events == ()


def test_who_gets_a_lead_is_told_by_the_event_of_every_assignment() -> None:
    assert given().assigned(Ownership(owner=BO), timetable=timetable(NOON)).events == (LeadAssigned(),)
