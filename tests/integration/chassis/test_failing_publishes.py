"""What the stream does not take is tried again for ever, ever less often, by the relay that leads."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from nats.aio.client import Client
from prometheus_client import REGISTRY
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.streaming.relay import Relay
from chassis.streaming.streams import apply
from chassis.tables import outbox
from chassis.work import Store
from tests.integration.chassis.tally import Calls, declaration, scalar, write
from tests.support.clock import FixedClock
from tests.support.waiting import eventually

SMALL = replace(declaration("leads"), max_bytes=4096)
HOLDER = text(
    "select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database "
    "where locktype = 'advisory' and granted and datname = current_database()"
)


@pytest.fixture
async def full(client: Client) -> None:
    """A stream that stands as declared and has no room left."""
    await apply(client, SMALL)
    await client.jetstream().publish("millrace.leads.v1.other.created", b"x" * 3900)


@pytest.fixture
def relay(engine: AsyncEngine, client: Client, clock: FixedClock) -> Relay:
    return Relay(engine=engine, client=client, declaration=SMALL, clock=clock)


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def pauses() -> float:
    return REGISTRY.get_sample_value("millrace_background_pauses_total", {"task": "relay"}) or 0.0


def paused(times: float) -> Callable[[], bool]:
    wanted = pauses() + times
    return lambda: pauses() >= wanted


@pytest.mark.usefixtures("full")
async def test_the_pauses_grow_while_the_relay_keeps_its_lock(
    store: Store, call: Calls, relay: Relay, engine: AsyncEngine
) -> None:
    await write(store, call, "a")
    async with running(relay):
        first = paused(1)
        await eventually(first)
        holder, began = await scalar(engine, HOLDER), time.monotonic()
        assert holder is not None
        await eventually(paused(5))
        assert time.monotonic() - began >= 0.1 + 0.2 + 0.4 + 0.8 + 1.6
        assert await scalar(engine, HOLDER) == holder


@pytest.mark.usefixtures("full")
async def test_a_row_counts_its_failures_and_goes_out_once_there_is_room(
    store: Store, call: Calls, relay: Relay, engine: AsyncEngine, client: Client
) -> None:
    await write(store, call, "a")
    async with running(relay):
        await eventually(paused(2))
        assert await scalar(engine, select(outbox.c.attempts)) >= 2
        assert "maximum bytes exceeded" in await scalar(engine, select(outbox.c.last_error))
        await client.request("$JS.API.STREAM.DELETE.leads", b"", timeout=5)

        async def published() -> bool:
            return await scalar(engine, select(outbox.c.published_at)) is not None

        await eventually(published)
    assert await scalar(engine, select(outbox.c.attempts)) >= 2
    assert await scalar(engine, select(outbox.c.last_error)) is None


async def test_several_events_that_are_too_large_stop_their_aggregates_in_one_batch(
    store: Store, call: Calls, relay: Relay, engine: AsyncEngine
) -> None:
    for _ in range(3):
        await write(store, call, "a")
    async with engine.begin() as connection:
        await connection.execute(update(outbox).values(payload=b"x" * 300_000))
    assert await relay.drain() == 0
    async with engine.connect() as connection:
        rows = (await connection.execute(select(outbox.c.stopped, outbox.c.attempts))).all()
    assert [tuple(row) for row in rows] == [(True, 1)] * 3
