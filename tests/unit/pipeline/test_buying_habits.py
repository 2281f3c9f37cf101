"""What the orders of a customer have in common, and when the next one is to be expected."""

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money
from services.pipeline.domain.buying_habits import (
    Bought,
    BuyingHabits,
    BuyingRules,
    Interval,
    Order,
    ProductHabit,
    buying_habits,
)
from tests.unit.pipeline.shipped import SHIPPED
from trade.rule_body import RuleBodyInvalid

CRM, TRAINING = UUID(int=801), UUID(int=802)
FIRST = date(2025, 1, 10)
RULES = BuyingRules(least_orders=3)


def ordered(*gaps: int, first: date = FIRST) -> list[Order]:
    """An order on the first day, and one after each gap."""
    days = [first]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    return [an_order(day, number=number) for number, day in enumerate(days)]


def an_order(day: date, *items: Bought, number: int = 0, amount: Money | None = None) -> Order:
    return Order(contract=UUID(int=400 + number), day=day, amount=amount, items=items)


def bought(product: UUID, quantity: str, yuan: int, currency: str = "CNY") -> Bought:
    return Bought(product=product, quantity=Decimal(quantity), amount=Money(minor=yuan * 100, currency=currency))


def found(orders: Sequence[Order], *, today: date = FIRST) -> BuyingHabits:
    return buying_habits(orders, rules=RULES, today=today)


def test_the_next_order_is_expected_a_median_interval_after_the_last() -> None:
    habits = found(ordered(30, 40, 90, 30))
    assert habits.interval == Interval(median=35, shorter=30, longer=53)
    assert habits.next_order is not None
    assert habits.next_order.day == date(2025, 7, 19) + timedelta(days=35)
    assert habits.next_order.latest_day == date(2025, 7, 19) + timedelta(days=53)
    assert [(each.code, dict(each.parameters)) for each in habits.reasons] == [
        ("NEXT_ORDER_BY_INTERVAL", {"last": "2025-07-19", "days": "35", "intervals": "4"})
    ]


@pytest.mark.parametrize("gaps", [(), (30,)])
def test_below_the_least_number_of_orders_nothing_is_said_of_the_next(gaps: tuple[int, ...]) -> None:
    habits = found(ordered(*gaps))
    assert (habits.interval, habits.next_order) == (None, None)
    (reason,) = habits.reasons
    assert (reason.code, reason.parameters["least"]) == ("NEXT_ORDER_TOO_FEW_ORDERS", "3")


def test_orders_of_one_day_are_one_occasion_to_buy() -> None:
    habits = found([*ordered(30), an_order(FIRST, number=9)])
    assert habits.orders == 3
    assert habits.next_order is None


def test_a_customer_who_never_ordered_has_no_days() -> None:
    habits = found([])
    assert (habits.orders, habits.first_day, habits.products) == (0, None, ())


@pytest.mark.parametrize(
    ("days", "overdue", "codes"),
    [
        (20, 0, ["NEXT_ORDER_BY_INTERVAL"]),
        (21, 1, ["NEXT_ORDER_BY_INTERVAL", "NEXT_ORDER_OVERDUE"]),
        (25, 5, ["NEXT_ORDER_BY_INTERVAL", "NEXT_ORDER_OVERDUE"]),
        (26, 6, ["NEXT_ORDER_BY_INTERVAL", "NEXT_ORDER_OVERDUE", "NEXT_ORDER_UNUSUALLY_LATE"]),
    ],
)
def test_an_order_is_overdue_from_the_day_after_it_was_expected(days: int, overdue: int, codes: list[str]) -> None:
    orders = ordered(10, 30)
    habits = found(orders, today=orders[-1].day + timedelta(days=days))
    assert habits.next_order is not None
    assert habits.next_order.overdue_days == overdue
    assert [each.code for each in habits.reasons] == codes


def test_products_come_by_the_number_of_their_orders_with_units_and_money_in_each_currency() -> None:
    orders = [
        an_order(FIRST, bought(TRAINING, "2", 50), number=1),
        an_order(FIRST + timedelta(days=5), bought(CRM, "10", 1000), bought(CRM, "0.5", 40), number=2),
        an_order(FIRST + timedelta(days=9), bought(CRM, "1", 300, "USD"), number=3),
    ]
    assert found(orders).products == (
        ProductHabit(
            product=CRM,
            orders=2,
            quantity=Decimal("11.5"),
            amounts=(Money(minor=104_000), Money(minor=30_000, currency="USD")),
            last_day=FIRST + timedelta(days=9),
        ),
        ProductHabit(product=TRAINING, orders=1, quantity=Decimal(2), amounts=(Money(minor=5_000),), last_day=FIRST),
    )


def test_orders_are_summed_in_each_currency_without_those_whose_amount_was_not_told() -> None:
    orders = [
        an_order(FIRST, amount=Money(minor=5, currency="USD"), number=1),
        an_order(FIRST, amount=Money(minor=7), number=2),
        an_order(FIRST, number=3),
        an_order(FIRST, amount=Money(minor=1), number=4),
    ]
    assert found(orders).amounts == (Money(minor=8), Money(minor=5, currency="USD"))


@given(st.lists(st.integers(min_value=0, max_value=900), min_size=0, max_size=12), st.randoms())
def test_habits_do_not_depend_on_the_order_in_which_orders_are_told(gaps: list[int], chance: object) -> None:
    orders = ordered(*gaps)
    shuffled = list(orders)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert found(shuffled) == found(orders)


@given(st.lists(st.integers(min_value=1, max_value=900), min_size=2, max_size=12))
def test_the_spread_holds_the_median(gaps: list[int]) -> None:
    interval = found(ordered(*gaps)).interval
    assert interval is not None
    assert min(gaps) <= interval.shorter <= interval.median <= interval.longer <= max(gaps)


def test_the_shipped_rules_expect_a_next_order_from_three_on() -> None:
    body = tomllib.loads((SHIPPED / "buying_habits.toml").read_text(encoding="utf-8"))
    assert BuyingRules.from_mapping(body) == BuyingRules(least_orders=3)


@pytest.mark.parametrize("least", [2, 51, 3.5, "3"])
def test_a_minimum_without_a_spread_is_refused(least: object) -> None:
    with pytest.raises(RuleBodyInvalid) as refused:
        BuyingRules.from_mapping({"next_order": {"least_orders": least}})
    assert refused.value.field == "next_order.least_orders"
