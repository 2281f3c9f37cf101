"""A rebuild beside live writes gives the same bytes (G11), and the consumers go on as if nothing had happened."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Event, Subscription
from chassis.consumer.applying import History
from chassis.consumer.consumer import Consumer
from chassis.consumer.gate import Gap
from chassis.database import open_engine
from chassis.rebuilding import Rebuilding, RebuildRefused, rebuild
from chassis.roles import DatabaseRoles
from chassis.streaming.connection import connect
from chassis.streaming.streams import apply as declare
from chassis.streaming.streams import declared
from chassis.tables import applied, dead_letters
from deploy.local.nats import Nats, start_nats
from services.analytics.application import projecting
from services.analytics.application.projecting import sum_up
from services.analytics.events.subscriptions import subscriptions
from services.analytics.storage import projections as storage
from services.analytics.storage.tables import PROJECTIONS
from tests.integration.analytics.projecting import FOLLOWED, SHANGHAI, digests
from tests.support.clock import FixedClock
from tests.support.selling import EASTERN, SOUTHERN, STAGES, Market, noon
from tests.support.waiting import eventually


@pytest.fixture
async def engine(analytics_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(analytics_database, name="test")
    yield engine
    await engine.dispose()


@pytest.fixture
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    server: Nats = start_nats(tmp_path_factory.mktemp("nats"), durable=False)
    client = await connect(server.url, service="test")
    for declaration in declared().values():
        await declare(client, declaration)
    yield client
    await client.close()
    server.stop()


class Sellers:
    """The three services that sell: their streams, and the history they keep of what they told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.market = Market()
        self.told = 0

    async def history(self, subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        for event in self.market.of(subscription.stream)[:]:
            wanted = gap is None or (event.aggregate == gap.aggregate and gap.first <= event.version <= gap.last)
            if wanted and f"{event.subject.rsplit('.', 1)[0]}.>" in subscription.subjects:
                await asyncio.sleep(0)
                yield event

    async def publish(self, events: Iterable[Event] | None = None) -> None:
        """What was not told yet, in order; or these, again or out of it."""
        if events is None:
            events, self.told = self.market.events[self.told :], len(self.market.events)
        for event in events:
            headers = {
                "ce-id": event.id,
                "ce-type": event.type,
                "ce-time": event.time.isoformat(),
                "ce-subject": event.aggregate,
                "ce-version": str(event.version),
            }
            await self.client.jetstream().publish(event.subject, event.payload, headers=headers)

    def sell(self, first: int, last: int) -> None:
        """Some of everything, each in several steps."""
        for number in range(first, last):
            at, place = noon(1, 1) + timedelta(hours=7 * number), EASTERN if number % 3 else SOUTHERN
            tags = ("年框", "出口")[: number % 3]
            self.market.member(UUID(int=number % 5), at)
            self.market.lead(number, at, place)
            self.market.lead(number, at + timedelta(hours=number), place, answered=at + timedelta(hours=number))
            self.market.account(number, at, place)
            self.market.registration(number, at, place, opened=True)
            side: dict[str, Any] = {
                "customer": number % 7,
                "products": range(number % 3),
                "tags": tags,
                "from_lead": True,
            }
            for step, stage in enumerate(STAGES[: 1 + number % 5]):
                self.market.opportunity(number, at + timedelta(days=step), place, stage=stage, **side)
            worked: dict[str, Any] = {
                **side,
                "confirmed": at,
                "quoted": at + timedelta(days=number % 9),
                "contacts": number % 3,
            }
            if number % 2:
                self.market.opportunity(number, at + timedelta(days=9), SOUTHERN, state="LOST", **worked)
            elif number % 4:
                self.market.opportunity(number, at + timedelta(days=9), place, state="WON", **worked)
                self.market.opportunity(number, at + timedelta(days=10), place, state="WON", win_reason="price", **side)
            self.market.contract(number, at + timedelta(days=9 + 400 * (number % 3)), place, customer=number % 7)
            self.market.receipt(number, at + timedelta(days=20), place)

    def consumers(self, engine: AsyncEngine) -> list[Consumer]:
        clock = FixedClock()
        return [
            Consumer(each, engine=engine, client=self.client, history=self.history, clock=clock)
            for each in FOLLOWED.values()
        ]


@pytest.fixture
def sellers(client: Client) -> Sellers:
    return Sellers(client)


async def follow(sellers: Sellers, engine: AsyncEngine) -> None:
    for consumer in sellers.consumers(engine):
        await consumer.drain()
        await consumer.close()


async def rebuilt(url: str, sellers: Sellers, *, history: History | None = None) -> int:
    owner = open_engine(url, name="owner")
    rebuilding = Rebuilding(
        subscriptions=subscriptions(SHANGHAI, summing=False),
        tables=PROJECTIONS,
        complete=partial(sum_up, zone=SHANGHAI),
    )
    histories = {each.name: history or sellers.history for each in FOLLOWED.values()}
    try:
        return await rebuild(
            owner,
            DatabaseRoles(owner_url=url, application_url=url),
            rebuilding,
            histories=histories,
            clock=FixedClock(),
        )
    finally:
        await owner.dispose()


async def dead(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return len((await connection.execute(select(dead_letters))).all())


async def everything_applied(engine: AsyncEngine, sellers: Sellers) -> None:
    async with engine.connect() as connection:
        rows = (await connection.execute(select(applied.c.aggregate, applied.c.version))).all()
    assert {row.aggregate: row.version for row in rows} == dict(sellers.market.versions)


async def test_a_rebuild_gives_the_same_bytes(engine: AsyncEngine, analytics_database: str, sellers: Sellers) -> None:
    sellers.sell(0, 40)
    await sellers.publish()
    await follow(sellers, engine)
    before = await digests(engine)
    async with engine.begin() as connection:
        await connection.execute(text("update pipeline_figures set tally = tally + 1"))
        await connection.execute(text("delete from contract_facts"))
    assert await rebuilt(analytics_database, sellers) == len(sellers.market.events)
    assert await digests(engine) == before
    await follow(sellers, engine)
    assert await digests(engine) == before


async def test_cells_that_do_not_fit_into_memory_are_written_in_between(
    engine: AsyncEngine, analytics_database: str, sellers: Sellers, monkeypatch: pytest.MonkeyPatch
) -> None:
    sellers.sell(0, 20)
    await rebuilt(analytics_database, sellers)
    at_once = await digests(engine)
    monkeypatch.setattr(projecting, "_MOST_CELLS", 5)
    monkeypatch.setattr(storage, "_MOST_CELLS", 3)
    monkeypatch.setattr(storage, "_AT_ONCE", 2)
    await rebuilt(analytics_database, sellers)
    assert await digests(engine) == at_once


async def test_a_rebuild_leaves_other_consumers_where_they_stood(
    engine: AsyncEngine, analytics_database: str, sellers: Sellers
) -> None:
    sellers.sell(0, 3)
    async with engine.begin() as connection:
        await connection.execute(text("insert into applied values ('another', 'member/1', 7)"))
    await rebuilt(analytics_database, sellers)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(applied.c.consumer, applied.c.aggregate, applied.c.version))).all()
    assert ("another", "member/1", 7) in [tuple(row) for row in rows]
    assert {row.aggregate: row.version for row in rows if row.consumer != "another"} == dict(sellers.market.versions)


async def test_a_rebuild_beside_live_writes_gives_the_same_bytes(
    engine: AsyncEngine, analytics_database: str, sellers: Sellers
) -> None:
    sellers.sell(0, 40)
    await sellers.publish()
    live = [asyncio.create_task(consumer.run()) for consumer in sellers.consumers(engine)]

    async def then_more_is_sold(subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        """A history at whose end the running consumers apply what it no longer tells."""
        async for event in sellers.history(subscription, gap):
            yield event
        first = len(sellers.market.of("leads"))
        sellers.sell(first, first + 10)
        await sellers.publish()
        await eventually(lambda: everything_applied(engine, sellers), within=30)

    await eventually(lambda: everything_applied(engine, sellers), within=30)
    await rebuilt(analytics_database, sellers, history=then_more_is_sold)
    sellers.sell(200, 203)
    await sellers.publish()
    await eventually(lambda: everything_applied(engine, sellers), within=30)
    for task in live:
        task.cancel()
    await asyncio.gather(*live, return_exceptions=True)
    beside = await digests(engine)
    await rebuilt(analytics_database, sellers)
    assert await digests(engine) == beside
    assert await dead(engine) == 0


async def test_events_that_come_twice_and_out_of_order_change_nothing(
    engine: AsyncEngine, analytics_database: str, sellers: Sellers
) -> None:
    sellers.sell(0, 20)
    events = list(sellers.market.events)
    await sellers.publish([*events[1::2], *events[::2], *reversed(events)])
    await follow(sellers, engine)
    shuffled = await digests(engine)
    await rebuilt(analytics_database, sellers)
    assert await digests(engine) == shuffled
    assert await dead(engine) == 0


async def test_one_rebuild_at_a_time(engine: AsyncEngine, analytics_database: str, sellers: Sellers) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("select pg_advisory_lock(hashtextextended('millrace.rebuild', 0))"))
        with pytest.raises(RebuildRefused):
            await rebuilt(analytics_database, sellers)
        await connection.invalidate()
