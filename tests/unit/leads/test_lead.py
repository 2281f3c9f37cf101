"""What can happen to a lead."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.money import Money
from services.leads.domain.facts import LeadFacts, LeadWithoutIdentity, Urgency
from services.leads.domain.lead import (
    FindingKeys,
    Grade,
    GradeOverride,
    LeadAssigned,
    LeadGraded,
    LeadTouched,
    LeadUpdated,
    Ownership,
)
from services.leads.domain.overriding import LeadGradeNotOverridden, overridden, without_override
from services.leads.domain.resemblance import Band, Resemblance, judge_intake
from tests.unit.leads.builders import ANNA, EAST, NOON, TIMETABLE, WEST, a_budget, a_lead, facts
from trade.budget import Budget, BudgetBoundsCrossed
from trade.reasons import Reason


def test_a_lead_says_at_least_who_it_is() -> None:
    with pytest.raises(LeadWithoutIdentity):
        LeadFacts(industry="machinery", phone="  ")


def test_the_lower_bound_of_a_budget_is_not_above_the_upper() -> None:
    with pytest.raises(BudgetBoundsCrossed):
        Budget(least=Money(minor=200), most=Money(minor=100))


def test_the_bounds_of_a_budget_share_a_currency() -> None:
    with pytest.raises(BudgetBoundsCrossed):
        Budget(least=Money(minor=1, currency="CNY"), most=Money(minor=2, currency="USD"))


@pytest.mark.parametrize(
    ("budget", "clear"),
    [
        (Budget(), False),
        (Budget(most=Money(minor=0)), False),
        (Budget(most=Money(minor=1)), True),
        (a_budget(5), True),
    ],
)
def test_a_budget_is_clear_when_an_amount_or_a_range_is_given(budget: Budget, clear: bool) -> None:
    assert budget.is_clear is clear


def test_the_same_grade_for_the_same_reasons_is_no_event() -> None:
    once = a_lead().graded(grade=Grade.B, reasons=[Reason("X")], rules_version=1, timetable=TIMETABLE)
    assert once.events == (LeadGraded(),)
    assert (
        once.aggregate.graded(grade=Grade.B, reasons=[Reason("X")], rules_version=2, timetable=TIMETABLE).events == ()
    )


def an_override(grade: Grade) -> GradeOverride:
    return GradeOverride(grade=grade, reason="老客户介绍", author=f"members/{ANNA}", author_name="安娜", time=NOON)


def test_a_persons_grade_stays_and_tells_what_the_rules_would_say() -> None:
    lead = overridden(a_lead(), an_override(Grade.A))
    change = lead.graded(grade=Grade.C, reasons=[Reason("X")], rules_version=1, timetable=TIMETABLE)
    assert change.events == (LeadGraded(),)
    assert change.aggregate.grade is Grade.A
    assert [reason.code for reason in change.aggregate.grade_reasons] == ["GRADE_OVERRIDDEN", "X"]
    told = {"grade": "A", "author": "安娜", "reason": "老客户介绍", "rules_grade": "C"}
    assert change.aggregate.grade_reasons[0].parameters == told


def test_a_persons_grade_follows_no_rule_but_what_the_rules_would_say_does() -> None:
    before = overridden(a_lead(), an_override(Grade.A)).graded(
        grade=Grade.C, reasons=[], rules_version=1, timetable=TIMETABLE
    )
    after = before.aggregate.graded(grade=Grade.B, reasons=[], rules_version=1, timetable=TIMETABLE)
    assert after.events == (LeadGraded(),)
    assert after.aggregate.grade is Grade.A
    assert after.aggregate.grade_override == replace(an_override(Grade.A), rules_grade=Grade.B)


def test_a_grade_of_the_rules_cannot_be_cleared() -> None:
    with pytest.raises(LeadGradeNotOverridden):
        without_override(a_lead())


def test_an_owner_brings_his_team_and_a_missing_region() -> None:
    change = a_lead().assigned(Ownership(owner=ANNA, team=UUID(int=5), region=EAST), timetable=TIMETABLE)
    assert change.events == (LeadAssigned(),)
    assert (change.aggregate.owner, change.aggregate.team, change.aggregate.region) == (ANNA, UUID(int=5), EAST)


def test_an_owner_from_elsewhere_does_not_move_the_lead() -> None:
    given = a_lead(region=WEST).assigned(Ownership(owner=ANNA, region=EAST), timetable=TIMETABLE)
    assert given.aggregate.region == WEST


def test_a_touch_takes_over_signs_of_wanting_to_buy_and_nothing_else() -> None:
    later = NOON + timedelta(hours=1)
    told = facts(company_name="另写的名字", demo_request_time=NOON, budget=a_budget(7), urgency=Urgency.HIGH)
    change = a_lead().touched(facts=told, now=later)
    lead = change.aggregate
    assert change.events == (LeadTouched(),)
    signs = facts(demo_request_time=NOON, budget=a_budget(7), urgency=Urgency.HIGH)
    assert lead.facts == signs.dated(by_default=NOON)
    assert (lead.touch_count, lead.update_time) == (2, later)


def test_a_touch_keeps_a_budget_that_was_known_and_the_later_demo() -> None:
    known = a_lead(budget=a_budget(5), demo_request_time=NOON)
    told = facts(budget=a_budget(9), demo_request_time=NOON - timedelta(days=3))
    lead = known.touched(facts=told, now=NOON).aggregate
    assert (lead.facts.budget, lead.facts.demo_request_time) == (a_budget(5), NOON)


def test_an_update_names_the_fields_that_changed() -> None:
    change = a_lead().updated(facts=facts(need="x", industry="y"), keys=FindingKeys(), now=NOON)
    assert change.events == (LeadUpdated(("industry", "need")),)


def test_an_update_that_changes_nothing_is_no_event() -> None:
    assert a_lead().updated(facts=facts(), keys=FindingKeys(), now=NOON).events == ()


def test_the_same_customer_is_attached_to_the_record_it_resembles_most() -> None:
    hints = [
        Resemblance(lead=UUID(int=3), score=0.9995, band=Band.SAME),
        Resemblance(lead=UUID(int=2), score=0.9999, band=Band.SAME),
        Resemblance(lead=UUID(int=1), score=0.95, band=Band.LIKELY),
    ]
    verdict = judge_intake(hints)
    assert verdict.attach_to == UUID(int=2)
    assert verdict.to_review == (hints[2],)


def test_of_equal_matches_the_older_record_gets_the_touch() -> None:
    pair = [Resemblance(lead=UUID(int=number), score=1.0, band=Band.SAME) for number in (8, 4)]
    assert judge_intake(pair).attach_to == UUID(int=4)
