"""Accounts that resemble won customers (相似客户), and what customers may need besides what was signed (交叉销售)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.struct_pb2 import Struct
from google.type.decimal_pb2 import Decimal
from google.type.money_pb2 import Money
from millrace.contracts.v1 import contract_events_pb2 as contract_events
from millrace.pipeline.v1 import account_look_alike_service_pb2 as alike
from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import cross_selling_service_pb2 as selling
from millrace.pipeline.v1.account_look_alike_service_pb2_grpc import AccountLookAlikeServiceStub
from millrace.pipeline.v1.account_service_pb2 import DeleteAccountRequest
from millrace.pipeline.v1.cross_selling_service_pb2_grpc import CrossSellingServiceStub
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_pb2 import RuleSet
from millrace.rules.v1.rule_set_requests_pb2 import UpdateRuleSetRequest

from chassis.jobs import Sweeps
from services.pipeline.__main__ import sweeps
from services.pipeline.application.account_resembling import COMPARE_ACCOUNTS
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.test_accounts import Accounts
from tests.integration.pipeline.test_buying_habits import FEBRUARY, Shop
from tests.support.clock import FixedClock

CRM, ERP = UUID(int=801), UUID(int=802)
NAMES = ("杭州云帆科技", "成都锦程物流", "宁波海晟注塑", "苏州澜庭环保", "无锡瑞禾机械")


class Market:
    """Software houses of Zhang Wei: some bought, one is a prospect."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.accounts = Accounts(house.channel)
        self.sold = 0

    async def account(self, number: int, **facts: Any) -> account_pb2.Account:
        told = {"industry": "software", "employee_count": 100, **facts}
        return await self.accounts.create(self.house.zhang_wei, display_name=NAMES[number], **told)

    async def sell(self, account: account_pb2.Account, *products: UUID) -> None:
        items = [
            contract_events.ContractItem(
                product=f"products/{product}",
                quantity=Decimal(value="10"),
                amount=Money(currency_code="CNY", units=9_000),
            )
            for product in products
        ]
        self.sold += 1
        signed = FEBRUARY + timedelta(hours=self.sold)
        await Shop(self.house, account.name).sells(self.sold, signed, items=items)

    async def go_round(self) -> None:
        """The day's round over all accounts, from its goal to its end."""
        (compare,) = [each for each in sweeps(self.house.parts) if each.name == COMPARE_ACCOUNTS]
        worker = Sweeps([compare], engine=self.house.parts.background_engine, clock=self.house.clock)
        for _ in range(3):
            await worker.step(compare)
            self.house.clock.travel(minutes=2)

    async def look_alikes(self, caller: Any = None, **wanted: Any) -> list[alike.AccountLookAlike]:
        stub: Any = AccountLookAlikeServiceStub(self.house.channel)
        request = alike.ListAccountLookAlikesRequest(**wanted)
        return list((await stub.ListAccountLookAlikes(request, **(caller or self.house.boss))).account_look_alikes)

    async def offers(self, caller: Any = None, **wanted: Any) -> selling.ListCrossSellingOffersResponse:
        stub: Any = CrossSellingServiceStub(self.house.channel)
        request = selling.ListCrossSellingOffersRequest(**wanted)
        found: selling.ListCrossSellingOffersResponse = await stub.ListCrossSellingOffers(
            request, **(caller or self.house.boss)
        )
        return found

    async def sample_of(self, least: int) -> None:
        """What a test can fill is enough to say something."""
        body = Struct()
        body.update({"sample": {"days": 365, "least_buyers": least, "least_both": 3, "least_lift": 110}})
        rules = RuleSet(name="pipelineRuleSets/cross_selling", body=body, etag="0")
        stub: Any = RuleSetServiceStub(self.house.channel)
        await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rules), **self.house.boss)


@pytest.fixture
def market(house: PipelineHouse) -> Market:
    return Market(house)


async def test_a_prospect_that_resembles_customers_is_found_with_points_that_add_up(market: Market) -> None:
    for number in range(3):
        await market.sell(await market.account(number), CRM)
    prospect = await market.account(3, employee_count=90)
    other = await market.account(4, industry="retail", employee_count=9_000)
    await market.go_round()
    assert [each.account for each in await market.look_alikes()] == [prospect.name]
    (found,) = await market.look_alikes(filter="score >= 50")
    assert (found.score, found.alike_count, found.display_name) == (59, 3, NAMES[3])
    assert sum(int(reason.parameters["points"]) for reason in found.reasons) == found.score
    assert (found.like_display_name, found.reasons[0].text) == (NAMES[2], "行业相同（软件）：+35")
    assert other.name not in {each.account for each in await market.look_alikes()}


async def test_below_three_won_customers_nothing_is_said(market: Market) -> None:
    for number in range(2):
        await market.sell(await market.account(number), CRM)
    await market.account(3)
    await market.go_round()
    assert await market.look_alikes() == []


async def test_whoever_is_won_is_no_look_alike_any_more(market: Market) -> None:
    for number in range(3):
        await market.sell(await market.account(number), CRM)
    prospect = await market.account(3)
    await market.go_round()
    assert len(await market.look_alikes()) == 1
    await market.sell(prospect, CRM)
    await market.go_round()
    assert await market.look_alikes() == []


async def test_look_alikes_and_offers_are_shown_as_far_as_one_sees_the_accounts(
    market: Market, house: PipelineHouse
) -> None:
    await market.sample_of(3)
    await _sell_together(market)
    await _of_others(market, 8)
    await market.account(4)
    await market.go_round()
    assert len(await market.look_alikes(house.zhang_wei)) == 1
    assert len((await market.offers(house.zhang_wei)).cross_selling_offers) == 1
    assert await market.look_alikes(house.wang_lei) == []
    assert list((await market.offers(house.wang_lei)).cross_selling_offers) == []


async def _sell_together(market: Market) -> account_pb2.Account:
    """Three bought both, one bought the CRM alone, and a retailer of another size something else."""
    for number in range(3):
        await market.sell(await market.account(number), CRM, ERP)
    alone = await market.account(3)
    await market.sell(alone, CRM)
    return alone


async def _of_others(market: Market, count: int) -> None:
    """Customers without either product, so that the two say something of each other."""
    for number in range(count):
        account = await market.accounts.create(
            market.house.zhang_wei, display_name=f"{'甲乙丙丁戊己庚辛'[number]}泰零售有限公司", industry="retail"
        )
        await market.sell(account, UUID(int=850 + number))


async def test_what_buyers_of_the_same_bought_besides_is_offered_with_its_numbers(market: Market) -> None:
    await market.sample_of(3)
    alone = await _sell_together(market)
    await _of_others(market, 8)
    await market.go_round()
    (offer,) = (await market.offers(filter=f'account = "{alone.name}"')).cross_selling_offers
    assert (offer.product, offer.bought_product) == (f"products/{ERP}", f"products/{CRM}")
    numbers = (offer.buyer_count, offer.both_count, offer.product_buyer_count, offer.customer_count, offer.lift)
    assert numbers == (4, 3, 3, 12, 3.0)
    assert (offer.alike_count, offer.like_display_name) == (3, NAMES[2])
    told = "买过前者的 4 家客户中有 3 家也买了后者（75%），全部 12 家客户中为 25%"
    assert offer.reasons[0].text.startswith(told)
    assert list((await market.offers()).silence) == []


async def test_below_the_sample_nothing_is_offered_and_that_is_told(market: Market) -> None:
    await _sell_together(market)
    await market.go_round()
    told = await market.offers()
    assert list(told.cross_selling_offers) == []
    assert [(reason.code, dict(reason.parameters)) for reason in told.silence] == [
        ("CROSS_SELLING_TOO_FEW_CUSTOMERS", {"customers": "4", "least": "10"})
    ]


async def test_what_was_bought_meanwhile_or_archived_is_offered_no_more(
    market: Market, house: PipelineHouse, clock: FixedClock
) -> None:
    await market.sample_of(3)
    alone = await _sell_together(market)
    await _of_others(market, 8)
    await market.go_round()
    seen = await market.accounts.read(alone.name, house.boss)
    await market.accounts.accounts.DeleteAccount(DeleteAccountRequest(name=alone.name, etag=seen.etag), **house.boss)
    assert list((await market.offers()).cross_selling_offers) == []
    clock.travel(days=1)
    await market.go_round()
    assert list((await market.offers()).cross_selling_offers) == []
