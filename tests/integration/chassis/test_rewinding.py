"""A stream that lost what it had acknowledged is noticed by relay and consumer, however it looks since (G8)."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from nats.aio.client import Client
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.event_log import archive
from chassis.streaming.connection import connect
from chassis.streaming.refill import note_rewind
from chassis.streaming.relay import Relay
from chassis.streaming.streams import look
from chassis.tables import checkpoints, event_log, outbox, published
from chassis.work import Store
from deploy.local.nats import start_nats
from tests.integration.chassis.tally import Calls, Tally, declaration, scalar, write
from tests.support.clock import FixedClock
from tests.support.waiting import eventually


class Restorable:
    """A NATS server of its own, whose store is set back to an older copy as an operator would restore it."""

    def __init__(self, folder: Path) -> None:
        self.server = start_nats(folder / "nats")
        self._copy = folder / "copy"

    def keep(self) -> None:
        self._again(lambda: shutil.copytree(self.server.folder, self._copy))

    def restore(self) -> None:
        def put_back() -> None:
            shutil.rmtree(self.server.folder)
            shutil.copytree(self._copy, self.server.folder)

        self._again(put_back)

    def _again(self, while_down: Callable[[], object]) -> None:
        self.server.stop()
        while_down()
        self.server = start_nats(self.server.folder, port=self.server.port)


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Restorable]:
    nats = Restorable(tmp_path)
    yield nats
    nats.server.stop()


@pytest.fixture
async def restorable_client(nats: Restorable) -> AsyncIterator[Client]:
    client = await connect(nats.server.url, service="test")
    yield client
    await client.close()


async def reconnected(client: Client) -> None:
    async def answers() -> None:
        try:
            assert await look(client, "leads") is not None
        except Exception as error:
            raise AssertionError from error

    await eventually(answers)


async def test_a_store_set_back_and_filled_to_the_same_length_is_noticed_and_nothing_is_lost(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock, nats: Restorable, restorable_client: Client
) -> None:
    client = restorable_client
    relay = Relay(engine=engine, client=client, declaration=declaration("leads"), clock=clock)
    tally = Tally(engine, client, clock, call())
    await tally.make()
    for _ in range(3):
        await write(store, call, "a")
    await relay.drain()
    nats.keep()
    await reconnected(client)
    for _ in range(2):
        await write(store, call, "b")
    await relay.drain()
    await tally.consumer.drain()
    await tally.consumer.close()

    nats.restore()
    await reconnected(client)
    for _ in range(2):
        await write(store, call, "c")
    await relay.drain()

    state = await look(client, "leads")
    assert state is not None
    assert state.last_seq == 7
    assert await scalar(engine, select(published.c.seq)) == 7
    await tally.consumer.drain()
    assert len(await tally.versions()) == 7
    await tally.consumer.close()


async def test_a_refill_cut_short_goes_on_with_the_next_look(
    store: Store, call: Calls, relay: Relay, client: Client, engine: AsyncEngine, clock: FixedClock
) -> None:
    for _ in range(3):
        await write(store, call, "a")
    await relay.drain()
    async with engine.begin() as connection:
        await note_rewind(connection, declaration("leads"), after=1)
    other = Relay(engine=engine, client=client, declaration=declaration("leads"), clock=clock)
    await other.check_stream()
    assert await scalar(engine, select(func.count()).where(outbox.c.published_at.is_(None))) == 2
    assert await scalar(engine, select(published.c.refill_after)) is None


async def test_a_look_at_a_whole_stream_does_not_read_the_history(
    store: Store, call: Calls, relay: Relay, engine: AsyncEngine
) -> None:
    await write(store, call, "a")
    await relay.drain()
    async with engine.begin() as connection:
        await connection.execute(text("lock table outbox, event_log in access exclusive mode"))
        await relay.check_stream()


async def test_a_lost_stream_is_given_back_as_far_as_it_keeps_events(
    store: Store, call: Calls, relay: Relay, client: Client, engine: AsyncEngine, clock: FixedClock
) -> None:
    for _ in range(3):
        await write(store, call, "a")
        await relay.drain()
        clock.travel(days=16)
        async with engine.begin() as connection:
            await archive(connection, now=clock.now())
    assert await scalar(engine, select(func.count()).select_from(event_log)) == 3
    await client.request("$JS.API.STREAM.DELETE.leads", b"", timeout=5)
    await relay.check_stream()
    assert await relay.drain() == 1
    assert await scalar(engine, select(func.count()).select_from(event_log)) == 2


async def recreate(client: Client, *, first_seq: int) -> None:
    """The stream as it stands after everything before has aged out."""
    state = await look(client, "leads")
    assert state is not None
    await client.request("$JS.API.STREAM.DELETE.leads", b"", timeout=5)
    config = (
        f'{{"name":"leads","subjects":["millrace.>"],"first_seq":{first_seq},"metadata":{{"epoch":"{state.epoch}"}}}}'
    )
    await client.request("$JS.API.STREAM.CREATE.leads", config.encode(), timeout=5)


async def test_a_consumer_whose_next_events_aged_out_reads_them_from_the_history(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client
) -> None:
    await write(store, call, "a")
    await relay.drain()
    await tally.consumer.drain()
    await tally.consumer.close()
    await write(store, call, "b")
    await relay.drain()
    await recreate(client, first_seq=3)
    await tally.consumer.drain()
    assert len(await tally.versions()) == 2


async def test_a_consumer_without_events_of_its_own_keeps_up_with_the_stream(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    await write(store, call, "a")
    await relay.drain()
    await tally.consumer.drain()
    for _ in range(3):
        await client.jetstream().publish("millrace.leads.v1.other.created", b"")
    await tally.consumer.close()
    await tally.consumer.drain()
    assert await scalar(engine, select(checkpoints.c.seq)) == 4
    await write(store, call, "b")
    await relay.drain()
    await tally.consumer.drain()
    assert len(await tally.versions()) == 2
