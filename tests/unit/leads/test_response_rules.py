"""The rules of the first response, as administrators edit them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from services.leads.application.rule_kinds import RESPONSE
from services.leads.domain.follow_up_kinds import FollowUpOutcome
from services.leads.domain.response import Terms
from services.leads.domain.response_rules import ResponseRules
from trade.rule_body import RuleBodyInvalid


def body(**more: Any) -> Mapping[str, Any]:
    return {
        "answered_by": ["reached"],
        "told_within_minutes": 60,
        "reassign_at_most": 2,
        "grades": {"A": {"due": 60}},
        **more,
    }


def test_as_shipped_a_customer_is_answered_when_he_was_reached_or_left_a_message() -> None:
    rules = ResponseRules.from_mapping(RESPONSE.shipped_body())
    assert rules.answered_by == {FollowUpOutcome.REACHED, FollowUpOutcome.MESSAGE_LEFT}
    assert rules.told_within == timedelta(days=1)
    assert rules.terms["A"] == Terms(due=60, warn=30, escalate=120, reassign=480)
    assert sorted(rules.terms) == ["A", "B", "C"], "leads of grade D have no deadline"


def test_what_is_left_out_never_happens() -> None:
    assert ResponseRules.from_mapping(body()).terms == {"A": Terms(due=60)}


@pytest.mark.parametrize(
    ("grades", "place", "problem"),
    [
        ({"A": {"due": 60, "warn": 60}}, "grades.A.warn", "not_before_due"),
        ({"A": {"due": 60, "escalate": 59}}, "grades.A.escalate", "before_due"),
        ({"A": {"due": 60, "reassign": 59}}, "grades.A.reassign", "before_due"),
        ({"A": {"due": 0}}, "grades.A.due", "whole"),
        ({"A": {"warn": 5}}, "grades.A.due", "whole"),
        ({"E": {"due": 60}}, "grades.E", "unknown"),
        ({"A": {"due": 60, "esclate": 70}}, "grades.A.esclate", "unknown"),
    ],
)
def test_wrong_terms_are_refused_by_their_place(grades: Any, place: str, problem: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        ResponseRules.from_mapping(body(grades=grades))
    assert (refusal.value.field, refusal.value.problem) == (place, problem)


@pytest.mark.parametrize("answered_by", [[], ["spoken"], None])
def test_something_must_answer_a_customer(answered_by: Any) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        ResponseRules.from_mapping(body(answered_by=answered_by))
    assert refusal.value.field == "answered_by"


def test_the_deadline_itself_is_early_enough_to_escalate_and_to_hand_on() -> None:
    terms = ResponseRules.from_mapping(body(grades={"A": {"due": 60, "escalate": 60, "reassign": 60}})).terms
    assert terms["A"] == Terms(due=60, escalate=60, reassign=60)
