"""Events that wait together travel as one batch, and one by one where the stream takes none of it."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from nats.aio.client import Client
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.streaming.relay import FEWEST_TOGETHER, Relay
from chassis.tables import outbox
from chassis.work import Store
from tests.integration.chassis.tally import Calls, Tally, declaration, rewrite, scalar, write
from tests.support.clock import FixedClock

UNPUBLISHED = select(func.count()).where(outbox.c.published_at.is_(None))


async def headers(client: Client, seq: int) -> dict[str, str]:
    message = await client.jetstream().get_msg("leads", seq=seq)
    return dict(message.headers or {})


async def places(engine: AsyncEngine) -> Sequence[Any]:
    async with engine.connect() as connection:
        return (await connection.scalars(select(outbox.c.stream_seq).order_by(outbox.c.id))).all()


async def some(store: Store, call: Calls) -> list[UUID]:
    """Notes whose events are just enough for a batch."""
    uuids = [await write(store, call, "a") for _ in range(FEWEST_TOGETHER // 2)]
    for uuid in uuids:
        await rewrite(store, call, uuid, "b")
    return uuids


async def test_enough_events_go_out_as_one_batch_in_their_order(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client
) -> None:
    uuids = await some(store, call)
    assert await relay.drain() == FEWEST_TOGETHER
    assert await places(engine) == list(range(1, FEWEST_TOGETHER + 1))
    batches = {(await headers(client, seq))["Nats-Batch-Id"] for seq in (1, FEWEST_TOGETHER)}
    assert len(batches) == 1
    await tally.consumer.drain()
    applied = await tally.versions()
    assert all([version for note, version in applied if note == f"note/{uuid}"] == [1, 2] for uuid in uuids)


async def test_a_single_event_needs_no_batch(store: Store, call: Calls, relay: Relay, client: Client) -> None:
    await write(store, call, "a")
    await relay.drain()
    assert "Nats-Batch-Id" not in await headers(client, 1)


async def test_a_batch_acknowledged_in_vain_is_neither_lost_nor_doubled(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine
) -> None:
    await some(store, call)
    await relay.drain()
    await write(store, call, "new")
    async with engine.begin() as connection:  # as if the process had been killed before it marked them
        await connection.execute(text("update outbox set published_at = null, stream_epoch = null, stream_seq = null"))
    assert await relay.drain() == FEWEST_TOGETHER + 1
    assert await places(engine) == list(range(1, FEWEST_TOGETHER + 2))
    await tally.consumer.drain()
    assert len(await tally.versions()) == FEWEST_TOGETHER + 1


async def test_an_event_that_is_too_large_stops_its_aggregate_and_no_other_of_the_batch(
    store: Store, call: Calls, client: Client, engine: AsyncEngine, clock: FixedClock
) -> None:
    uuids = await some(store, call)
    async with engine.begin() as connection:
        large = update(outbox).where(outbox.c.aggregate_id == uuids[0], outbox.c.version == 1)
        await connection.execute(large.values(payload=b"x" * 300_000))
    relay = Relay(engine=engine, client=client, declaration=declaration("leads"), clock=clock)
    await relay.drain()
    assert await scalar(engine, UNPUBLISHED) == 2
    assert await scalar(engine, select(outbox.c.aggregate_id).where(outbox.c.stopped)) == uuids[0]


async def test_a_stream_of_an_older_release_takes_events_one_by_one(
    store: Store, call: Calls, relay: Relay, client: Client, engine: AsyncEngine
) -> None:
    older = json.dumps(declaration("leads").config() | {"metadata": {"epoch": "e"}}).encode()
    await client.request("$JS.API.STREAM.CREATE.leads", older, timeout=5)
    await some(store, call)
    assert await relay.drain() == FEWEST_TOGETHER
    assert await scalar(engine, UNPUBLISHED) == 0
    assert "Nats-Batch-Id" not in await headers(client, 1)
