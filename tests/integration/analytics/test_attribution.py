"""Whose something is: what happened stays whose it was when it happened, what is open moves with its owner (ADR 58)."""

from datetime import timedelta

import pytest
from millrace.analytics.v1 import figure_service_pb2 as contract

from services.analytics.domain.facts import NOBODY
from tests.integration.analytics.conftest import AnalyticsHouse, selection
from tests.support.clock import NOON
from tests.support.selling import ANNA, BO, EAST, EASTERN, FAIR, SOUTHERN, Place, noon

BY_MEMBER = ("MEMBER",)
ANNA_IS, BO_IS = (f"members/{ANNA}",), (f"members/{BO}",)


async def sales(
    house: AnalyticsHouse, start: tuple[int, int] = (1, 1), end: tuple[int, int] = (12, 31)
) -> dict[tuple[str, ...], tuple[int, int, int, int]]:
    """Of each person: orders, signed, received, due, in yuan."""
    request = contract.QuerySalesRequest(selection=selection(start, end, by=BY_MEMBER))
    answer = await house.figures.QuerySales(request, **house.boss)
    return {
        tuple(each.group.values): (
            each.orders,
            sum(money.units for money in each.signed),
            sum(money.units for money in each.received),
            sum(money.units for money in each.due),
        )
        for each in answer.groups
    }


async def funnel(house: AnalyticsHouse, *by: str, window: bool = False) -> contract.QueryFunnelResponse:
    mode = contract.FUNNEL_MODE_WINDOW if window else contract.FUNNEL_MODE_COHORT
    request = contract.QueryFunnelRequest(selection=selection(by=by), mode=mode)
    answer: contract.QueryFunnelResponse = await house.figures.QueryFunnel(request, **house.boss)
    return answer


def count(told: contract.Funnel, stage: str) -> int:
    return next(each.count for each in told.steps if each.stage == contract.FunnelStage.Value(f"FUNNEL_STAGE_{stage}"))


async def ratios(
    house: AnalyticsHouse, start: tuple[int, int], end: tuple[int, int], *by: str
) -> dict[tuple[tuple[str, ...], str], contract.Metric]:
    request = contract.QueryRatiosRequest(selection=selection(start, end, by=by))
    answer = await house.figures.QueryRatios(request, **house.boss)
    name = contract.MetricKind.Name
    return {(tuple(each.group.values), name(each.kind).removeprefix("METRIC_KIND_")): each for each in answer.metrics}


async def test_an_order_and_what_was_received_stay_with_whoever_sold_when_it_is_handed_over(
    house: AnalyticsHouse,
) -> None:
    market = house.market
    market.opportunity(1, noon(2, 1))
    market.opportunity(1, noon(3, 2), stage="SIGNING", state="WON")
    market.contract(1, noon(3, 2), amount=1_000_000, ends=noon(12, 31))
    market.instalment(1, noon(3, 2), amount=300_000, due=noon(3, 20))
    market.instalment(2, noon(3, 2), amount=700_000, due=noon(9, 20))
    market.receipt(1, noon(3, 10), amount=300_000)
    market.instalment(1, noon(3, 10), amount=300_000, paid=300_000, due=noon(3, 20))
    await house.hear()
    march = await sales(house, start=(3, 1), end=(3, 31))
    assert march == {ANNA_IS: (1, 1_000_000, 300_000, 300_000)}
    won = await funnel(house, "MEMBER", window=True)
    house.market.events.clear()
    market.opportunity(1, noon(7, 1), SOUTHERN, stage="SIGNING", state="WON")
    market.contract(1, noon(7, 1), SOUTHERN, amount=1_000_000, ends=noon(12, 31))
    market.receipt(1, noon(7, 1), SOUTHERN, amount=300_000)
    market.instalment(1, noon(7, 1), SOUTHERN, amount=300_000, paid=300_000, due=noon(3, 20))
    market.instalment(2, noon(7, 1), SOUTHERN, amount=700_000, due=noon(9, 20))
    await house.hear()
    assert await sales(house, start=(3, 1), end=(3, 31)) == march
    assert await funnel(house, "MEMBER", window=True) == won
    assert await sales(house, start=(9, 1), end=(9, 30)) == {BO_IS: (0, 0, 0, 700_000)}


async def test_open_work_moves_with_its_owner_and_what_was_lost_does_not_until_it_is_reopened(
    house: AnalyticsHouse,
) -> None:
    market = house.market
    for number in (1, 2):
        market.lead(number, noon(2, 1))
        market.opportunity(number, noon(2, 2))
    market.lead(1, noon(2, 2), state="CONVERTED")
    market.opportunity(1, noon(2, 9), state="LOST")
    for number in (1, 2):
        market.lead(number, noon(3, 1), SOUTHERN, state="CONVERTED" if number == 1 else "NEW")
        market.opportunity(number, noon(3, 2), SOUTHERN, state="LOST" if number == 1 else "OPEN")
    await house.hear()
    groups = {tuple(each.group.values): each for each in (await funnel(house, "MEMBER")).groups}
    assert {who: (count(each, "LEAD"), count(each, "OPPORTUNITY")) for who, each in groups.items()} == {
        ANNA_IS: (1, 1),
        BO_IS: (1, 1),
    }
    market.events.clear()
    market.opportunity(1, noon(4, 1), SOUTHERN)
    await house.hear()
    groups = {tuple(each.group.values): each for each in (await funnel(house, "MEMBER")).groups}
    assert count(groups[BO_IS], "OPPORTUNITY") == 2


async def test_customers_at_the_end_of_a_period_are_those_of_that_day_and_of_whoever_had_them(
    house: AnalyticsHouse,
) -> None:
    market = house.market
    for number in range(1, 4):
        market.account(number, noon(4, 1))
        market.opportunity(number, noon(6, 1))
    market.opportunity(9, noon(6, 1), SOUTHERN)
    market.account(1, noon(6, 2), deleted=True)
    market.account(2, noon(7, 2), deleted=True)
    market.account(3, noon(7, 3), SOUTHERN)
    market.account(1, noon(8, 2))
    await house.hear()

    async def customers(month: int, last: int, *by: str) -> dict[tuple[str, ...], int]:
        found = await ratios(house, (month, 1), (month, last), *by)
        return {group: each.ratio.numerator for (group, kind), each in found.items() if kind == "CUSTOMER_RATIO"}

    assert (await customers(5, 31), await customers(6, 30), await customers(7, 31)) == ({(): 3}, {(): 2}, {(): 1})
    assert await customers(6, 30, "MEMBER") == {(): 2, ANNA_IS: 2, BO_IS: 0}
    assert await customers(8, 31, "MEMBER") == {(): 2, ANNA_IS: 1, BO_IS: 1}


async def test_retention_counts_the_terms_that_are_over_and_none_ahead(house: AnalyticsHouse) -> None:
    """Today is the first of March: five terms ended in January, four of them renewed; others end in December."""
    market, today = house.market, NOON
    for number in range(1, 6):
        market.contract(number, noon(1, 3, 2025), ends=today - timedelta(days=number))
        if number < 5:
            market.contract(number, today - timedelta(days=9), ends=today - timedelta(days=number), state="RENEWED")
    for number in range(6, 9):
        market.contract(number, noon(1, 3, 2025), ends=today + timedelta(days=number))
    market.contract(9, noon(1, 3, 2025), ends=today)
    await house.hear()
    request = contract.QueryRatiosRequest(selection=selection())
    request.selection.period.start_date.year, request.selection.period.end_date.year = today.year - 1, today.year + 1
    answer = await house.figures.QueryRatios(request, **house.boss)
    found = next(each for each in answer.metrics if each.kind == contract.METRIC_KIND_RETENTION)
    assert (found.ratio.numerator, found.ratio.denominator, found.ratio.text) == (4, 5, "80.0%")


async def test_a_contract_that_was_ended_early_ends_then_and_is_its_keepers_loss(house: AnalyticsHouse) -> None:
    market = house.market
    market.contract(1, noon(1, 3), ends=noon(12, 31))
    market.contract(1, noon(1, 20), SOUTHERN, ends=noon(12, 31))
    market.contract(1, noon(2, 3), SOUTHERN, ends=noon(12, 31), state="TERMINATED")
    market.contract(1, noon(2, 20), EASTERN, ends=noon(12, 31), state="TERMINATED")
    await house.hear()
    found = await ratios(house, (2, 1), (2, 28), "MEMBER")
    ended = {group: each.ratio.denominator for (group, kind), each in found.items() if kind == "RETENTION"}
    assert ended == {(): 1, BO_IS: 1, ANNA_IS: 0}
    assert (await sales(house))[ANNA_IS][:2] == (1, 100_000)


async def test_what_tells_no_channel_is_a_group_of_its_own_and_everything_is_everything(house: AnalyticsHouse) -> None:
    market = house.market
    for number in range(10):
        place = Place(channel=None) if number < 4 else EASTERN
        market.lead(number, noon(3, 2), place)
        market.opportunity(number, noon(3, 3), place)
        market.account(number, noon(3, 3), place)
    await house.hear()
    answer = await funnel(house, "CHANNEL")
    assert count(answer.total, "LEAD") == 10
    assert {tuple(each.group.values): count(each, "LEAD") for each in answer.groups} == {
        ("",): 4,
        (f"channels/{FAIR}",): 6,
    }
    found = await ratios(house, (3, 1), (3, 31), "CHANNEL")
    assert {each.ratio.text for (_, kind), each in found.items() if kind in {"CUSTOMER_RATIO", "RETENTION"}} == {"—"}


async def test_a_refund_is_of_the_day_it_was_paid_and_of_whoever_received(house: AnalyticsHouse) -> None:
    market = house.market
    market.receipt(1, noon(1, 5), Place(owner=NOBODY))
    market.receipt(1, noon(1, 6), amount=50_000)
    market.receipt(1, noon(6, 5), SOUTHERN, amount=50_000, refunded=20_000)
    market.receipt(1, noon(7, 5), SOUTHERN, amount=50_000, refunded=25_000)
    await house.hear()
    by_month = {
        month: {who: told[2] for who, told in (await sales(house, start=(month, 1), end=(month, 28))).items()}
        for month in (1, 6, 7)
    }
    assert by_month == {1: {ANNA_IS: 50_000}, 6: {ANNA_IS: -20_000}, 7: {ANNA_IS: -5_000}}


@pytest.mark.parametrize("settled", [False, True])
async def test_the_last_stage_ends_when_everything_is_paid(house: AnalyticsHouse, settled: bool) -> None:
    market = house.market
    market.opportunity(1, noon(1, 5))
    market.opportunity(1, noon(2, 5), stage="SIGNING")
    market.opportunity(1, noon(2, 5), stage="SIGNING", state="WON")
    if settled:
        market.opportunity(1, noon(2, 25), stage="SIGNING", state="WON", settled=True)
        market.opportunity(1, noon(3, 25), SOUTHERN, stage="SIGNING", state="WON")
    await house.hear()
    request = contract.QueryStageTimesRequest(selection=selection(by=["REGION"]))
    answer = await house.figures.QueryStageTimes(request, **house.boss)
    found = [each for each in answer.stage_times if each.stage == contract.FUNNEL_STAGE_SIGNING and each.entered]
    told = [(list(each.group.values), each.moved_on, each.open, each.average_days.value) for each in found]
    expected = (1, 0, "20.0") if settled else (0, 1, "")
    assert told == [([], *expected), ([f"regions/{EAST}"], *expected)]


async def test_the_last_stage_goes_on_while_something_is_owed_again(house: AnalyticsHouse) -> None:
    market = house.market
    market.opportunity(1, noon(2, 5), stage="SIGNING")
    market.opportunity(1, noon(2, 5), stage="SIGNING", state="WON")
    market.opportunity(1, noon(2, 25), stage="SIGNING", state="WON", settled=True)
    market.opportunity(1, noon(3, 1), stage="SIGNING", state="WON", unsettled=True)
    await house.hear()
    request = contract.QueryStageTimesRequest(selection=selection())
    answer = await house.figures.QueryStageTimes(request, **house.boss)
    (found,) = [each for each in answer.stage_times if each.stage == contract.FUNNEL_STAGE_SIGNING and each.entered]
    assert (found.moved_on, found.open) == (0, 1)


async def test_the_time_an_opportunity_was_lost_is_no_stay(house: AnalyticsHouse) -> None:
    market = house.market
    market.opportunity(1, noon(1, 1), stage="QUOTE")
    market.opportunity(1, noon(1, 5), stage="QUOTE", state="LOST")
    market.opportunity(1, noon(4, 1), stage="QUOTE")
    market.opportunity(1, noon(4, 3), stage="NEGOTIATION")
    await house.hear()
    answer = await house.figures.QueryStageTimes(contract.QueryStageTimesRequest(selection=selection()), **house.boss)
    quote = next(each for each in answer.stage_times if each.stage == contract.FUNNEL_STAGE_QUOTE)
    assert (quote.entered, quote.moved_on, quote.lost, quote.average_days.value) == (2, 1, 1, "2.0")
