"""What contracts tells of its contracts becomes the habits of a customer, again and again the same."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import grpc
import pytest
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal
from google.type.money_pb2 import Money
from millrace.contracts.v1 import contract_events_pb2 as contract_events
from millrace.pipeline.v1 import buying_habit_pb2
from millrace.pipeline.v1.buying_habit_service_pb2 import GetBuyingHabitsRequest
from millrace.pipeline.v1.buying_habit_service_pb2_grpc import BuyingHabitServiceStub
from sqlalchemy import select

from chassis.consumer import Event, Subscription
from chassis.consumer.applying import Applier
from chassis.consumer.gate import Gap
from chassis.principal import Scope
from chassis.rebuilding import rebuild
from chassis.roles import DatabaseRoles
from chassis.wire import put_instant
from services.pipeline.events.on_orders import orders_rebuilding, orders_subscription
from services.pipeline.storage.account_orders import ACCOUNT_ORDERS
from tests.integration.pipeline.conftest import ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import reason_of
from tests.integration.pipeline.test_accounts import Accounts

CRM = UUID(int=801)
JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, 4, tzinfo=UTC) for month in (1, 2, 3))


class Shop:
    """The contracts of one customer, as their service tells of them."""

    def __init__(self, house: PipelineHouse, account: str) -> None:
        self.house = house
        self.account = account
        self.versions: dict[UUID, int] = {}
        self.told: list[Event] = []

    async def history(self, _subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        for event in self.told:
            if gap is None or event.aggregate == gap.aggregate:
                yield event

    def event(self, number: int, message: Any, **facts: Any) -> Event:
        """One contract with ten licences for CNY 90,000 in all, but for the facts told."""
        signed = facts.pop("signed", None)
        contract = contract_events.ContractSnapshot(
            **{
                "name": f"contracts/{UUID(int=number)}",
                "account": self.account,
                "amount": Money(currency_code="CNY", units=90_000),
                "items": [
                    contract_events.ContractItem(
                        product=f"products/{CRM}",
                        quantity=Decimal(value="10"),
                        amount=Money(currency_code="CNY", units=90_000),
                    )
                ],
                **facts,
            }
        )
        if signed:
            put_instant(contract.sign_time, signed)
        return self._event(UUID(int=number), message(contract=contract))

    async def tell(self, *events: Event) -> None:
        self.told.extend(events)
        applier = Applier(orders_subscription(), engine=self.house.engine, history=self.history, clock=self.house.clock)
        await applier.apply(events, place=None)

    async def sells(self, number: int, signed: datetime, **facts: Any) -> None:
        await self.tell(self.event(number, contract_events.ContractSigned, signed=signed, **facts))

    async def habits(self, **caller: Any) -> buying_habit_pb2.BuyingHabits:
        request = GetBuyingHabitsRequest(parent=self.account)
        stub: Any = BuyingHabitServiceStub(self.house.channel)
        habits: buying_habit_pb2.BuyingHabits = await stub.GetBuyingHabits(request, **(caller or self.house.boss))
        return habits

    def _event(self, uuid: UUID, message: Any) -> Event:
        version = self.versions[uuid] = self.versions.get(uuid, 0) + 1
        return Event(
            id=str(uuid5(uuid, str(version))),
            subject="millrace.contracts.v1.contract.told",
            type=message.DESCRIPTOR.full_name,
            aggregate=f"contracts/{uuid}",
            version=version,
            time=self.house.clock.now(),
            payload=message.SerializeToString(),
            message=message,
        )


@pytest.fixture
async def shop(house: PipelineHouse) -> Shop:
    return Shop(house, (await Accounts(house.channel).create(house.zhang_wei)).name)


async def test_signed_contracts_are_the_orders_of_their_customer(shop: Shop) -> None:
    for number, signed in enumerate((JANUARY, FEBRUARY, MARCH)):
        await shop.sells(number, signed)
    habits = await shop.habits()
    assert (habits.order_count, list(habits.amounts)) == (3, [Money(currency_code="CNY", units=270_000)])
    assert (habits.first_order_date, habits.last_order_date) == (
        Date(year=2026, month=1, day=1),
        Date(year=2026, month=3, day=1),
    )
    assert (habits.interval.shorter_days, habits.interval.usual_days, habits.interval.longer_days) == (29, 30, 30)
    assert habits.next_order_date == Date(year=2026, month=3, day=31)
    (product,) = habits.products
    assert (product.product, product.quantity.value, product.order_count) == (f"products/{CRM}", "30", 3)
    assert habits.reasons[0].text == "上次下单于 2026-03-01，此前 2 个下单间隔的中位数为 30 天"


async def test_an_order_that_does_not_come_is_shown_as_overdue(shop: Shop, house: PipelineHouse) -> None:
    for number, signed in enumerate((JANUARY, FEBRUARY, MARCH)):
        await shop.sells(number, signed)
    house.clock.travel(days=40)
    habits = await shop.habits()
    assert habits.overdue_days == 11
    assert [each.code for each in habits.reasons][1:] == ["NEXT_ORDER_OVERDUE", "NEXT_ORDER_UNUSUALLY_LATE"]


async def test_what_is_not_signed_is_no_order_and_what_was_ended_early_is_none_any_more(shop: Shop) -> None:
    await shop.tell(shop.event(1, contract_events.ContractCreated))
    assert (await shop.habits()).order_count == 0
    await shop.sells(1, JANUARY)
    assert (await shop.habits()).order_count == 1
    ended = contract_events.CONTRACT_STATE_TERMINATED
    await shop.tell(shop.event(1, contract_events.ContractTerminated, signed=JANUARY, state=ended))
    assert (await shop.habits()).order_count == 0


async def test_an_amended_contract_sells_what_was_agreed_upon_last(shop: Shop) -> None:
    await shop.sells(1, JANUARY)
    more = {"amount": Money(currency_code="CNY", units=5), "items": []}
    await shop.tell(shop.event(1, contract_events.ContractAmended, signed=JANUARY, **more))
    habits = await shop.habits()
    assert list(habits.amounts) == [Money(currency_code="CNY", units=5)]
    assert not habits.products


async def test_who_may_not_see_money_sees_how_often_a_customer_buys(shop: Shop, house: PipelineHouse) -> None:
    await shop.sells(1, JANUARY)
    blind = house.as_member(ZHANG_WEI, Scope.OWN, may=("pipeline.read",))
    habits = await shop.habits(**blind)
    assert (habits.order_count, list(habits.amounts), list(habits.products[0].amounts)) == (1, [], [])
    assert habits.products[0].quantity.value == "10"


async def test_habits_are_seen_with_their_account(shop: Shop, house: PipelineHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await shop.habits(**house.wang_lei)
    assert reason_of(refused.value)[0] == "ACCOUNT_NOT_FOUND"


async def test_orders_made_anew_from_the_history_are_the_same(
    shop: Shop, house: PipelineHouse, pipeline_database: str
) -> None:
    for number, signed in enumerate((JANUARY, FEBRUARY, MARCH)):
        await shop.sells(number, signed)
    ended = contract_events.CONTRACT_STATE_TERMINATED
    await shop.tell(shop.event(1, contract_events.ContractTerminated, signed=FEBRUARY, state=ended))
    before = await _orders(house)
    assert len(before) == 3
    roles = DatabaseRoles(owner_url=pipeline_database, application_url=pipeline_database)
    again = await rebuild(
        house.engine, roles, orders_rebuilding(), histories={"pipeline-orders": shop.history}, clock=house.clock
    )
    assert again == 4
    assert await _orders(house) == before
    assert (await shop.habits()).order_count == 2


async def _orders(house: PipelineHouse) -> list[Any]:
    async with house.engine.connect() as connection:
        return list(await connection.execute(select(ACCOUNT_ORDERS).order_by(ACCOUNT_ORDERS.c.contract)))
