"""Accounts are rated by what they order and what is open with them; the tier is told, found by, and explained."""

from typing import Any

import grpc
import pytest
from google.type.money_pb2 import Money
from millrace.pipeline.v1 import account_pb2, account_tier_pb2
from millrace.pipeline.v1.account_tier_service_pb2 import GetAccountTierRequest
from millrace.pipeline.v1.account_tier_service_pb2_grpc import AccountTierServiceStub

from chassis.principal import Scope
from tests.integration.pipeline.conftest import ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of
from tests.integration.pipeline.profiling import profile, told_of
from tests.integration.pipeline.test_accounts import YUNFAN, Accounts
from tests.integration.pipeline.test_buying_habits import FEBRUARY, JANUARY, MARCH, Shop

CARRIER = "成都锦程物流有限公司"


class Market:
    """A large customer and a small one, both of Zhang Wei."""

    def __init__(self, house: PipelineHouse, large: account_pb2.Account, small: account_pb2.Account) -> None:
        self.house = house
        self.large = large
        self.small = small
        self.accounts = Accounts(house.channel)

    async def tier(self, account: account_pb2.Account, **caller: Any) -> account_tier_pb2.AccountTier:
        stub: Any = AccountTierServiceStub(self.house.channel)
        request = GetAccountTierRequest(parent=account.name)
        found: account_tier_pb2.AccountTier = await stub.GetAccountTier(request, **(caller or self.house.boss))
        return found


@pytest.fixture
async def market(house: PipelineHouse) -> Market:
    accounts = Accounts(house.channel)
    large = await accounts.create(house.zhang_wei)
    small = await accounts.create(house.zhang_wei, display_name=CARRIER)
    shop = Shop(house, large.name)
    for number, signed in enumerate((JANUARY, FEBRUARY, MARCH)):
        await shop.sells(number, signed)
    await Shop(house, small.name).sells(9, MARCH, amount=Money(currency_code="CNY", units=9_000))
    return Market(house, large, small)


async def test_the_few_who_make_most_are_key_accounts_and_that_is_told(market: Market, house: PipelineHouse) -> None:
    await profile(house)
    tier = await market.tier(market.large)
    assert (tier.tier, tier.score, tier.rules_version) == ("key", 75, 0)
    (told,) = await told_of(house, market.large.name)
    assert (told.account.tier, list(told.changed_fields)) == ("key", ["tags", "tier"])
    assert await market.accounts.listed(house.boss, filter="rated_tier = key") == [YUNFAN]


async def test_the_tier_is_explained_by_each_indicator_beside_its_mark(market: Market, house: PipelineHouse) -> None:
    await profile(house)
    tier = await market.tier(market.small)
    ordered = tier.indicators[0]
    assert (ordered.indicator, ordered.weight, ordered.reached_percent) == (
        account_tier_pb2.TIER_INDICATOR_ORDERED,
        40,
        3,
    )
    assert (ordered.amount.units, ordered.mark_amount.units) == (9_000, 270_000)
    assert tier.reasons[0].text == "下单金额：达到少数客户（合计贡献 80%）入门值的 3%"


async def test_who_may_not_see_money_is_told_the_tier_without_amounts(market: Market, house: PipelineHouse) -> None:
    await profile(house)
    blind = house.as_member(ZHANG_WEI, Scope.OWN, may=("pipeline.read",))
    tier = await market.tier(market.large, **blind)
    assert (tier.tier, tier.indicators[0].HasField("amount"), tier.indicators[0].HasField("mark_amount")) == (
        "key",
        False,
        False,
    )


async def test_an_account_that_was_not_rated_yet_has_no_tier(market: Market) -> None:
    tier = await market.tier(market.large)
    assert (tier.tier, tier.HasField("rate_time")) == ("", False)


async def test_a_tier_is_seen_with_its_account(market: Market, house: PipelineHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await market.tier(market.large, **house.wang_lei)
    assert reason_of(refused.value)[0] == "ACCOUNT_NOT_FOUND"


async def test_open_opportunities_are_potential(market: Market, house: PipelineHouse) -> None:
    await Dealings(house, house.boss).open(account=market.small.name, units=500_000)
    await profile(house)
    tier = await market.tier(market.small)
    potential = {each.indicator: each for each in tier.indicators}[account_tier_pb2.TIER_INDICATOR_POTENTIAL]
    assert (potential.reached_percent, potential.amount.units) == (100, 100_000)


async def test_marks_hold_for_a_day_and_a_tier_falls_when_orders_grow_old(market: Market, house: PipelineHouse) -> None:
    await profile(house)
    house.clock.travel(days=400)
    await Shop(house, market.small.name).sells(10, house.clock.now())
    await profile(house)
    assert (await market.tier(market.large)).tier == ""
    assert (await market.tier(market.small)).tier == "key"
    assert [told.account.tier for told in await told_of(house, market.large.name)] == ["key", ""]


async def test_what_people_say_of_an_account_goes_before_its_rating(market: Market, house: PipelineHouse) -> None:
    said = await market.accounts.create(house.zhang_wei, display_name="宁波远航贸易有限公司", tier="strategic")
    await Shop(house, said.name).sells(11, MARCH, amount=Money(currency_code="CNY", units=900_000))
    await profile(house)
    assert (await market.tier(said)).tier == "key"
    assert (await told_of(house, said.name))[-1].account.tier == "strategic"
