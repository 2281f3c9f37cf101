"""From the outbox through the stream into another database, exactly once and in order (G5–G8, G10)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from nats.aio.client import Client
from prometheus_client import REGISTRY
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.consumer import Event, applying, consumer
from chassis.consumer.consumer import Consumer
from chassis.streaming.relay import Relay
from chassis.tables import dead_letters, outbox, parked
from chassis.work import Store
from tests.integration.chassis.tally import Calls, Tally, declaration, rewrite, scalar, write
from tests.support.clock import FixedClock
from tests.support.waiting import eventually


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
    monkeypatch.setattr(applying, "_PARK_LIMIT", 0)
    monkeypatch.setattr(consumer, "_HALTED_SECONDS", 0.5)
    tally.poison = {1}
    await write(store, call, "poison")
    await relay.drain()
    running = asyncio.create_task(tally.consumer.run())
    await eventually(lambda: REGISTRY.get_sample_value("millrace_consumer_halted", {"consumer": "tally"}) == 1)
    tally.poison = set()
    await eventually(lambda: REGISTRY.get_sample_value("millrace_consumer_halted", {"consumer": "tally"}) == 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_event_is_applied_at_once_and_those_that_follow_gather(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    sets: list[int] = []

    async def count(_connection: AsyncConnection, events: Sequence[Event]) -> None:
        sets.append(len(events))

    gathering = replace(tally.subscription, apply=count, gather=2.0)
    gatherer = Consumer(gathering, engine=engine, client=client, history=tally.history, clock=clock)
    running = asyncio.create_task(gatherer.run())
    await write(store, call, "a")
    await relay.drain()
    await eventually(lambda: sets == [1])
    for letter in "bcd":
        await write(store, call, letter)
        await relay.drain()
    await eventually(lambda: sum(sets) == 4)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert sets == [1, 3]


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
