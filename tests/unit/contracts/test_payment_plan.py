"""A contract is paid in instalments that add up to it, on the days its plan says (C-07, G16)."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.contracts
from kernel.money import Money
from services.contracts.domain.payment_plan import PaymentPlans, PaymentPlanUnknown, PlannedInstalment
from trade.rule_body import RuleBodyInvalid

SHIPPED = Path(services.contracts.__file__).parent / "rules" / "payment_plans.toml"
PLANS = PaymentPlans.from_mapping(tomllib.loads(SHIPPED.read_text(encoding="utf-8"), parse_float=Decimal))
SIGNED = date(2026, 1, 31)


def planned(key: str, minor: int, *, currency: str = "CNY", signed: date = SIGNED) -> list[PlannedInstalment]:
    return PLANS.plan(key).instalments(Money(minor=minor, currency=currency), signed_on=signed)


def test_thirty_forty_thirty_of_a_million_and_one_fen() -> None:
    found = planned("standard", 100_000_001)
    assert [each.amount.minor for each in found] == [30_000_000, 40_000_001, 30_000_000]
    assert [each.due_date for each in found] == [date(2026, 2, 7), date(2026, 4, 1), date(2026, 5, 1)]
    assert [each.part.display_name_zh for each in found] == ["预付款", "到货款", "验收款"]


def test_a_contract_that_costs_nothing_has_one_instalment_over_nothing() -> None:
    (found,) = planned("standard", 0)
    assert (found.sequence, found.amount.minor, found.due_date) == (1, 0, date(2026, 2, 7))


def test_twelve_months_fall_on_the_same_day_or_the_last_of_a_shorter_month() -> None:
    found = planned("monthly_12", 100_000)
    assert [each.due_date for each in found][:4] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]
    assert [each.amount.minor for each in found] == [8334] * 4 + [8333] * 8


def test_milestones_end_with_the_retention() -> None:
    last = planned("milestones", 1_000_000)[-1]
    assert (last.part.key, last.amount.minor, last.due_date) == ("retention", 50_000, date(2027, 4, 30))


def test_a_part_that_comes_to_nothing_is_left_out() -> None:
    assert [each.amount.minor for each in planned("monthly_12", 5)] == [1] * 5
    assert [each.sequence for each in planned("monthly_12", 5)] == [1, 2, 3, 4, 5]


@given(
    key=st.sampled_from(sorted(PLANS.plans)),
    minor=st.integers(1, 10**13),
    currency=st.sampled_from(["JPY", "CNY", "KWD"]),
    signed=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
)
def test_instalments_add_up_to_the_contract_to_the_cent(key: str, minor: int, currency: str, signed: date) -> None:
    found = planned(key, minor, currency=currency, signed=signed)
    assert sum(each.amount.minor for each in found) == minor
    assert [each.sequence for each in found] == list(range(1, len(found) + 1))
    assert [each.due_date for each in found] == sorted(each.due_date for each in found)
    assert all(each.due_date >= signed and each.amount.minor > 0 for each in found)


def test_a_plan_nobody_has_written_is_refused() -> None:
    with pytest.raises(PaymentPlanUnknown):
        PLANS.plan("sometime")


NAMES = {"key": "a", "zh": "一", "en": "A"}


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"part": []}, "plan[0].part"),
        ({"part": [NAMES | {"share": -1}]}, "plan[0].part[0].share"),
        ({"monthly": NAMES | {"times": 0}}, "plan[0].monthly.times"),
        ({"part": [], "days": 3}, "plan[0].days"),
    ],
)
def test_a_wrong_plan_is_refused_by_its_place(plan: dict[str, object], field: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refused:
        PaymentPlans.from_mapping({"plan": [NAMES | plan]})
    assert refused.value.field == field
