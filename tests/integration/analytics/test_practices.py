"""What the won ones did that the lost ones did not, through gRPC and PostgreSQL, to those who may see it."""

from typing import Any

import grpc
import pytest
from millrace.analytics.v1 import figure_service_pb2 as contract

from chassis.principal import Scope
from tests.integration.analytics.conftest import AnalyticsHouse, selection
from tests.support.selling import ANNA, BO, EAST, EASTERN, SOUTH, SOUTHERN, noon
from tests.support.serving import Caller

IN_TIME, SEVERAL = contract.PRACTICE_QUOTED_IN_TIME, contract.PRACTICE_SEVERAL_CONTACTS
JANUARY = (1, 1), (1, 31)


async def close(house: AnalyticsHouse) -> None:
    """In 华东 who is quoted in time is won, of the others one in twelve; in 华南 three are lost without a quote."""
    for number in range(24):
        in_time = number % 2 == 0
        state = "WON" if in_time or number == 1 else "LOST"
        house.market.opportunity(number, noon(1, 2), EASTERN, stage="QUOTE")
        worked: dict[str, Any] = {
            "confirmed": noon(1, 3),
            "quoted": noon(1, 5 if in_time else 20),
            "contacts": 2 if in_time else 1,
        }
        house.market.opportunity(number, noon(1, 25), EASTERN, stage="QUOTE", state=state, **worked)
    for number in range(100, 103):
        house.market.opportunity(number, noon(1, 2), SOUTHERN, stage="QUOTE")
        house.market.opportunity(number, noon(1, 30), SOUTHERN, stage="QUOTE", state="LOST", confirmed=noon(1, 3))
    await house.hear()


async def told(house: AnalyticsHouse, caller: Caller, **asked: Any) -> list[Any]:
    request = contract.QueryPracticesRequest(selection=selection(*JANUARY, **asked))
    return list((await house.figures.QueryPractices(request, **caller)).practices)


def numbers(effect: Any) -> tuple[int, int, int, int]:
    return effect.won_with, effect.won_without, effect.lost_with, effect.lost_without


async def test_each_practice_is_told_with_the_numbers_it_rests_on(house: AnalyticsHouse) -> None:
    await close(house)
    first, second, *others = await told(house, house.boss)
    assert {first.practice, second.practice} == {IN_TIME, SEVERAL}
    effect = first if first.practice == IN_TIME else second
    assert numbers(effect) == (12, 1, 0, 14)
    assert (effect.rate_with.text, effect.rate_without.text, effect.points.value) == ("100.0%", "6.7%", "93.3")
    assert (effect.p_value.value, effect.HasField("silence")) == ("0.0000", False)
    assert not any(each.HasField("points") for each in others)


async def test_too_few_cases_are_told_with_their_numbers_and_the_reason_of_the_silence(house: AnalyticsHouse) -> None:
    await close(house)
    registered = next(each for each in await told(house, house.boss) if each.practice == contract.PRACTICE_REGISTERED)
    assert numbers(registered) == (0, 13, 0, 14)
    assert (registered.silence.code, registered.silence.text) == (
        "PRACTICE_SELDOM",
        "Only 0 closed opportunities did this; from 10 on it is compared",
    )
    assert not registered.HasField("p_value")


async def test_everybody_compares_what_he_sees_and_groups_stand_apart(house: AnalyticsHouse) -> None:
    await close(house)
    readers = {
        "anna": house.anna,
        "bo": house.as_member(BO, Scope.OWN),
        "south": house.as_member(ANNA, Scope.REGION, region=SOUTH),
        "stranger": house.as_member(SOUTH, Scope.OWN),
    }
    found = {
        who: next(numbers(each) for each in await told(house, caller) if each.practice == IN_TIME)
        for who, caller in readers.items()
    }
    assert found == {"anna": (12, 1, 0, 11), "bo": (0, 0, 0, 3), "south": (12, 1, 0, 14), "stranger": (0, 0, 0, 0)}
    by_region = await told(house, house.boss, by=["REGION"])
    apart = {tuple(each.group.values): numbers(each) for each in by_region if each.practice == IN_TIME}
    assert apart == {
        (): (12, 1, 0, 14),
        (f"regions/{EAST}",): (12, 1, 0, 11),
        (f"regions/{SOUTH}",): (0, 0, 0, 3),
    }


async def test_a_lost_one_that_is_worked_on_again_is_counted_no_more(house: AnalyticsHouse) -> None:
    await close(house)
    house.market.events.clear()
    house.market.opportunity(3, noon(2, 1), EASTERN, stage="QUOTE")
    await house.hear()
    effect = next(each for each in await told(house, house.boss) if each.practice == IN_TIME)
    assert numbers(effect) == (12, 1, 0, 13)


async def test_practices_are_kept_by_the_month_and_from_no_side(house: AnalyticsHouse) -> None:
    await close(house)
    for wrong, reason in (
        (selection((1, 1), (1, 20)), "whole months"),
        (selection(*JANUARY, by=["CHANNEL"]), "one of channel"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await house.figures.QueryPractices(contract.QueryPracticesRequest(selection=wrong), **house.boss)
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert reason in (refusal.value.details() or "")
