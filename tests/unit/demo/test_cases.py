"""What becomes of a lead is decided once, and a year of leads makes a believable year of business."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from deploy.local.demo.business.cases import (
    LOSS_REASONS,
    WEEKS_FROM_QUOTE_TO_SIGNATURE,
    WIN_REASONS,
    Case,
    Step,
    read_cases,
    taken_up,
    write_cases,
)
from deploy.local.demo.loading import LEADS as USUAL
from services.pipeline.application.rule_kinds import OPPORTUNITY
from services.pipeline.domain.opportunity_rules import OpportunityRules

LEADS = [f"leads/{number}" for number in range(USUAL)]


def lived(case: Case) -> Case:
    """The case at its end, if the year were long enough and everybody agreed."""
    while case.step not in {Step.COLLECT, Step.LOSE, Step.DONE}:
        case = following(case)
    return case


def following(case: Case) -> Case:
    """The case after its step; who agrees upon a contract has one."""
    if case.step is Step.LOSE:
        return case.after_all(week=case.week)
    agreed = replace(case, contract="contracts/1") if case.step is Step.AGREE else case
    return agreed.then(week=case.week)


def test_a_year_of_leads_makes_more_than_twelve_hundred_cases() -> None:
    cases = taken_up([], LEADS, first=0, week=0)
    assert 1250 < len(cases) < 1450


def test_a_lead_is_taken_up_once_however_often_its_week_is_loaded() -> None:
    once = taken_up([], LEADS, first=0, week=0)
    assert taken_up(once, LEADS, first=0, week=0) == once


def test_about_half_are_won_and_the_same_ones_each_time() -> None:
    cases = taken_up([], LEADS, first=0, week=0)
    ends = [lived(case) for case in cases]
    won = Counter(case.step for case in ends)[Step.COLLECT] / len(cases)
    assert 0.4 < won < 0.6
    assert [lived(case) for case in cases] == ends


def test_whoever_signed_says_why_before_the_money_is_collected() -> None:
    signed = Case(number=1, lead="leads/1", step=Step.SIGN, contract="contracts/1")
    told = signed.then(week=3)
    assert (told.step, told.week, told.then(week=4).step) == (Step.TELL_WHY, 4, Step.COLLECT)


def test_demo_reasons_are_reasons_of_the_shipped_rules() -> None:
    rules = OpportunityRules.from_mapping(OPPORTUNITY.shipped_body())
    assert set(WIN_REASONS) <= set(rules.win_reasons)
    assert set(LOSS_REASONS) <= set(rules.loss_reasons)


def test_a_quote_holds_until_the_slowest_contract_is_signed() -> None:
    """Else the first start depends on who is quicker in that week: the seller, or the sweep that ends quotes."""
    taken: list[int] = []
    for case in taken_up([], LEADS, first=0, week=0):
        weeks: dict[Step, int] = {}
        at = case
        while at.step not in {Step.COLLECT, Step.DONE}:
            weeks[at.step] = at.week
            at = following(at)
        if Step.SIGN in weeks:
            taken.append(weeks[Step.SIGN] - weeks[Step.QUOTE])
    assert 8 < max(taken) <= WEEKS_FROM_QUOTE_TO_SIGNATURE


def test_some_customers_sign_what_was_given_up_and_their_sellers_have_something_to_settle() -> None:
    given_up = [end for case in taken_up([], LEADS, first=0, week=0) if (end := lived(case)).step is Step.LOSE]
    signed = [case for case in given_up if case.after_all(week=1).step is Step.SIGN]
    assert 15 < len(signed) < 60
    assert all(case.contract for case in signed)


def test_cases_are_kept_for_a_loader_that_goes_on(tmp_path: Path) -> None:
    cases = taken_up([], LEADS[:50], first=0, week=3)
    write_cases(tmp_path / "cases.json", cases)
    assert read_cases(tmp_path / "cases.json") == cases
    assert read_cases(tmp_path / "absent.json") == []
