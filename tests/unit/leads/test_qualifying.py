"""Whether a lead is worth selling to: by the checklist of the ideal customer, or not for a reason, and anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.events import Change
from services.leads.application.rule_kinds import QUALIFICATION, compile_checklist
from services.leads.domain.erasing import erase_person
from services.leads.domain.lead import FindingKeys, Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.qualification_record import ChecklistAnswer, Qualification, Verdict
from services.leads.domain.qualification_rules import DisqualifyReasonUnknown, QualificationRules
from services.leads.domain.qualifying import (
    NEXT_STATES,
    Checklist,
    LeadCannotBeJudged,
    LeadChecklistAnswered,
    LeadChecklistTooLow,
    LeadChecklistUnmet,
    LeadDisqualified,
    LeadQualified,
    LeadReopened,
    answered_checklist,
    checklist_of,
    disqualified,
    qualified,
    reopened,
)
from services.leads.storage.qualifications import qualification_from_json, qualification_to_json
from tests.unit.leads.builders import NOON, TIMETABLE, a_lead
from trade.rule_body import RuleBodyInvalid

BODY: dict[str, Any] = {
    "qualified_from": 60,
    "touch_reopens": True,
    "items": [
        {"code": "NEED", "title": "需求明确", "title_en": "Need clear", "weight": 3, "must": True},
        {"code": "SIZE", "title": "规模合适", "weight": 2, "condition": "employee_count >= 20"},
        {"code": "EXTRA", "title": "有意向", "weight": 1},
    ],
    "reasons": [
        {"code": "NO_NEED", "title": "没有需求", "title_en": "No need"},
        {"code": "OLD", "title": "旧原因", "offered": False},
    ],
}
RULES = QualificationRules.from_mapping(BODY)
NO_NEED = Verdict(
    qualified=False,
    author="members/a",
    author_name="安娜",
    time=NOON,
    code="NO_NEED",
    title="没有需求",
    title_en="No need",
)
WORTH_IT = Verdict(qualified=True, author="members/a", author_name="安娜", time=NOON, note="有预算")


def says(item: str, met: bool = True, note: str = "", author: str = "members/a") -> ChecklistAnswer:
    return ChecklistAnswer(item=item, met=met, note=note, author=author, author_name="安娜", time=NOON)


def standing(*answers: ChecklistAnswer, facts: frozenset[str] = frozenset()) -> Checklist:
    return checklist_of(RULES, Qualification(answers=answers), holds=lambda code: code in facts)


def in_state(state: LeadState) -> Lead:
    return replace(a_lead(), state=state)


def test_a_person_or_the_facts_meet_an_item_and_the_percentage_is_that_of_the_weights() -> None:
    checklist = standing(says("NEED"), facts=frozenset({"SIZE"}))
    assert [each.met for each in checklist.items] == [True, True, None]
    assert (checklist.percent, checklist.fits) == (83, True)


def test_a_persons_word_goes_before_the_facts() -> None:
    checklist = standing(says("NEED"), says("SIZE", met=False), facts=frozenset({"SIZE"}))
    assert [each.met for each in checklist.items] == [True, False, None]
    assert (checklist.percent, checklist.fits) == (50, False)


def test_facts_that_are_not_there_deny_nothing() -> None:
    assert [each.met for each in standing().items] == [None, None, None]


def test_where_nothing_weighs_anything_nothing_is_missing() -> None:
    rules = replace(RULES, items=tuple(replace(item, weight=0, must=False) for item in RULES.items))
    assert checklist_of(rules, None, holds=lambda _: False).fits


@settings(max_examples=200, deadline=None)
@given(
    met=st.sets(st.sampled_from(["NEED", "SIZE", "EXTRA"])),
    denied=st.sets(st.sampled_from(["NEED", "SIZE", "EXTRA"])),
    more=st.sampled_from(["NEED", "SIZE", "EXTRA"]),
)
def test_meeting_one_more_item_never_lowers_what_is_met(met: set[str], denied: set[str], more: str) -> None:
    answers = [says(item) for item in met] + [says(item, met=False) for item in denied - met]
    record = Qualification(answers=tuple(answers))
    before = checklist_of(RULES, record, holds=lambda _: False)
    after = checklist_of(RULES, record.with_answers([says(more)], withdrawn=()), holds=lambda _: False)
    assert 0 <= before.percent <= after.percent <= 100
    assert not before.fits or after.fits


def test_a_new_lead_that_meets_the_checklist_is_worth_selling_to() -> None:
    change = qualified(a_lead(), standing(says("NEED"), says("EXTRA")), WORTH_IT)
    assert change.events == (LeadQualified(),)
    assert change.aggregate.state is LeadState.QUALIFIED
    assert change.aggregate.qualification == Qualification(verdict=WORTH_IT)


def test_a_must_have_that_is_not_met_is_named() -> None:
    with pytest.raises(LeadChecklistUnmet) as refusal:
        qualified(a_lead(), standing(says("SIZE"), says("EXTRA")), WORTH_IT)
    assert (refusal.value.items, refusal.value.items_en) == ("需求明确", "Need clear")


def test_too_little_met_is_told_with_what_is_needed() -> None:
    with pytest.raises(LeadChecklistTooLow) as refusal:
        qualified(a_lead(), standing(says("NEED")), WORTH_IT)
    assert (refusal.value.percent, refusal.value.needed) == (50, 60)


def test_a_lead_not_worth_selling_to_keeps_its_reason_in_both_languages() -> None:
    change = disqualified(a_lead(), NO_NEED)
    assert change.events == (LeadDisqualified("NO_NEED"),)
    assert change.aggregate.state is LeadState.DISQUALIFIED
    assert NO_NEED.to_reason().parameters == {"reason": "没有需求", "reason_en": "No need"}


def test_a_reopened_lead_is_new_with_its_answers_and_without_the_verdict() -> None:
    record = Qualification(answers=(says("NEED", met=False),), verdict=NO_NEED)
    lead = replace(in_state(LeadState.DISQUALIFIED), qualification=record)
    change = reopened(lead, by_touch=True, timetable=TIMETABLE)
    assert change.events == (LeadReopened(by_touch=True),)
    assert change.aggregate.state is LeadState.NEW
    assert change.aggregate.qualification == replace(record, verdict=None)


@pytest.mark.parametrize("state", LeadState)
def test_a_lead_moves_only_where_its_state_lets_it(state: LeadState) -> None:
    lead, everything = in_state(state), standing(says("NEED"), says("SIZE"))
    moves: dict[LeadState, Callable[[], Change[Lead]]] = {
        LeadState.QUALIFIED: lambda: qualified(lead, everything, WORTH_IT),
        LeadState.DISQUALIFIED: lambda: disqualified(lead, NO_NEED),
        LeadState.NEW: lambda: reopened(lead, by_touch=False, timetable=TIMETABLE),
    }
    for wanted, move in moves.items():
        if wanted in NEXT_STATES[state]:
            assert move().aggregate.state is wanted
            continue
        with pytest.raises(LeadCannotBeJudged) as refusal:
            move()
        assert (refusal.value.state, refusal.value.wanted) == (state.value, wanted.value)


def test_what_is_said_again_is_no_event_and_what_is_taken_back_is_one() -> None:
    first = answered_checklist(a_lead(), [says("NEED", note="电话确认")], withdrawn=(), now=NOON)
    assert first.events == (LeadChecklistAnswered(),)
    later = replace(says("NEED", note="电话确认"), time=NOON + timedelta(hours=1))
    assert answered_checklist(first.aggregate, [later], withdrawn=("EXTRA",), now=NOON).events == ()
    back = answered_checklist(first.aggregate, [], withdrawn=("NEED",), now=NOON)
    assert (back.events, back.aggregate.qualification) == ((LeadChecklistAnswered(),), Qualification())


def test_nobody_holds_a_closed_lead_against_the_checklist() -> None:
    with pytest.raises(LeadCannotBeJudged):
        answered_checklist(in_state(LeadState.CONVERTED), [says("NEED")], withdrawn=(), now=NOON)


def test_a_record_is_read_back_as_it_was() -> None:
    for record in (None, Qualification(), Qualification(answers=(says("NEED"),), verdict=NO_NEED)):
        stored = orjson.loads(orjson.dumps(qualification_to_json(record)))
        assert qualification_from_json(stored) == record


def test_an_erased_persons_lead_keeps_the_verdict_and_no_words() -> None:
    record = Qualification(answers=(says("NEED", note="王小明说要"),), verdict=replace(NO_NEED, note="王小明说不要"))
    lead = replace(a_lead(contact_name="王小明"), qualification=record)
    erased = erase_person(lead, keys=FindingKeys(), now=NOON).aggregate.qualification
    assert erased is not None
    assert erased.verdict == NO_NEED
    assert erased.answers == (says("NEED"),)


def test_only_a_reason_that_is_offered_can_be_given() -> None:
    assert RULES.reason_of("NO_NEED").title == "没有需求"
    for code in ("OLD", "NEVER"):
        with pytest.raises(DisqualifyReasonUnknown):
            RULES.reason_of(code)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"reasons": None}, "reasons"),
        ({"qualified_from": 101}, "qualified_from"),
        ({"items": [{"code": "A", "title": "x"}]}, "items[0].weight"),
        ({"items": [{"code": "A", "title": "x", "weight": 1, "condition": "foo("}]}, "items[0].condition"),
        ({"items": [{"code": "A", "title": "x", "weight": 1}] * 2}, "items[1].code"),
    ],
)
def test_wrong_rules_are_refused_by_the_place_of_their_mistake(change: dict[str, Any], place: str) -> None:
    body = {key: value for key, value in (BODY | change).items() if value is not None}
    with pytest.raises(RuleBodyInvalid) as refusal:
        QUALIFICATION.read(body)
    assert refusal.value.field == place


def test_the_shipped_checklist_can_be_met_and_its_conditions_compile() -> None:
    rules = QUALIFICATION.read(QUALIFICATION.shipped_body())
    assert set(compile_checklist(rules)) == {"BUDGET_KNOWN", "DECIDES_SOON", "SIZE_FITS"}
    everything = Qualification(answers=tuple(says(item.code) for item in rules.items))
    assert checklist_of(rules, everything, holds=lambda _: False).percent == 100
    assert all(item.title_en for item in rules.items)
    assert all(reason.title_en for reason in rules.reasons)
