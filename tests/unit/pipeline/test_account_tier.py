"""The few who make most of what is sold are key accounts, by several indicators, and it is told why."""

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pipeline.domain.account_tier import (
    Figures,
    Indicator,
    Marks,
    Rating,
    TierRules,
    mark_of,
    marks_of,
    rate,
)
from tests.unit.pipeline.shipped import SHIPPED
from trade.rule_body import RuleBodyInvalid

BODY = tomllib.loads((SHIPPED / "account_tiers.toml").read_text(encoding="utf-8"))
RULES = TierRules.from_mapping(BODY)
MARKS: Marks = {
    Indicator.ORDERED: 100_000,
    Indicator.ORDERS: 4,
    Indicator.GROWTH: 50_000,
    Indicator.POTENTIAL: 80_000,
}


def rated(**figures: int) -> Rating:
    return rate(Figures(**figures), marks=MARKS, rules=RULES)


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        ([50, 30, 20], 30),  # 50 and 30 make exactly 80 of 100
        ([50, 29, 21], 21),  # 50 and 29 make 79
        ([80, 5, 5, 5, 5], 80),
        ([10] * 10, 10),
        ([7], 7),
        ([], 0),
        ([0, 0, -5], 0),
    ],
)
def test_the_mark_is_the_least_of_the_few_who_make_80_percent(values: list[int], mark: int) -> None:
    assert mark_of(values, share=80) == mark


@given(st.lists(st.integers(min_value=-10, max_value=10_000), max_size=30), st.integers(min_value=1, max_value=100))
def test_those_who_reach_the_mark_make_the_share_and_without_the_last_they_do_not(
    values: list[int], share: int
) -> None:
    mark, total = mark_of(values, share=share), sum(value for value in values if value > 0)
    assert sum(value for value in values if 0 < mark <= value) * 100 >= total * share
    assert not total or sum(value for value in values if value > mark) * 100 < total * share


def test_who_is_among_the_few_in_everything_is_a_key_account_with_the_whole_score() -> None:
    rating = rated(ordered=100_000, orders=4, ordered_before=50_000, potential=80_000)
    assert (rating.tier, rating.score) == ("key", 100)
    assert {each.code for each in rating.reasons} == {"TIER_INDICATOR_AMONG_FEW"}


@pytest.mark.parametrize(
    ("figures", "score", "tier"),
    [
        ({"ordered": 100_000, "orders": 4, "ordered_before": 100_000}, 60, "key"),
        ({"ordered": 100_000, "orders": 3, "ordered_before": 100_000}, 55, "growing"),
        ({"ordered": 75_000, "ordered_before": 75_000}, 30, "growing"),
        ({"ordered": 74_999, "ordered_before": 75_000}, 29, "regular"),
        ({"potential": 3_199}, 0, ""),
        ({"potential": 3_200}, 1, "regular"),
        ({}, 0, ""),
    ],
)
def test_the_score_is_what_is_reached_of_all_weights_and_decides_the_tier(
    figures: Mapping[str, int], score: int, tier: str
) -> None:
    rating = rated(**figures)
    assert (rating.score, rating.tier) == (score, tier)


def test_every_indicator_tells_how_much_of_its_mark_is_reached() -> None:
    rating = rated(ordered=99_999, orders=5, ordered_before=200_000)
    assert [(each.indicator, each.percent) for each in rating.indicators] == [
        (Indicator.ORDERED, 99),
        (Indicator.ORDERS, 100),
        (Indicator.GROWTH, 0),
        (Indicator.POTENTIAL, 0),
    ]
    assert [(each.code, dict(each.parameters)) for each in rating.reasons] == [
        ("TIER_INDICATOR_BELOW_MARK", {"indicator": "ordered", "share": "80", "percent": "99"}),
        ("TIER_INDICATOR_AMONG_FEW", {"indicator": "orders", "share": "80"}),
        ("TIER_INDICATOR_NOTHING", {"indicator": "growth", "share": "80"}),
        ("TIER_INDICATOR_NOTHING", {"indicator": "potential", "share": "80"}),
    ]


def test_who_orders_less_than_before_has_no_growth() -> None:
    assert Figures(ordered=5, ordered_before=9).value(Indicator.GROWTH) == 0
    assert Figures(ordered=9, ordered_before=5).value(Indicator.GROWTH) == 4


def test_marks_are_made_of_the_indicators_that_count() -> None:
    rules = TierRules.from_mapping({**BODY, "weights": {"orders": 10}})
    marks = marks_of([Figures(orders=9, ordered=5), Figures(orders=1)], rules=rules)
    assert marks == {Indicator.ORDERS: 9}
    assert rate(Figures(orders=9), marks=marks, rules=rules).score == 100


@given(st.builds(Figures, ordered=st.integers(0, 10**9), orders=st.integers(0, 99), potential=st.integers(0, 10**9)))
def test_a_score_lies_between_nothing_and_100_and_more_money_never_lowers_it(figures: Figures) -> None:
    score = rate(figures, marks=MARKS, rules=RULES).score
    richer = Figures(ordered=figures.ordered + 1000, orders=figures.orders, potential=figures.potential)
    assert 0 <= score <= rate(richer, marks=MARKS, rules=RULES).score <= 100


def _without_weights(body: dict[str, Any]) -> None:
    body["weights"] = {}


def _second_tier_higher(body: dict[str, Any]) -> None:
    body["tiers"] = [body["tiers"][0], {**body["tiers"][1], "least": 60}]


def _tier_twice(body: dict[str, Any]) -> None:
    body["tiers"] = [body["tiers"][0], {**body["tiers"][0], "least": 5}]


@pytest.mark.parametrize(
    ("spoil", "field", "problem"),
    [
        (_without_weights, "weights", "empty"),
        (_second_tier_higher, "tiers[1].least", "not_descending"),
        (_tier_twice, "tiers[1].key", "twice"),
        (lambda body: body.update(share=0), "share", "whole"),
        (lambda body: body.update(days=1101), "days", "whole"),
        (lambda body: body.update(currency="RMB"), "currency", "choice"),
        (lambda body: body.update(weights={"turnover": 1}), "weights.turnover", "unknown"),
    ],
)
def test_wrong_rules_are_refused_by_the_place_of_the_mistake(
    spoil: Callable[[dict[str, Any]], None], field: str, problem: str
) -> None:
    body = dict(BODY)
    spoil(body)
    with pytest.raises(RuleBodyInvalid) as refused:
        TierRules.from_mapping(body)
    assert (refused.value.field, refused.value.problem) == (field, problem)
