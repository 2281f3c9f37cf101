"""Metrics of customers and of how fast things go, through gRPC and PostgreSQL: what is divided by what."""

from datetime import timedelta

from millrace.analytics.v1 import figure_service_pb2 as contract

from chassis.principal import Scope
from tests.integration.analytics.conftest import AnalyticsHouse, selection
from tests.integration.analytics.test_attribution import ratios
from tests.support.selling import ANNA, BO, EAST, GUANGZHOU, SOUTHERN, noon

ANNA_IS, BO_IS = (f"members/{ANNA}",), (f"members/{BO}",)
Found = dict[str, tuple[int, int, str]]


async def metrics(
    house: AnalyticsHouse, start: tuple[int, int], end: tuple[int, int], *by: str, group: tuple[str, ...] = ()
) -> Found:
    found = await ratios(house, start, end, *by)
    return {
        kind: (each.ratio.numerator, each.ratio.denominator, each.ratio.text)
        for (whose, kind), each in found.items()
        if whose == group
    }


async def customers(house: AnalyticsHouse) -> None:
    """Customer 1 ordered a year ago and lapses on 11 January, customer 2 goes on, 3 comes in March, 4 comes back."""
    market = house.market
    market.contract(1, noon(1, 10, 2025))
    market.contract(2, noon(3, 1, 2025), customer=2)
    market.contract(3, noon(1, 20), customer=2)
    market.contract(4, noon(1, 15), SOUTHERN, customer=3)
    market.contract(5, noon(1, 3, 2024), customer=4)
    market.contract(6, noon(2, 2), customer=4)
    await house.hear()


async def test_those_who_lapsed_are_divided_by_the_customers_of_the_period(house: AnalyticsHouse) -> None:
    await customers(house)
    # Active when January began: 1 and 2; customer 3 came, 1 lapsed.
    found = await metrics(house, (1, 1), (1, 31))
    assert (found["CHURN"], found["CUSTOMER_RETENTION"]) == ((1, 3, "33.3%"), (2, 3, "66.7%"))
    # In February 2 and 3 were active, and 4 came back.
    assert (await metrics(house, (2, 1), (2, 28)))["CHURN"] == (0, 3, "0.0%")
    assert (await metrics(house, (1, 9), (1, 10)))["CHURN"] == (0, 2, "0.0%")


async def test_customers_count_for_whoever_signed_their_latest_order(house: AnalyticsHouse) -> None:
    await customers(house)
    anna = await metrics(house, (1, 1), (1, 31), "MEMBER", group=ANNA_IS)
    bo = await metrics(house, (1, 1), (1, 31), "MEMBER", group=BO_IS)
    assert (anna["CHURN"], bo["CHURN"]) == ((1, 2, "50.0%"), (0, 1, "0.0%"))
    own = house.as_member(BO, Scope.OWN)
    request = contract.QueryRatiosRequest(selection=selection((1, 1), (1, 31)))
    seen = {each.kind: each.ratio.text for each in (await house.figures.QueryRatios(request, **own)).metrics}
    assert seen[contract.METRIC_KIND_CHURN] == "0.0%"


async def test_nobody_has_lapsed_before_the_day_is_over(house: AnalyticsHouse) -> None:
    await customers(house)
    house.clock.instant = noon(1, 11)
    assert (await metrics(house, (1, 1), (1, 31)))["CHURN"] == (0, 3, "0.0%")
    house.clock.travel(days=1)
    assert (await metrics(house, (1, 1), (1, 31)))["CHURN"] == (1, 3, "33.3%")
    assert (await metrics(house, (1, 12), (1, 12)))["CHURN"] == (0, 1, "0.0%")


async def test_a_period_that_has_not_begun_has_no_customers_yet(house: AnalyticsHouse) -> None:
    await customers(house)
    found = await metrics(house, (4, 1), (4, 30))
    assert (found["CHURN"], found["CUSTOMER_RETENTION"]) == ((0, 0, "—"), (0, 0, "—"))


async def test_a_repurchase_is_an_order_of_a_customer_who_had_ordered_before(house: AnalyticsHouse) -> None:
    await customers(house)
    found = await metrics(house, (1, 1), (1, 31))
    assert (found["REPURCHASE"], found["SECOND_ORDER"]) == ((1, 2, "50.0%"), (0, 1, "0.0%"))
    house.market.events.clear()
    house.market.contract(7, noon(2, 25), SOUTHERN, customer=3)
    await house.hear()
    assert (await metrics(house, (1, 1), (1, 31)))["SECOND_ORDER"] == (1, 1, "100.0%")
    # Customer 4 came back, 3 ordered again: both had ordered before.
    assert (await metrics(house, (2, 1), (2, 28)))["REPURCHASE"] == (2, 2, "100.0%")


async def test_winning_back_takes_the_days_from_lapsing_to_the_next_order(house: AnalyticsHouse) -> None:
    await customers(house)
    assert (await metrics(house, (2, 1), (2, 28)))["WIN_BACK_TIME"] == (395, 1, "395.0")
    assert (await metrics(house, (1, 1), (1, 31)))["WIN_BACK_TIME"] == (0, 0, "—")


async def test_an_order_that_is_heard_of_late_undoes_the_lapse_it_prevented(house: AnalyticsHouse) -> None:
    house.market.contract(1, noon(1, 10, 2025))
    await house.hear()
    assert (await metrics(house, (1, 1), (1, 31)))["CHURN"] == (1, 1, "100.0%")
    house.market.events.clear()
    house.market.contract(2, noon(12, 1, 2025), customer=1)
    await house.hear()
    assert (await metrics(house, (1, 1), (1, 31)))["CHURN"] == (0, 1, "0.0%")


async def test_customers_are_utilized_with_whom_something_is_open_at_the_end_of_the_period(
    house: AnalyticsHouse,
) -> None:
    market = house.market
    for number in range(1, 5):
        market.account(number, noon(1, 5))
    market.account(5, noon(1, 5), SOUTHERN)
    market.opportunity(1, noon(1, 10), customer=1)
    market.opportunity(2, noon(1, 12), customer=1)
    market.opportunity(3, noon(1, 12), customer=2, counts=False)
    market.opportunity(4, noon(1, 20), SOUTHERN, customer=3)
    market.opportunity(4, noon(2, 10), SOUTHERN, customer=3, state="LOST")
    await house.hear()
    assert (await metrics(house, (1, 1), (1, 31)))["CUSTOMER_UTILIZATION"] == (2, 5, "40.0%")
    assert (await metrics(house, (2, 1), (2, 10)))["CUSTOMER_UTILIZATION"] == (1, 5, "20.0%")
    anna = await metrics(house, (1, 1), (1, 31), "MEMBER", group=ANNA_IS)
    bo = await metrics(house, (1, 1), (1, 31), "MEMBER", group=BO_IS)
    assert (anna["CUSTOMER_UTILIZATION"], bo["CUSTOMER_UTILIZATION"]) == ((2, 4, "50.0%"), (0, 1, "0.0%"))


async def test_from_lead_to_opportunity_it_takes_the_days_from_the_first_contact_to_the_opening(
    house: AnalyticsHouse,
) -> None:
    market = house.market
    market.opportunity(1, noon(2, 11), first_contact=noon(2, 1), from_lead=True)
    market.opportunity(2, noon(2, 6), SOUTHERN, first_contact=noon(2, 1), from_lead=True)
    market.opportunity(3, noon(2, 6), first_contact=noon(1, 1))
    market.opportunity(4, noon(2, 6), first_contact=noon(1, 1), from_lead=True, counts=False)
    await house.hear()
    days = 86_400
    assert (await metrics(house, (2, 1), (2, 28)))["LEAD_TO_OPPORTUNITY"] == (15 * days, 2, "7.5")
    east = await metrics(house, (2, 1), (2, 28), "REGION", group=(f"regions/{EAST}",))
    assert east["LEAD_TO_OPPORTUNITY"] == (10 * days, 1, "10.0")


async def test_the_first_response_is_when_leads_say_that_the_customer_was_answered(house: AnalyticsHouse) -> None:
    market, taken_in = house.market, noon(2, 3)
    market.lead(1, taken_in)
    market.lead(1, taken_in + timedelta(hours=3), answered=taken_in + timedelta(hours=3))
    market.lead(1, noon(2, 9), answered=taken_in + timedelta(hours=3))
    market.lead(2, noon(2, 4), answered=noon(2, 4) - timedelta(hours=1))
    market.lead(3, noon(2, 6))
    await house.hear()
    assert (await metrics(house, (2, 1), (2, 28)))["FIRST_RESPONSE"] == (3 * 3600, 2, "1.5")
    house.market.events.clear()
    market.lead(3, noon(2, 6) + timedelta(hours=7), state="CONVERTING")
    market.lead(1, noon(2, 10), answered=taken_in + timedelta(hours=5))
    market.lead(2, noon(2, 10))
    await house.hear()
    assert (await metrics(house, (2, 1), (2, 28)))["FIRST_RESPONSE"] == (5 * 3600, 1, "5.0")


async def test_a_newcomer_has_ramped_up_with_his_first_order(house: AnalyticsHouse) -> None:
    market = house.market
    market.member(BO, noon(1, 5))
    market.member(ANNA, noon(1, 6))
    market.member(BO, noon(2, 5))
    market.member(GUANGZHOU, noon(1, 7))
    market.contract(1, noon(1, 25), SOUTHERN)
    market.contract(2, noon(2, 1), SOUTHERN)
    market.contract(3, noon(1, 16))
    market.contract(4, noon(1, 8), signed=False)
    await house.hear()
    assert (await metrics(house, (1, 1), (1, 31)))["RAMP_UP"] == (30, 2, "15.0")
    assert (await metrics(house, (1, 1), (1, 5)))["RAMP_UP"] == (20, 1, "20.0")
    bo = await metrics(house, (1, 1), (1, 31), "MEMBER", group=BO_IS)
    assert bo["RAMP_UP"] == (20, 1, "20.0")
    assert (await metrics(house, (2, 1), (2, 28)))["RAMP_UP"] == (0, 0, "—")
