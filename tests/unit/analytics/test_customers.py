"""When somebody is a customer, lapses and comes back; and when a customer is worked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.customers import ACTIVE, GRACE, orders_of, worked_of
from services.analytics.domain.facts import NOBODY, ContractFact, Fact, HoldingFact, OpportunityFact, OrderFact
from services.analytics.domain.points import points_of
from tests.support.clock import NOON
from tests.support.selling import ANNA, BO

SHANGHAI = ZoneInfo("Asia/Shanghai")
CUSTOMER = UUID(int=7)
JANUARY = date(2026, 1, 10)
LAST = JANUARY + timedelta(days=365)


def a_contract(signed: date | None, *, number: int = 1, **told: Any) -> ContractFact:
    facts = {"owner": ANNA, "account": CUSTOMER, **told}
    return ContractFact(uuid=UUID(int=number), signed=signed, **facts)


def contracts(*signed: date) -> Sequence[ContractFact]:
    return [a_contract(day, number=number) for number, day in enumerate(signed)]


def told(*measures: str, of: Sequence[Fact]) -> dict[str, list[tuple[date, int, int]]]:
    """The days on which something is counted, how often, and the total of it."""
    found: dict[str, list[tuple[date, int, int]]] = {measure: [] for measure in measures}
    for fact in of:
        for (measure, day, *_), (count, total) in points_of(fact, SHANGHAI).items():
            if measure in found:
                found[measure].append((day, count, total))
    return {measure: sorted(days) for measure, days in found.items()}


def stock(orders: Sequence[OrderFact], day: date, measure: str = "customers") -> int:
    """What is there at the end of a day."""
    return sum(count for on, count, _ in told(measure, of=orders)[measure] if on <= day)


def test_a_customer_lapses_on_the_day_after_365_days_without_an_order() -> None:
    orders = orders_of(contracts(JANUARY))
    assert told("lapsed", of=orders) == {"lapsed": [(LAST + timedelta(days=1), 1, 0)]}
    assert [stock(orders, day) for day in (JANUARY - timedelta(days=1), JANUARY, LAST)] == [0, 1, 1]
    assert stock(orders, LAST + timedelta(days=1)) == 0


def test_a_longer_term_keeps_a_customer_until_90_days_after_it_and_a_shorter_one_ends_nothing() -> None:
    long, short = date(2028, 1, 9), date(2026, 3, 1)
    assert [order.over for order in orders_of([a_contract(JANUARY, ends=long)])] == [date(2028, 4, 9)]
    assert [order.over for order in orders_of([a_contract(JANUARY, ends=short)])] == [LAST + timedelta(days=1)]


def test_whoever_signs_on_the_day_he_would_lapse_goes_on_and_a_day_later_comes_back() -> None:
    lapse = LAST + timedelta(days=1)
    on_time, late = orders_of(contracts(JANUARY, lapse)), orders_of(contracts(JANUARY, lapse + timedelta(days=1)))
    assert told("lapsed", "won_back", of=on_time) == {
        "lapsed": [(lapse + timedelta(days=366), 1, 0)],
        "won_back": [],
    }
    assert told("lapsed", "won_back", of=late) == {
        "lapsed": [(lapse, 1, 0), (lapse + timedelta(days=367), 1, 0)],
        "won_back": [(lapse + timedelta(days=1), 1, 1)],
    }


def test_a_short_order_after_a_long_term_takes_no_day_of_it_away() -> None:
    long = a_contract(JANUARY, number=1, ends=date(2029, 1, 9))
    short = a_contract(date(2026, 6, 1), number=2)
    assert told("lapsed", of=orders_of([long, short])) == {"lapsed": [(date(2029, 4, 10), 1, 0)]}


def test_a_customer_counts_for_whoever_signed_his_latest_order() -> None:
    second = date(2026, 6, 1)
    orders = orders_of([a_contract(JANUARY), a_contract(second, number=2, owner=BO)])
    by_owner = {order.owner: order for order in orders}
    assert (stock([by_owner[ANNA]], second), stock([by_owner[BO]], second)) == (0, 1)
    assert (by_owner[ANNA].lapses, by_owner[BO].lapses) == (False, True)
    assert stock(orders, second) == 1


def test_only_the_first_order_is_no_repurchase() -> None:
    orders = orders_of(contracts(JANUARY, date(2026, 3, 1), date(2026, 3, 1)))
    found = told("first_orders", "repeat_orders", "cohort_repeated", "customer_orders", of=orders)
    assert found["first_orders"] == [(JANUARY, 1, 0)]
    assert found["repeat_orders"] == [(date(2026, 3, 1), 1, 0)] * 2
    assert found["cohort_repeated"] == [(JANUARY, 1, 0)]
    assert len(found["customer_orders"]) == 3


def test_a_customer_who_ordered_once_is_no_cohort_that_ordered_again() -> None:
    assert told("cohort_repeated", of=orders_of(contracts(JANUARY))) == {"cohort_repeated": []}


def test_a_draft_is_no_order_and_a_contract_of_nobody_makes_no_customer() -> None:
    orders = orders_of([a_contract(None), a_contract(JANUARY, number=2, account=NOBODY)])
    assert [points_of(order, SHANGHAI) for order in orders] == [{}, {}]


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
histories = st.lists(st.tuples(days, st.none() | days), min_size=1, max_size=8)


@settings(deadline=None)
@given(histories, days)
def test_the_stock_of_customers_is_one_exactly_while_some_order_keeps_him(
    history: list[tuple[date, date | None]], day: date
) -> None:
    orders = orders_of([a_contract(signed, number=number, ends=ends) for number, (signed, ends) in enumerate(history)])
    kept = any(signed <= day <= max(signed + ACTIVE, (ends or signed) + GRACE) for signed, ends in history)
    # On the day he would lapse he may still sign: an order of that day goes on where the one before ended.
    assert stock(orders, day) == kept
    came = sum(order.first or order.away is not None for order in orders if order.signed and order.signed <= day)
    lapsed = sum(order.lapses for order in orders if order.over and order.over <= day)
    assert came - lapsed == kept


@settings(deadline=None)
@given(histories)
def test_the_order_in_which_contracts_are_heard_of_changes_nothing(history: list[tuple[date, date | None]]) -> None:
    known = [a_contract(signed, number=number, ends=ends) for number, (signed, ends) in enumerate(history)]
    assert orders_of(known) == orders_of(reversed(known))


def a_holding(since: date, until: date | None = None, *, spell: int = 1, owner: UUID = ANNA) -> HoldingFact:
    return HoldingFact(uuid=CUSTOMER, spell=spell, since=since, until=until, owner=owner)


def something(created: date, closed: date | None = None, *, number: int = 1, counts: bool = True) -> OpportunityFact:
    return OpportunityFact(
        uuid=UUID(int=number), account=CUSTOMER, created=created, closed=closed, counts=counts, entered_time=NOON
    )


def test_a_customer_is_worked_from_the_day_something_is_opened_until_the_day_the_last_is_closed() -> None:
    facts: list[Fact] = [
        a_holding(date(2026, 1, 1)),
        something(date(2026, 2, 1), date(2026, 4, 1)),
        something(date(2026, 3, 1), date(2026, 5, 1), number=2),
        something(date(2026, 7, 1), number=3),
    ]
    (worked,) = worked_of(facts)
    assert worked.spans == [(date(2026, 2, 1), date(2026, 5, 1)), (date(2026, 7, 1), None)]


def test_a_customer_is_worked_for_whoever_holds_him_whoever_does_the_work() -> None:
    handed = date(2026, 3, 1)
    facts: list[Fact] = [
        a_holding(date(2026, 1, 1), handed),
        a_holding(handed, spell=2, owner=BO),
        something(date(2026, 2, 1), date(2026, 4, 1)),
    ]
    assert {fact.owner: fact.spans for fact in worked_of(facts)} == {
        ANNA: [(date(2026, 2, 1), handed)],
        BO: [(handed, date(2026, 4, 1))],
    }


def test_what_does_not_count_or_ended_on_the_day_it_began_works_no_customer() -> None:
    day = date(2026, 2, 1)
    facts: list[Fact] = [a_holding(date(2026, 1, 1)), something(day, counts=False), something(day, day, number=2)]
    assert [fact.spans for fact in worked_of(facts)] == [[]]
