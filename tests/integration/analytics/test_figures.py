"""Figures through gRPC and PostgreSQL: what was told is what is answered, to those who may see it."""

from dataclasses import replace
from datetime import timedelta

import grpc
import pytest
from millrace.analytics.v1 import figure_service_pb2 as contract
from sqlalchemy import insert

from chassis.principal import Scope
from services.analytics.storage.metadata import ORGANIZATION
from tests.integration.analytics.conftest import EVERYTHING, AnalyticsHouse, selection
from tests.support.selling import ANNA, BO, EAST, EASTERN, FAIR, GUANGZHOU, HANGZHOU, SOUTH, SOUTHERN, WEBSITE, noon

COHORT, WINDOW = contract.FUNNEL_MODE_COHORT, contract.FUNNEL_MODE_WINDOW


def counts(funnel: contract.Funnel) -> dict[str, int]:
    return {contract.FunnelStage.Name(step.stage).removeprefix("FUNNEL_STAGE_"): step.count for step in funnel.steps}


async def sell(house: AnalyticsHouse) -> None:
    """华东: four opportunities, one won, one lost at the quote; 华南: five, one of which moves on."""
    market = house.market
    for number in range(1, 5):
        market.lead(number, noon(1, 5))
        market.registration(number, noon(1, 8))
        market.opportunity(number, noon(1, 10), amount=100_000 * number)
    market.opportunity(1, noon(1, 20), stage="NEED")
    market.opportunity(1, noon(2, 1), stage="QUOTE")
    market.opportunity(1, noon(2, 4), stage="NEGOTIATION")
    market.opportunity(1, noon(2, 20), stage="SIGNING")
    market.opportunity(1, noon(2, 20), stage="SIGNING", state="WON")
    market.opportunity(2, noon(1, 25), stage="QUOTE", amount=200_000)
    market.opportunity(2, noon(3, 1), stage="QUOTE", state="LOST", amount=200_000, loss_reason="price")
    for number in range(11, 16):
        market.opportunity(number, noon(2, 2), SOUTHERN)
    market.opportunity(11, noon(2, 9), SOUTHERN, stage="NEED")
    market.contract(1, noon(2, 20))
    market.receipt(1, noon(3, 5), amount=30_000)
    market.receipt(2, noon(3, 6), SOUTHERN, amount=5_000, refunded=1_000)
    await house.hear()


async def test_an_industry_is_one_by_whatever_word_it_was_told_and_is_asked_for(house: AnalyticsHouse) -> None:
    for number, word in enumerate(("制造业", "制造", "manufacturing", "零售"), start=1):
        house.market.lead(number, noon(1, 5), replace(EASTERN, industry=word))
        house.market.registration(number, noon(1, 8), replace(EASTERN, industry=word))
        house.market.opportunity(number, noon(1, 10), replace(EASTERN, industry=word))
    await house.hear()
    for word in ("制造业", "manufacturing"):
        asked = selection((1, 1), (1, 31))
        asked.industry = word
        answer = await house.figures.QueryFunnel(contract.QueryFunnelRequest(selection=asked), **house.boss)
        told = counts(answer.total)
        assert (told["LEAD"], told["REGISTRATION"], told["OPPORTUNITY"]) == (3, 3, 3)


async def test_a_customer_whose_leads_were_merged_is_counted_once_until_that_is_undone(house: AnalyticsHouse) -> None:
    for number in (1, 2, 3):
        house.market.lead(number, noon(1, 5))
    house.market.lead(2, noon(1, 8), state="MERGED")
    house.market.lead(3, noon(1, 8), state="MERGED")
    house.market.lead(3, noon(1, 9), state="NEW")
    await house.hear()
    asked = contract.QueryFunnelRequest(selection=selection((1, 1), (1, 31)))
    assert counts((await house.figures.QueryFunnel(asked, **house.boss)).total)["LEAD"] == 2


async def test_a_lead_that_was_taken_back_is_in_no_figure(house: AnalyticsHouse) -> None:
    for number in (1, 2):
        house.market.lead(number, noon(1, 5))
    house.market.lead(2, noon(1, 8), state="WITHDRAWN")
    await house.hear()
    asked = contract.QueryFunnelRequest(selection=selection((1, 1), (1, 31)))
    assert counts((await house.figures.QueryFunnel(asked, **house.boss)).total)["LEAD"] == 1


async def test_a_cohort_follows_what_began_in_the_period_wherever_it_ended(house: AnalyticsHouse) -> None:
    await sell(house)
    answer = await house.figures.QueryFunnel(
        contract.QueryFunnelRequest(selection=selection((1, 1), (1, 31))), **house.boss
    )
    assert counts(answer.total) == {
        "LEAD": 4,
        "REGISTRATION": 4,
        "OPPORTUNITY": 4,
        "NEED": 2,
        "QUOTE": 2,
        "NEGOTIATION": 1,
        "SIGNING": 1,
        "WON": 1,
    }
    quote = answer.total.steps[4]
    assert (quote.moved_on, quote.lost, quote.open, quote.rate.text) == (1, 1, 0, "50.0%")
    assert [(money.currency_code, money.units) for money in quote.lost_amounts] == [("CNY", 200_000)]
    assert answer.total.worst_loss == contract.FUNNEL_STAGE_QUOTE
    assert [(each.reason, each.count) for each in answer.total.loss_reasons] == [("price", 1)]


async def test_reasons_to_win_are_counted_once_somebody_noted_them(house: AnalyticsHouse) -> None:
    await sell(house)
    house.market.events.clear()
    house.market.opportunity(1, noon(3, 2), stage="SIGNING", state="WON", win_reason="price")
    house.market.opportunity(1, noon(3, 3), stage="SIGNING", state="WON", win_reason="solution")
    house.market.opportunity(3, noon(3, 4), stage="SIGNING", state="WON")
    await house.hear()
    window = contract.QueryFunnelRequest(selection=selection((2, 1), (2, 28)), mode=WINDOW)
    cohort = contract.QueryFunnelRequest(selection=selection((1, 1), (1, 31), by=["MEMBER"]))
    for request, caller in ((window, house.boss), (cohort, house.anna)):
        answer = await house.figures.QueryFunnel(request, **caller)
        assert [(each.reason, each.count) for each in answer.total.win_reasons] == [("solution", 1)]
    assert [each.count for each in answer.groups[0].win_reasons] == [1]
    assert counts(answer.total)["WON"] == 2


async def test_a_window_counts_what_happened_in_the_period_whenever_it_began(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryFunnelRequest(selection=selection((2, 1), (2, 28)), mode=WINDOW)
    answer = await house.figures.QueryFunnel(request, **house.boss)
    assert counts(answer.total) == {
        "LEAD": 0,
        "REGISTRATION": 0,
        "OPPORTUNITY": 5,
        "NEED": 1,
        "QUOTE": 1,
        "NEGOTIATION": 1,
        "SIGNING": 1,
        "WON": 1,
    }
    assert not answer.total.steps[2].HasField("open")


async def test_a_window_of_some_days_reads_the_days(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryFunnelRequest(selection=selection((2, 2), (2, 9)), mode=WINDOW)
    answer = await house.figures.QueryFunnel(request, **house.boss)
    assert (counts(answer.total)["OPPORTUNITY"], counts(answer.total)["QUOTE"]) == (5, 0)
    assert counts(answer.total)["NEGOTIATION"] == 1


async def test_two_regions_are_compared_in_points_and_percent(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryFunnelRequest(selection=selection(by=["REGION"]), compare_to=f"regions/{EAST}")
    answer = await house.figures.QueryFunnel(request, **house.boss)
    assert [list(group.group.values) for group in answer.groups] == [[f"regions/{EAST}"], [f"regions/{SOUTH}"]]
    east, south = answer.groups
    assert (east.steps[2].rate.text, south.steps[2].rate.text) == ("50.0%", "20.0%")
    difference = next(each for each in south.differences if each.stage == contract.FUNNEL_STAGE_OPPORTUNITY)
    assert (difference.points.value, difference.percent.value) == ("-30.0", "-60.0")
    assert difference.text == "−30.0 / −60.0%"
    assert not east.differences


async def test_a_group_without_figures_is_nothing_to_compare_with(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryFunnelRequest(selection=selection(by=["REGION"]), compare_to=f"regions/{BO}")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await house.figures.QueryFunnel(request, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "nothing" not in (refusal.value.details() or "")


async def test_what_does_not_count_is_in_no_funnel_until_it_does(house: AnalyticsHouse) -> None:
    house.market.opportunity(1, noon(1, 10), counts=False)
    house.market.registration(1, noon(1, 10), state="UNDER_REVIEW")
    await house.hear()
    request = contract.QueryFunnelRequest(selection=selection())
    assert sum(counts((await house.figures.QueryFunnel(request, **house.boss)).total).values()) == 0
    house.market.events.clear()
    house.market.opportunity(1, noon(1, 11), counts=True)
    house.market.registration(1, noon(1, 11))
    await house.hear()
    found = counts((await house.figures.QueryFunnel(request, **house.boss)).total)
    assert (found["REGISTRATION"], found["OPPORTUNITY"]) == (1, 1)


async def test_everybody_reads_the_figures_of_his_own_rows(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryFunnelRequest(selection=selection())
    readers = {
        "all": house.boss,
        "anna": house.anna,
        "bo": house.as_member(BO, Scope.OWN),
        "team": house.as_member(BO, Scope.TEAM, teams=frozenset({HANGZHOU, GUANGZHOU})),
        "south": house.as_member(ANNA, Scope.REGION, region=SOUTH),
        "stranger": house.as_member(GUANGZHOU, Scope.TEAM),
    }
    found = {
        who: counts((await house.figures.QueryFunnel(request, **caller)).total)["OPPORTUNITY"]
        for who, caller in readers.items()
    }
    assert found == {"all": 9, "anna": 4, "bo": 5, "team": 9, "south": 9, "stranger": 0}


async def test_figures_by_channel_are_for_teams_and_for_nobody_alone(house: AnalyticsHouse) -> None:
    await sell(house)
    request = contract.QueryFunnelRequest(selection=selection(by=["CHANNEL"]))
    answer = await house.figures.QueryFunnel(request, **house.boss)
    assert {tuple(group.group.values): counts(group)["OPPORTUNITY"] for group in answer.groups} == {
        (f"channels/{FAIR}",): 4,
        (f"channels/{WEBSITE}",): 5,
    }
    assert counts(answer.total)["OPPORTUNITY"] == 9
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await house.figures.QueryFunnel(request, **house.anna)
    assert "not for one person" in (refusal.value.details() or "")


async def test_a_team_includes_the_teams_below_it(house: AnalyticsHouse) -> None:
    await sell(house)
    row = {"version": 1, "display_name": "华南", "parent": None, "region": SOUTH, "archived": False}
    below = {**row, "uuid": GUANGZHOU, "path": [HANGZHOU, GUANGZHOU]}
    async with house.engine.begin() as connection:
        await connection.execute(insert(ORGANIZATION.teams).values(below))
    request = contract.QueryFunnelRequest(selection=selection(team=f"teams/{HANGZHOU}"))
    assert counts((await house.figures.QueryFunnel(request, **house.boss)).total)["OPPORTUNITY"] == 9


async def test_sales_are_told_by_person_and_month_in_each_currency(house: AnalyticsHouse) -> None:
    await sell(house)
    house.market.events.clear()
    house.market.contract(2, noon(2, 25), amount=9_000, currency="USD")
    await house.hear()
    request = contract.QuerySalesRequest(selection=selection(by=["MEMBER", "MONTH"]))
    answer = await house.figures.QuerySales(request, **house.boss)
    assert [(money.currency_code, money.units) for money in answer.total.signed] == [("CNY", 100_000), ("USD", 9_000)]
    assert {tuple(each.group.values): [money.units for money in each.received] for each in answer.groups} == {
        (f"members/{ANNA}", "2026-02-01"): [],
        (f"members/{ANNA}", "2026-03-01"): [30_000],
        (f"members/{BO}", "2026-03-01"): [4_000],
    }


async def test_amounts_are_hidden_from_those_who_may_not_see_money(house: AnalyticsHouse) -> None:
    await sell(house)
    blind = house.as_member(BO, Scope.ALL, may=EVERYTHING[:1])
    answer = await house.figures.QuerySales(contract.QuerySalesRequest(selection=selection()), **blind)
    assert (answer.total.orders, list(answer.total.signed), list(answer.total.received)) == (1, [], [])


async def test_quote_to_contract_in_3_days_on_average_is_reported_as_exactly_that(house: AnalyticsHouse) -> None:
    for number in range(20):
        house.market.opportunity(number, noon(5, 1), stage="QUOTE")
        if number < 13:
            house.market.opportunity(number, noon(5, 1) + timedelta(days=3), stage="NEGOTIATION")
    await house.hear()
    request = contract.QueryStageTimesRequest(selection=selection((5, 1), (5, 31)))
    answer = await house.figures.QueryStageTimes(request, **house.boss)
    quote = next(each for each in answer.stage_times if each.stage == contract.FUNNEL_STAGE_QUOTE)
    assert (quote.average_days.value, quote.median_days.value, quote.share.text) == ("3.0", "3.0", "65.0%")
    assert (quote.entered, quote.moved_on, quote.open) == (20, 13, 7)


async def test_20_opportunities_5_won_10_lost_5_orders_and_100_customers(house: AnalyticsHouse) -> None:
    market = house.market
    for number in range(20):
        market.opportunity(number, noon(6, 1), EASTERN)
        if number < 15:
            market.opportunity(number, noon(6, 20), state="WON" if number < 5 else "LOST")
        if number < 5:
            market.contract(number, noon(6, 20))
    for number in range(102):
        market.account(number, noon(4, 1))
    market.account(100, noon(6, 2), deleted=True)
    market.account(101, noon(6, 30), deleted=True)
    await house.hear()
    request = contract.QueryRatiosRequest(selection=selection((6, 1), (6, 30)))
    answer = await house.figures.QueryRatios(request, **house.boss)
    found = {contract.MetricKind.Name(each.kind).removeprefix("METRIC_KIND_"): each.ratio for each in answer.metrics}
    assert {name: ratio.text for name, ratio in found.items()} == {
        "DEAL_RATIO": "4.00",
        "WIN_RATE": "33.3%",
        "ORDER_RATE": "25.0%",
        "CUSTOMER_RATIO": "5.00",
        "LEAD_CONVERSION": "—",
        "SALES_CYCLE": "19.0",
        "RETENTION": "—",
        "LEAD_TO_OPPORTUNITY": "—",
        "FIRST_RESPONSE": "—",
        "REPURCHASE": "0.0%",
        "SECOND_ORDER": "0.0%",
        "CUSTOMER_RETENTION": "100.0%",
        "CHURN": "0.0%",
        "WIN_BACK_TIME": "—",
        "CUSTOMER_UTILIZATION": "0.0%",
        "RAMP_UP": "—",
    }
    assert (found["CUSTOMER_RATIO"].numerator, found["CUSTOMER_RATIO"].denominator) == (100, 20)
