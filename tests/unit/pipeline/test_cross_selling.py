"""What is offered follows from enough customers, more than chance, and only to who is alike (交叉销售)."""

import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.pipeline.domain.account_likeness import Traits
from services.pipeline.domain.cross_selling import Affinity, CrossSellingRules, offers, silence, telling
from trade.rule_body import RuleBodyInvalid

SHIPPED = Path("services/pipeline/rules/cross_selling.toml")
RULES = CrossSellingRules(days=1095, least_buyers=10, least_both=5, least_lift=130)
CRM, ERP, WMS = UUID(int=801), UUID(int=802), UUID(int=803)
# 18 of 20 with CRM bought ERP too; of all 100 it is 30.
STRONG = Affinity(bought=CRM, other=ERP, buyers=20, both=18, other_buyers=30, customers=100)
ME = Traits(account=UUID(int=1), house=UUID(int=1), industry="software", employees=100)
BUYER = Traits(account=UUID(int=2), house=UUID(int=2), industry="software", employees=120)
STRANGER = Traits(account=UUID(int=3), house=UUID(int=3), industry="retail", employees=9000)


def test_the_shipped_rules_are_those_of_these_tests() -> None:
    assert CrossSellingRules.from_mapping(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))) == RULES


@pytest.mark.parametrize("wrong", [{"least_both": 2}, {"least_lift": 99}, {"days": 0}, {"more": 1}])
def test_a_wrong_rule_is_refused_by_its_place(wrong: dict[str, int]) -> None:
    body = {"sample": {"days": 365, "least_buyers": 10, "least_both": 5, "least_lift": 130} | wrong}
    with pytest.raises(RuleBodyInvalid) as refusal:
        CrossSellingRules.from_mapping(body)
    assert next(iter(wrong)) in refusal.value.field


def test_lift_is_how_many_times_as_often_as_among_all_customers() -> None:
    assert (STRONG.confidence, STRONG.base, STRONG.lift) == (Fraction(9, 10), Fraction(3, 10), Fraction(3))
    assert STRONG.to_reason().parameters == {
        "buyers": "20",
        "both": "18",
        "percent": "90",
        "base": "30",
        "customers": "100",
        "lift": "3.0",
    }


@pytest.mark.parametrize(
    "numbers",
    [
        {"buyers": 9, "both": 9},
        {"both": 4, "other_buyers": 5},
        {"both": 7},
    ],
    ids=["too few buyers", "too few of both", "too little lift"],
)
def test_below_the_samples_nothing_is_said(numbers: dict[str, Any]) -> None:
    assert telling([STRONG], rules=RULES) == (STRONG,)
    assert telling([replace(STRONG, **numbers)], rules=RULES) == ()


def test_what_chance_could_tell_is_not_said_however_great_the_lift() -> None:
    lucky = Affinity(bought=CRM, other=ERP, buyers=12, both=6, other_buyers=37, customers=100)
    assert lucky.lift > Fraction(13, 10)
    assert lucky.least_confidence < lucky.base
    assert telling([lucky], rules=RULES) == ()


def test_the_sure_part_grows_with_the_number_of_buyers() -> None:
    many = replace(STRONG, buyers=200, both=180, other_buyers=300, customers=1000)
    assert STRONG.least_confidence == pytest.approx(0.738, abs=0.001)
    assert many.least_confidence == pytest.approx(0.860, abs=0.001)


def test_offered_is_what_an_alike_buyer_has_and_the_account_has_not() -> None:
    (offer,) = offers(ME, {CRM}, [STRONG], {ERP: [STRANGER, BUYER]})
    assert (offer.product, offer.likeness.like, offer.likeness.alike) == (ERP, BUYER.account, 1)
    assert [reason.code for reason in offer.reasons] == [
        "CROSS_SELLING_BOUGHT_TOGETHER",
        "CROSS_SELLING_ALIKE",
        "ACCOUNT_LIKENESS_INDUSTRY",
        "ACCOUNT_LIKENESS_SIZE",
    ]


@pytest.mark.parametrize(
    "case",
    [
        {"bought": {CRM, ERP}},
        {"bought": {WMS}},
        {"buyers": {ERP: [STRANGER]}},
        {"buyers": {}},
    ],
    ids=["has it already", "bought something else", "resembles no buyer", "no buyer is known"],
)
def test_nothing_is_offered_without_both_grounds(case: dict[str, Any]) -> None:
    told = {"bought": {CRM}, "buyers": {ERP: [BUYER]}} | case
    assert offers(ME, told["bought"], [STRONG], told["buyers"]) == ()


def test_of_two_products_that_lead_to_one_the_greater_lift_counts() -> None:
    weak = replace(STRONG, bought=WMS, both=12)
    (offer,) = offers(ME, {CRM, WMS}, [weak, STRONG], {ERP: [BUYER]})
    assert offer.affinity == STRONG


def test_the_greatest_lift_comes_first_and_five_products_are_enough() -> None:
    products = [UUID(int=900 + number) for number in range(7)]
    found = [replace(STRONG, other=each, both=10 + number) for number, each in enumerate(products)]
    told = offers(ME, {CRM}, found, {each: [BUYER] for each in products})
    assert [offer.product for offer in told] == products[:1:-1]


def test_why_nothing_is_said_is_told() -> None:
    few = silence(customers=9, affinities=0, rules=RULES)
    chance = silence(customers=50, affinities=0, rules=RULES)
    assert few is not None
    assert chance is not None
    assert (few.code, few.parameters) == ("CROSS_SELLING_TOO_FEW_CUSTOMERS", {"customers": "9", "least": "10"})
    assert chance.code == "CROSS_SELLING_NOTHING_TELLS"
    assert silence(customers=50, affinities=1, rules=RULES) is None
