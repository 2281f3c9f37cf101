"""How the demo company judges its leads: some for each reason, none that somebody sells to, the same each time."""

from deploy.local.demo.business.cases import is_sold_on
from deploy.local.demo.judgements import REASONS, demo_judgements
from services.leads.application.rule_kinds import QUALIFICATION

LEADS = [f"leads/{number}" for number in range(5000)]


def test_some_leads_are_worth_selling_to_and_a_few_are_not_for_every_reason() -> None:
    judged = list(demo_judgements(LEADS, first=0, taken=()))
    hopeless = [each for each in judged if each.reason]
    assert {each.reason for each in hopeless} == set(REASONS)
    assert 40 < len(hopeless) < 120
    assert len(judged) > 4 * len(hopeless)


def test_reasons_are_those_the_product_ships_with() -> None:
    rules = QUALIFICATION.read(QUALIFICATION.shipped_body())
    assert set(REASONS) <= {each.code for each in rules.offered}


def test_nobody_judges_what_somebody_sells_to_and_nothing_is_judged_twice() -> None:
    judged = list(demo_judgements(LEADS, first=0, taken=LEADS[:1000]))
    assert [each for each in judged if is_sold_on(each.number) or each.number < 1000] == []
    again = list(demo_judgements([*LEADS, *LEADS], first=0, taken=()))
    assert len({each.lead for each in again}) == len(again)
    assert judged == list(demo_judgements(LEADS, first=0, taken=LEADS[:1000]))
