"""Follow-ups: what is told of them, and which of them answers a customer."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.leads.domain.follow_up import (
    FollowUp,
    FollowUpCorrected,
    FollowUpCreated,
    FollowUpFacts,
    FollowUpInFuture,
    FollowUpTooEarly,
    FollowUpWithdrawn,
    LeadCannotBeFollowedUp,
    NextStepBefore,
    create_follow_up,
    first_response,
)
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome
from services.leads.domain.lead_state import LeadState
from services.leads.domain.response_rules import ResponseRules
from tests.unit.leads.builders import NOON, a_lead

RULES = ResponseRules(
    answered_by=frozenset({FollowUpOutcome.REACHED}), told_within=timedelta(hours=24), reassign_at_most=0, terms={}
)
HOUR = timedelta(hours=1)


def told(**more: Any) -> FollowUpFacts:
    values: dict[str, Any] = {"kind": FollowUpKind.CALL, "outcome": FollowUpOutcome.REACHED, "time": NOON} | more
    return FollowUpFacts(**values)


def a_follow_up(number: int = 1, *, told_at: datetime = NOON, **more: Any) -> FollowUp:
    change = create_follow_up(a_lead(), uuid=UUID(int=number), facts=told(**more), author="members/1", now=told_at)
    return change.aggregate


def test_what_was_done_about_an_open_lead_is_told() -> None:
    change = create_follow_up(a_lead(), uuid=UUID(int=1), facts=told(), author="members/1", now=NOON)
    assert change.events == (FollowUpCreated(),)
    assert (change.aggregate.lead, change.aggregate.author) == (a_lead().uuid, "members/1")


@pytest.mark.parametrize("state", [LeadState.CONVERTED, LeadState.CONVERTING, LeadState.DISQUALIFIED])
def test_a_lead_nobody_works_is_not_followed_up(state: LeadState) -> None:
    with pytest.raises(LeadCannotBeFollowedUp):
        create_follow_up(replace(a_lead(), state=state), uuid=UUID(int=1), facts=told(), author="", now=NOON)


def test_what_is_to_come_was_not_done_but_clocks_differ_by_a_minute() -> None:
    told(time=NOON + timedelta(minutes=1)).check(now=NOON)
    with pytest.raises(FollowUpInFuture):
        told(time=NOON + timedelta(minutes=1, seconds=1)).check(now=NOON)


def test_nobody_tells_what_was_more_than_a_year_ago() -> None:
    told(time=NOON - timedelta(days=366)).check(now=NOON)
    with pytest.raises(FollowUpTooEarly):
        told(time=NOON - timedelta(days=366, seconds=1)).check(now=NOON)


def test_the_next_step_follows() -> None:
    told(next_step_time=NOON).check(now=NOON)
    with pytest.raises(NextStepBefore):
        told(next_step_time=NOON - timedelta(seconds=1)).check(now=NOON)


def test_a_correction_is_an_event_and_the_same_again_is_none() -> None:
    first = a_follow_up()
    change = first.corrected(told(note="留了言"), now=NOON + HOUR)
    assert change.events == (FollowUpCorrected(),)
    assert change.aggregate.corrected(told(note="留了言"), now=NOON + HOUR).events == ()


def test_what_was_withdrawn_is_corrected_no_more_and_counts_for_nothing() -> None:
    withdrawn = a_follow_up().struck().aggregate
    assert withdrawn.counts_from(RULES) is None
    with pytest.raises(FollowUpWithdrawn):
        withdrawn.corrected(told(), now=NOON)
    with pytest.raises(FollowUpWithdrawn):
        withdrawn.struck()


@pytest.mark.parametrize("outcome", [each for each in FollowUpOutcome if each is not FollowUpOutcome.REACHED])
def test_only_outcomes_of_the_rules_answer_a_customer(outcome: FollowUpOutcome) -> None:
    assert a_follow_up(outcome=outcome).counts_from(RULES) is None
    assert a_follow_up(outcome=outcome).counts_from(replace(RULES, answered_by=frozenset({outcome}))) == NOON


def test_what_is_told_in_time_counts_from_when_it_happened_and_later_from_when_it_is_told() -> None:
    day = timedelta(days=1)
    assert a_follow_up(told_at=NOON + day).counts_from(RULES) == NOON
    assert a_follow_up(told_at=NOON + day + HOUR).counts_from(RULES) == NOON + day + HOUR


def test_a_time_that_is_corrected_is_told_anew() -> None:
    late = NOON + timedelta(days=3)
    back = a_follow_up(told_at=late, time=late).corrected(told(time=NOON), now=late + HOUR).aggregate
    assert back.counts_from(RULES) == late + HOUR
    noted = a_follow_up(told_at=late, time=late).corrected(told(time=late, note="补充"), now=late + HOUR).aggregate
    assert noted.counts_from(RULES) == late


def test_the_earliest_that_counts_is_the_first_response() -> None:
    tried = a_follow_up(1, outcome=FollowUpOutcome.NOT_REACHED, time=NOON - 2 * HOUR)
    later, earlier = a_follow_up(2), a_follow_up(3, time=NOON - HOUR)
    assert first_response([tried, later, earlier], RULES) == (UUID(int=3), NOON - HOUR)
    assert first_response([tried], RULES) is None
