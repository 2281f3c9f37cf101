"""What deserves attention, by the days administrators give."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.money import Money
from services.pipeline.application.rule_kinds import OPPORTUNITY
from services.pipeline.domain.opportunity_rules import (
    LossReasonUnknown,
    OpportunityRules,
    WinReasonUnknown,
    attention,
)
from services.pipeline.domain.proving import quote_stands
from tests.architecture.tree import ROOT
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import an_opportunity
from trade.rule_body import RuleBodyInvalid

BODY = tomllib.loads((ROOT / "services/pipeline/rules/opportunity.toml").read_text(encoding="utf-8"))
RULES = OpportunityRules.from_mapping(BODY)


def seen(opportunity: Any, **later: float) -> Any:
    now = NOON + timedelta(**later)
    return attention(opportunity, RULES.cutoffs(now=now, today=now.date()))


def test_need_confirmed_and_no_quote_in_seven_days_is_a_missed_quote() -> None:
    confirmed = replace(an_opportunity(), need_confirmed_time=NOON)
    assert not seen(confirmed, days=7).missed_quote
    assert seen(confirmed, days=7, seconds=1).missed_quote
    assert not seen(an_opportunity(), days=30).missed_quote


def test_quoted_and_no_follow_up_in_five_days_is_a_forgotten_follow_up() -> None:
    told = {"quote": "quotes/1", "stands": True, "uuid": UUID(int=1), "actor": "x", "now": NOON}
    quoted = quote_stands(replace(an_opportunity(), need_confirmed_time=NOON), **told).aggregate  # type: ignore[arg-type]  # named values
    assert not seen(quoted, days=5).forgotten_follow_up
    assert seen(quoted, days=5, seconds=1).forgotten_follow_up
    assert not seen(quoted, days=30).missed_quote
    followed = quoted.updated(facts=replace(quoted.facts, next_step="回访"), now=NOON + timedelta(days=5)).aggregate
    assert not seen(followed, days=10).forgotten_follow_up


def test_nothing_about_a_lost_one_wants_attention() -> None:
    lost = replace(an_opportunity(), need_confirmed_time=NOON).lost(reason="price", competitor="", tactics="", now=NOON)
    assert not any(getattr(seen(lost.aggregate, days=400), name) for name in ("rotting", "overdue", "missed_quote"))


def test_it_is_overdue_the_day_after_it_was_to_be_signed() -> None:
    closing = an_opportunity()
    facts = replace(closing.facts, expected_close_date=date(2026, 3, 2))
    due = replace(closing, facts=facts)
    assert not seen(due).overdue
    assert seen(due, days=1).overdue


def test_its_weight_is_its_amount_by_its_chance_rounded_down() -> None:
    opportunity = an_opportunity()
    odd = replace(opportunity, facts=replace(opportunity.facts, amount=Money(minor=333)))
    assert (opportunity.weighted_minor, odd.weighted_minor) == (20_000_00, 66)


@pytest.mark.parametrize(
    ("units", "currency", "value_class"),
    [(500_000, "CNY", "A"), (499_999, "CNY", "B"), (100_000, "CNY", "B"), (99_999, "CNY", "C"), (0, "CNY", "C")],
)
def test_it_is_classed_by_amount_times_probability(units: int, currency: str, value_class: str) -> None:
    opportunity = an_opportunity()  # its stage wins one in five
    worth = replace(opportunity, facts=replace(opportunity.facts, amount=Money(minor=units * 100, currency=currency)))
    assert RULES.class_of(worth, minor=worth.weighted_minor) == value_class


def test_yen_have_no_hundredths_and_nothing_said_is_no_class() -> None:
    opportunity = an_opportunity()
    yen = replace(opportunity, facts=replace(opportunity.facts, amount=Money(minor=500_000, currency="JPY")))
    untold = replace(opportunity, facts=replace(opportunity.facts, amount=None))
    assert (RULES.class_of(yen, minor=yen.weighted_minor), RULES.class_of(untold, minor=0)) == ("A", "")


def test_a_loss_has_a_reason_of_the_list() -> None:
    assert RULES.known_loss_reason("price") == "price"
    with pytest.raises(LossReasonUnknown):
        RULES.known_loss_reason("bad_luck")


def test_a_win_has_a_reason_of_the_list() -> None:
    assert RULES.known_win_reason("solution") == "solution"
    with pytest.raises(WinReasonUnknown):
        RULES.known_win_reason("luck")


def test_rules_written_before_there_were_reasons_to_win_have_those_the_product_ships_with() -> None:
    before = {key: section for key, section in BODY.items() if key != "win_reasons"}
    assert OPPORTUNITY.read(before).win_reasons == RULES.win_reasons
    own = {**BODY, "win_reasons": {"luck": {"name_zh": "运气", "name_en": "Luck"}}}
    assert OPPORTUNITY.read(own).win_reasons == {"luck": ("运气", "Luck")}


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({**BODY, "attention": {"missed_quote_days": 0, "forgotten_follow_up_days": 5}}, "attention.missed_quote_days"),
        ({**BODY, "loss_reasons": {}}, "loss_reasons"),
        ({**BODY, "loss_reasons": {"Price!": {"name_zh": "价", "name_en": "p"}}}, "loss_reasons.Price!"),
        ({**BODY, "loss_reasons": {"price": {"name_zh": "价"}}}, "loss_reasons.price.name_en"),
        ({**BODY, "win_reasons": {}}, "win_reasons"),
        ({**BODY, "win_reasons": {"price": {"name_en": "p"}}}, "win_reasons.price.name_zh"),
        ({**BODY, "colour": {}}, "colour"),
    ],
)
def test_rules_that_cannot_be_read_name_the_wrong_place(spoilt: dict[str, object], field: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        OpportunityRules.from_mapping(spoilt)
    assert refusal.value.field == field
