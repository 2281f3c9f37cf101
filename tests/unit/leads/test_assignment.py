"""Who works a lead."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.application.rule_kinds import ASSIGNMENT
from services.leads.domain.assignment import AssignmentDecision, decide_owner
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.board import Board, PassedOver, Salesperson
from services.leads.domain.lead import Grade
from tests.unit.leads.builders import ANNA, BO, CHEN, EAST, RULES, WEST, person
from trade.rule_body import RuleBodyInvalid


def decide(*people: Salesperson, **about: Any) -> AssignmentDecision:
    values: dict[str, Any] = {"rules": RULES, "grade": Grade.B, "region": EAST, "skill": ""} | about
    return decide_owner(Board(people, values.pop("rules")), **values)


def chosen(decision: AssignmentDecision) -> object:
    return decision.chosen.member if decision.chosen else None


def outcome(decision: AssignmentDecision, member: object) -> PassedOver:
    return next(each.outcome for each in decision.weighed if each.person.member == member)


def codes(decision: AssignmentDecision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_people_of_the_leads_region_come_first() -> None:
    assert chosen(decide(person(ANNA, region=WEST), person(BO))) == BO


def test_skill_decides_inside_a_region() -> None:
    decision = decide(person(ANNA), person(BO, skills=frozenset({"machinery"})), skill="machinery")
    assert chosen(decision) == BO
    assert "ASSIGNED_SKILL" in codes(decision)


def test_who_got_fewer_leads_for_his_capacity_gets_the_next() -> None:
    assert chosen(decide(person(ANNA, capacity=10, recent_leads=2), person(BO, capacity=30, recent_leads=3))) == BO


def test_grade_a_goes_to_a_senior_even_where_others_fit_better() -> None:
    decision = decide(person(ANNA), person(BO, senior=True, region=WEST, recent_leads=9), grade=Grade.A)
    assert chosen(decision) == BO
    assert codes(decision)[0] == "ASSIGNED_TO_SENIOR"
    assert not decision.no_senior_free
    assert outcome(decision, ANNA) is PassedOver.NOT_SENIOR


def test_without_a_free_senior_grade_a_goes_to_the_next_best_and_raises_the_alarm() -> None:
    decision = decide(person(ANNA), person(BO, senior=True, open_leads=10), grade=Grade.A)
    assert chosen(decision) == ANNA
    assert codes(decision)[0] == "ASSIGNED_NO_SENIOR_FREE"
    assert decision.no_senior_free
    assert outcome(decision, BO) is PassedOver.FULL


def test_the_alarm_is_raised_too_when_nobody_at_all_can_take_a_lead_of_grade_a() -> None:
    assert decide(person(ANNA, on_duty=False), grade=Grade.A).no_senior_free
    assert not decide(person(ANNA, on_duty=False), grade=Grade.B).no_senior_free


def test_nobody_off_duty_or_full_gets_a_lead() -> None:
    decision = decide(person(ANNA, on_duty=False), person(BO, open_leads=10))
    assert chosen(decision) is None
    assert decision.reasons[0].parameters == {"off_duty": "1", "full": "1", "other_region": "0"}


def test_where_leads_stay_in_their_region_others_are_passed_over() -> None:
    rules = AssignmentRules.from_mapping({**ASSIGNMENT.shipped_body(), "only_own_region": True})
    decision = decide(person(ANNA, region=WEST), rules=rules)
    assert chosen(decision) is None
    assert outcome(decision, ANNA) is PassedOver.OTHER_REGION


def test_equal_candidates_are_decided_by_id_whatever_their_order() -> None:
    assert chosen(decide(person(CHEN), person(BO), person(ANNA))) == ANNA


def test_everybody_weighed_stands_in_the_decision() -> None:
    decision = decide(person(ANNA), person(BO), person(CHEN, on_duty=False))
    assert [each.outcome for each in decision.weighed] == [
        PassedOver.CHOSEN,
        PassedOver.LOWER_SCORE,
        PassedOver.OFF_DUTY,
    ]


def test_a_lead_given_counts_for_the_next_one() -> None:
    board = Board([person(ANNA), person(BO)], RULES)
    first = decide_owner(board, grade=Grade.B, region=EAST, skill="").chosen
    assert first == person(ANNA)
    board.given(ANNA)
    second = decide_owner(board, grade=Grade.B, region=EAST, skill="").chosen
    assert second == person(BO)


def test_of_many_candidates_the_foremost_are_shown_and_the_others_counted() -> None:
    crowd = [person(UUID(int=100 + number), recent_leads=number) for number in range(30)]
    decision = decide(*crowd, person(ANNA, on_duty=False), person(BO, senior=True, recent_leads=99), grade=Grade.A)
    assert decision.weighed[0].person.member == BO
    assert len(decision.weighed) == 5
    assert sum(decision.others.values()) == 27
    assert decision.others[PassedOver.NOT_SENIOR] >= 21


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"region_weight": -1}, "region_weight"),
        ({"recent_days": 0}, "recent_days"),
        ({"recent_days": 1.5}, "recent_days"),
        ({"senior_first": ["E"]}, "senior_first"),
        ({"senior_first": [""]}, "senior_first"),
        ({"roles": "sales"}, "roles"),
        ({"only_own_region": "no"}, "only_own_region"),
        ({"speed": 1}, "speed"),
    ],
)
def test_wrong_rules_are_refused_by_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        AssignmentRules.from_mapping({**ASSIGNMENT.shipped_body(), **change})
    assert refusal.value.field == place


PEOPLE = st.lists(
    st.builds(
        Salesperson,
        member=st.uuids(),
        region=st.sampled_from([EAST, WEST, None]),
        senior=st.booleans(),
        capacity=st.integers(0, 5),
        on_duty=st.booleans(),
        open_leads=st.integers(0, 5),
        recent_leads=st.integers(0, 50),
    ),
    max_size=8,
    unique_by=lambda each: each.member,
)


@given(people=PEOPLE, grade=st.sampled_from([Grade.A, Grade.B]), region=st.sampled_from([EAST, None]))
def test_a_decision_is_the_same_whatever_the_order_and_never_overloads(
    people: list[Salesperson], grade: Grade, region: Any
) -> None:
    decision = decide(*people, grade=grade, region=region)
    turned = decide(*reversed(people), grade=grade, region=region)
    assert chosen(decision) == chosen(turned)
    able = [each for each in people if each.on_duty and each.open_leads < each.capacity]
    assert (decision.chosen is None) is (not able)
    if decision.chosen and grade is Grade.A and any(each.senior for each in able):
        assert decision.chosen.senior
