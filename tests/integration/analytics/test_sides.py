"""The funnel from every side: who is in which group, and that the total is everything whatever the groups tell."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from millrace.analytics.v1 import figure_service_pb2 as contract

from tests.integration.analytics.conftest import AnalyticsHouse, selection
from tests.integration.analytics.test_figures import COHORT, WINDOW, counts
from tests.support.selling import SOUTHERN, noon

JANUARY = ((1, 1), (1, 31))
SEAT, HOUR = f"products/{UUID(int=1)}", f"products/{UUID(int=2)}"
LATE = ("PRODUCT", "TAG", "TIER", "LIFECYCLE")


async def sell(house: AnalyticsHouse) -> None:
    """Three leads; two opportunities of key customers who were offered something, one of a newcomer who was not."""
    market = house.market
    market.lead(1, noon(1, 2))
    market.lead(2, noon(1, 2))
    market.lead(3, noon(1, 2))
    key: dict[str, Any] = {"tier": "key", "phase": "CUSTOMER", "tags": ("年框", "出口")}
    for number, products in ((1, (1, 2)), (2, (1,))):
        market.opportunity(number, noon(1, 5), amount=10_000 * number, **key)
        market.opportunity(number, noon(1, 9), stage="QUOTE", amount=10_000 * number, products=products, tier="key")
    market.opportunity(1, noon(2, 3), stage="SIGNING", state="WON", amount=10_000, products=(1, 2), tier="key")
    market.opportunity(2, noon(2, 4), stage="QUOTE", state="LOST", amount=20_000, tier="key")
    market.opportunity(3, noon(1, 6), SOUTHERN, phase="PROSPECT")
    await house.hear()


async def funnel(house: AnalyticsHouse, mode: Any = COHORT, **asked: Any) -> contract.QueryFunnelResponse:
    request = contract.QueryFunnelRequest(selection=selection(*JANUARY, **asked), mode=mode)
    answer: contract.QueryFunnelResponse = await house.figures.QueryFunnel(request, **house.boss)
    return answer


def groups(answer: contract.QueryFunnelResponse, *stages: str) -> dict[str, tuple[int, ...]]:
    return {each.group.values[0]: tuple(counts(each)[stage] for stage in stages) for each in answer.groups}


async def test_an_opportunity_is_in_the_group_of_every_product_it_was_offered_last(house: AnalyticsHouse) -> None:
    await sell(house)
    answer = await funnel(house, by=["PRODUCT"])
    assert groups(answer, "OPPORTUNITY", "QUOTE", "WON") == {SEAT: (2, 2, 1), HOUR: (1, 1, 1), "": (1, 0, 0)}
    seats = next(each for each in answer.groups if each.group.values[0] == SEAT)
    assert [money.units for money in seats.steps[2].amounts] == [30_000]
    assert seats.worst_loss == contract.FUNNEL_STAGE_QUOTE


async def test_tags_are_those_the_customer_had_at_the_opening(house: AnalyticsHouse) -> None:
    await sell(house)
    answer = await funnel(house, by=["TAG"])
    assert groups(answer, "LEAD", "OPPORTUNITY") == {"年框": (0, 2), "出口": (0, 2), "": (3, 1)}


async def test_a_tier_and_a_phase_are_told_of_opportunities_only(house: AnalyticsHouse) -> None:
    await sell(house)
    assert groups(await funnel(house, by=["TIER"]), "LEAD", "OPPORTUNITY", "WON") == {"key": (0, 2, 1), "": (0, 1, 0)}
    by_phase = groups(await funnel(house, by=["LIFECYCLE"]), "LEAD", "OPPORTUNITY", "WON")
    assert by_phase == {"customer": (0, 2, 1), "prospect": (0, 1, 0)}


@pytest.mark.parametrize("side", LATE)
async def test_the_total_is_everything_whatever_the_groups_tell(house: AnalyticsHouse, side: str) -> None:
    await sell(house)
    assert (await funnel(house, by=[side])).total == (await funnel(house)).total


@pytest.mark.parametrize("mode", [COHORT, WINDOW])
@pytest.mark.parametrize("side", ["CHANNEL", "CAMPAIGN", "INDUSTRY", *LATE, "REGION", "TEAM", "MEMBER"])
async def test_from_every_side_a_cohort_tells_what_is_open_and_a_window_does_not(
    house: AnalyticsHouse, side: str, mode: Any
) -> None:
    await sell(house)
    for each in (await funnel(house, mode, by=[side])).groups:
        opened = each.steps[2]
        assert opened.HasField("open") is (mode == COHORT)
        if mode == COHORT:
            assert opened.open == opened.count - opened.moved_on - opened.lost


@pytest.mark.parametrize(
    ("asked", "opportunities"),
    [({"product": HOUR}, 1), ({"tag": "年框"}, 2), ({"tier": "key"}, 2), ({"lifecycle": "prospect"}, 1)],
)
async def test_figures_are_narrowed_to_one_of_a_side(
    house: AnalyticsHouse, asked: dict[str, str], opportunities: int
) -> None:
    await sell(house)
    answer = await funnel(house, **asked)
    assert counts(answer.total)["OPPORTUNITY"] == opportunities


async def test_reasons_to_lose_and_to_win_are_told_from_every_side(house: AnalyticsHouse) -> None:
    await sell(house)
    house.market.events.clear()
    house.market.opportunity(1, noon(2, 9), stage="SIGNING", state="WON", win_reason="solution", tier="key")
    house.market.opportunity(3, noon(2, 9), SOUTHERN, state="LOST", loss_reason="budget")
    await house.hear()

    def told(each: contract.Funnel) -> tuple[dict[str, int], dict[str, int]]:
        lost, won = each.loss_reasons, each.win_reasons
        return {why.reason: why.count for why in lost}, {why.reason: why.count for why in won}

    by_product = {each.group.values[0]: told(each) for each in (await funnel(house, by=["PRODUCT"])).groups}
    assert by_product == {
        SEAT: ({"price": 1}, {"solution": 1}),
        HOUR: ({}, {"solution": 1}),
        "": ({"budget": 1}, {}),
    }
    by_channel = await funnel(house, by=["CHANNEL"])
    assert [told(each) for each in by_channel.groups] == [({"price": 1}, {"solution": 1}), ({"budget": 1}, {})]
    assert told((await funnel(house, tier="key")).total) == ({"price": 1}, {"solution": 1})


async def test_a_won_opportunity_stands_for_its_order_by_product(house: AnalyticsHouse) -> None:
    await sell(house)
    house.market.events.clear()
    house.market.contract(9, noon(2, 3), amount=9_000)
    await house.hear()
    request = contract.QuerySalesRequest(selection=selection((2, 1), (2, 28), by=["PRODUCT"]))
    answer = await house.figures.QuerySales(request, **house.boss)
    assert {each.group.values[0]: [money.units for money in each.signed] for each in answer.groups} == {
        SEAT: [10_000],
        HOUR: [10_000],
    }
    assert [money.units for money in answer.total.signed] == [9_000]


async def test_ratios_by_product_are_those_of_its_opportunities_and_tell_no_customers(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryRatiosRequest(selection=selection((1, 1), (2, 28), by=["PRODUCT"]))
    answer = await house.figures.QueryRatios(request, **house.boss)
    seat = {each.kind: each.ratio.text for each in answer.metrics if list(each.group.values) == [SEAT]}
    assert seat[contract.METRIC_KIND_WIN_RATE] == "50.0%"
    assert seat[contract.METRIC_KIND_ORDER_RATE] == "50.0%"
    assert seat[contract.METRIC_KIND_CHURN] == "—"


async def test_two_sides_at_once_are_refused_by_the_names_of_all(house: AnalyticsHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await funnel(house, by=["PRODUCT"], tier="key")
    assert "product, tag, tier and lifecycle" in (refusal.value.details() or "")
