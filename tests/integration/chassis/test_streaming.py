"""From the outbox through the stream into another database, exactly once and in order (G5–G8, G10)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from nats.aio.client import Client
from prometheus_client import REGISTRY
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.consumer import Event, Subscription, consumer
from chassis.consumer.consumer import Consumer
from chassis.consumer.gate import Gap
from chassis.event_log import EventLogServicer
from chassis.history import _event, _request
from chassis.rpc.call import Call
from chassis.streaming.connection import connect
from chassis.streaming.relay import Relay
from chassis.streaming.streams import Declaration
from chassis.tables import dead_letters, outbox, parked
from chassis.work import Store, UnitOfWork
from deploy.local.nats import Nats
from tests.support.clock import FixedClock
from tests.support.sample import Note, rewrite_note, write_note
from tests.support.waiting import eventually

Calls = Callable[..., Call]
LEADS = ("millrace.leads.v1.lead.>",)


def declaration(name: str, *, window: float = 120) -> Declaration:
    return Declaration(
        name=name,
        subjects=("millrace.leads.>",),
        max_age_days=30,
        max_bytes=50_000_000,
        duplicate_window_seconds=window,
        max_msg_size=262144,
        replicas=1,
    )


@pytest.fixture
async def client(nats_server: Nats) -> AsyncIterator[Client]:
    client = await connect(nats_server.url, service="test")
    yield client
    for name in ("leads",):
        await client.request(f"$JS.API.STREAM.DELETE.{name}", b"", timeout=5)
    await client.close()


@pytest.fixture
def relay(engine: AsyncEngine, client: Client, clock: FixedClock) -> Relay:
    return Relay(engine=engine, client=client, declaration=declaration("leads"), clock=clock)


class Tally:
    """A projection: how often each aggregate's versions were applied."""

    def __init__(self, engine: AsyncEngine, client: Client, clock: FixedClock, call: Call) -> None:
        self.call = call
        self.poison: set[int] = set()
        self.fail_after_effect = 0
        self.subscription = Subscription(name="tally", stream="leads", subjects=LEADS, apply=self.apply)
        self.consumer = Consumer(self.subscription, engine=engine, client=client, history=self.history, clock=clock)
        self._engine = engine

    async def make(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text("create table tally (aggregate text, version bigint)"))

    async def apply(self, connection: AsyncConnection, events: Sequence[Event]) -> None:
        if self.poison & {event.version for event in events if event.message.lead.industry == "poison"}:
            raise ValueError("poison")
        await connection.execute(
            text("insert into tally values (:aggregate, :version)"),
            [{"aggregate": event.aggregate, "version": event.version} for event in events],
        )
        if self.fail_after_effect:
            self.fail_after_effect -= 1
            raise OSError("killed between effect and checkpoint")

    async def history(self, _subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
        servicer = EventLogServicer(self._engine)
        async for logged in servicer.ReadEvents(_request(self.subscription, gap), self.call):
            yield _event(logged)

    async def versions(self) -> list[tuple[str, int]]:
        async with self._engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text("select aggregate, version from tally"))]


@pytest.fixture
async def tally(engine: AsyncEngine, client: Client, clock: FixedClock, call: Calls) -> AsyncIterator[Tally]:
    tally = Tally(engine, client, clock, call())
    await tally.make()
    yield tally
    await tally.consumer.close()


async def write(store: Store, call: Calls, text: str) -> UUID:
    async def use_case(work: UnitOfWork) -> Note:
        return await write_note(work, text=text)

    request = CreateLeadRequest(lead=Lead(need=text))
    lead = await store.write(call(), request, use_case, answer=lambda note: Lead(name=str(note.uuid)))
    return UUID(lead.name)


async def rewrite(store: Store, call: Calls, uuid: UUID, text: str) -> None:
    request = CreateLeadRequest(lead=Lead(need=text))
    await store.write(call(), request, lambda work: rewrite_note(work, uuid=uuid, text=text), answer=lambda _: Lead())


async def scalar(engine: AsyncEngine, statement: Any) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(statement)


async def test_every_change_reaches_the_consumer_once_and_in_order(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine
) -> None:
    uuids = [await write(store, call, "a") for _ in range(5)]
    for uuid in uuids:
        for number in range(4):
            await rewrite(store, call, uuid, f"b{number}")
    assert await relay.drain() == 25
    assert await scalar(engine, select(func.count()).where(outbox.c.published_at.is_(None))) == 0
    await tally.consumer.drain()
    versions = await tally.versions()
    assert len(versions) == 25
    for uuid in uuids:
        assert [version for aggregate, version in versions if aggregate == f"note/{uuid}"] == [1, 2, 3, 4, 5]


async def test_events_published_twice_beyond_the_window_change_the_consumer_once(
    store: Store, call: Calls, client: Client, engine: AsyncEngine, clock: FixedClock, tally: Tally
) -> None:
    relay = Relay(engine=engine, client=client, declaration=declaration("leads", window=1), clock=clock)
    uuid = await write(store, call, "a")
    await rewrite(store, call, uuid, "b")
    await relay.drain()
    await asyncio.sleep(1.2)  # the duplicate window of the stream, which is the server's own clock
    async with engine.begin() as connection:
        await connection.execute(text("update outbox set published_at = null, stream_epoch = null, stream_seq = null"))
    await relay.drain()
    await tally.consumer.drain()
    assert [version for _, version in await tally.versions()] == [1, 2]


async def test_a_kill_between_effect_and_checkpoint_neither_loses_nor_doubles(
    store: Store, call: Calls, relay: Relay, tally: Tally
) -> None:
    await write(store, call, "a")
    await relay.drain()
    tally.fail_after_effect = 1
    with pytest.raises(OSError, match="killed"):
        await tally.consumer.drain()
    await tally.consumer.drain()
    assert len(await tally.versions()) == 1


async def test_a_poison_event_parks_its_aggregate_only_and_can_be_redriven(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine
) -> None:
    tally.poison = {2}
    sick, healthy = await write(store, call, "a"), await write(store, call, "a")
    await rewrite(store, call, sick, "poison")
    await rewrite(store, call, sick, "after")
    await rewrite(store, call, healthy, "b")
    await relay.drain()
    await tally.consumer.drain()
    versions = await tally.versions()
    assert [version for aggregate, version in versions if aggregate == f"note/{sick}"] == [1]
    assert [version for aggregate, version in versions if aggregate == f"note/{healthy}"] == [1, 2]
    assert await scalar(engine, select(func.count()).select_from(parked)) == 1

    await rewrite(store, call, sick, "later")
    await relay.drain()
    await tally.consumer.drain()
    assert await scalar(engine, select(func.count()).select_from(dead_letters)) == 3

    tally.poison = set()
    assert await tally.consumer.redrive(f"note/{sick}") == 3
    versions = await tally.versions()
    assert [version for aggregate, version in versions if aggregate == f"note/{sick}"] == [1, 2, 3, 4]


async def test_a_consumer_is_told_as_halted_until_it_tries_again(
    store: Store, call: Calls, relay: Relay, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_PARK_LIMIT", 0)
    monkeypatch.setattr(consumer, "_PARK_WINDOW_SECONDS", 0.5)
    tally.poison = {1}
    await write(store, call, "poison")
    await relay.drain()
    running = asyncio.create_task(tally.consumer.run())
    await eventually(lambda: REGISTRY.get_sample_value("millrace_consumer_halted", {"consumer": "tally"}) == 1)
    tally.poison = set()
    await eventually(lambda: REGISTRY.get_sample_value("millrace_consumer_halted", {"consumer": "tally"}) == 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_deleted_stream_is_noticed_and_refilled_and_nothing_is_doubled(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    for _ in range(3):
        await write(store, call, "a")
    await relay.drain()
    await tally.consumer.drain()
    await client.request("$JS.API.STREAM.DELETE.leads", b"", timeout=5)
    await write(store, call, "b")
    await relay.check_stream()
    assert await relay.drain() == 4
    await tally.consumer.close()
    await tally.consumer.drain()
    assert len(await tally.versions()) == 4


async def test_a_new_consumer_reads_what_the_stream_no_longer_holds_from_the_history(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    uuid = await write(store, call, "a")
    await relay.drain()
    await client.request("$JS.API.STREAM.DELETE.leads", b"", timeout=5)
    await client.request(
        "$JS.API.STREAM.CREATE.leads",
        b'{"name":"leads","subjects":["millrace.leads.>"],"first_seq":2,"metadata":{"epoch":"e"}}',
        timeout=5,
    )
    async with engine.begin() as connection:
        await connection.execute(text("update outbox set stream_epoch = 'e'"))
    await tally.consumer.drain()
    assert await tally.versions() == [(f"note/{uuid}", 1)]


async def test_a_gap_is_filled_from_the_owner_before_anything_later_is_applied(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    await relay.check_stream()
    uuid = await write(store, call, "a")
    await rewrite(store, call, uuid, "b")
    async with engine.begin() as connection:
        await connection.execute(text("update outbox set published_at = occurred where version = 1"))
    await relay.drain()
    await tally.consumer.drain()
    assert [version for _, version in await tally.versions()] == [1, 2]
