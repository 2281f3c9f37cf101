"""What becomes of a lead is decided once, and a year of leads makes a believable year of business."""

from collections import Counter
from pathlib import Path

from deploy.local.demo.business.cases import (
    WEEKS_FROM_QUOTE_TO_SIGNATURE,
    Case,
    Step,
    read_cases,
    taken_up,
    write_cases,
)

LEADS = [f"leads/{number}" for number in range(5000)]


def lived(case: Case) -> Case:
    """The case at its end, if the year were long enough and everybody agreed."""
    while case.step not in {Step.COLLECT, Step.LOSE, Step.DONE}:
        case = case.then(week=case.week)
    return case


def test_five_thousand_leads_make_more_than_twelve_hundred_cases() -> None:
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


def test_a_quote_holds_until_the_slowest_contract_is_signed() -> None:
    """Else the first start depends on who is quicker in that week: the seller, or the sweep that ends quotes."""
    taken: list[int] = []
    for case in taken_up([], LEADS, first=0, week=0):
        weeks: dict[Step, int] = {}
        at = case
        while at.step not in {Step.COLLECT, Step.LOSE, Step.DONE}:
            weeks[at.step] = at.week
            at = at.then(week=at.week)
        if Step.SIGN in weeks:
            taken.append(weeks[Step.SIGN] - weeks[Step.QUOTE])
    assert max(taken) == WEEKS_FROM_QUOTE_TO_SIGNATURE


def test_cases_are_kept_for_a_loader_that_goes_on(tmp_path: Path) -> None:
    cases = taken_up([], LEADS[:50], first=0, week=3)
    write_cases(tmp_path / "cases.json", cases)
    assert read_cases(tmp_path / "cases.json") == cases
    assert read_cases(tmp_path / "absent.json") == []
