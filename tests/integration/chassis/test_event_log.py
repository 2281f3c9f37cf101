"""A producer's whole history, as whoever rebuilds from it reads it: aggregate by aggregate, over real gRPC."""

from collections.abc import AsyncIterator
from itertools import groupby

import grpc
import pytest
from millrace.events.v1.event_log_pb2 import ReadAggregatesRequest, ReadAggregatesResponse
from millrace.events.v1.event_log_pb2_grpc import add_EventLogServiceServicer_to_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import event_log
from chassis.consumer import Event, Subscription
from chassis.event_log import EventLogServicer, archive
from chassis.history import Metadata, history_over
from chassis.work import Store
from kernel.errors import Overloaded
from tests.integration.chassis.tally import Calls, rewrite, write
from tests.support.clock import FixedClock

NOTES = ("millrace.leads.v1.note.>",)
PUBLISHED = text("update outbox set published_at = occurred, stream_epoch = 'e', stream_seq = id")


class Breaking(EventLogServicer):
    """A producer whose connection breaks after each page."""

    breaks = 0

    async def ReadAggregates(
        self, request: ReadAggregatesRequest, call: object
    ) -> AsyncIterator[ReadAggregatesResponse]:
        async for page in super().ReadAggregates(request, call):  # type: ignore[arg-type]
            yield page
            self.breaks += 1
            await call.abort(grpc.StatusCode.UNAVAILABLE)  # type: ignore[attr-defined]


async def nobody() -> tuple[tuple[str, str], ...]:
    """The credentials of nobody."""
    return ()


async def read(servicer: EventLogServicer, *, credentials: Metadata = nobody) -> list[Event]:
    async def nothing(_connection: object, _events: object) -> None:
        raise AssertionError("only read")

    server = grpc.aio.server()
    add_EventLogServiceServicer_to_server(servicer, server)  # type: ignore[arg-type]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            history = history_over(channel, credentials, by_aggregate=True)
            subscription = Subscription(name="test", stream="leads", subjects=NOTES, apply=nothing)
            return [event async for event in history(subscription, None)]
    finally:
        await server.stop(None)


@pytest.fixture
async def told(store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock) -> dict[str, list[int]]:
    """Four notes, written and rewritten in turn; a part is in the log, a part in the outbox, one was not published."""
    notes = [await write(store, call, str(number)) for number in range(4)]
    for note in reversed(notes):
        await rewrite(store, call, note, "again")
    async with engine.begin() as connection:
        await connection.execute(PUBLISHED)
    clock.travel(days=1, seconds=1)
    async with engine.begin() as connection:
        assert await archive(connection, now=clock.now()) == 8
    for note in notes[:3]:
        await rewrite(store, call, note, "once more")
    async with engine.begin() as connection:
        await connection.execute(PUBLISHED)
    await rewrite(store, call, notes[0], "not told yet")
    versions = [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2]]
    return {f"note/{note}": each for note, each in zip(notes, versions, strict=True)}


async def test_a_history_comes_aggregate_by_aggregate(
    told: dict[str, list[int]], engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_PAGE", 2)
    events = await read(EventLogServicer(engine))
    together = [(key, [event.version for event in some]) for key, some in groupby(events, key=lambda e: e.aggregate)]
    assert together == sorted(told.items())
    assert all(event.message is not None and event.time.tzinfo for event in events)


async def test_a_history_goes_on_where_it_broke_off(
    told: dict[str, list[int]], engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_PAGE", 4)
    servicer = Breaking(engine)
    events = await read(servicer)
    assert servicer.breaks == 3
    assert [(event.aggregate, event.version) for event in events] == [
        (key, version) for key, versions in sorted(told.items()) for version in versions
    ]


async def test_a_history_is_asked_for_again_when_directory_gave_no_token(
    told: dict[str, list[int]], engine: AsyncEngine
) -> None:
    refused = [Overloaded(), Overloaded()]

    async def at_the_third_time() -> tuple[tuple[str, str], ...]:
        if refused:
            raise refused.pop()
        return ()

    events = await read(EventLogServicer(engine), credentials=at_the_third_time)
    assert len(events) == sum(map(len, told.values()))


async def test_a_page_fits_into_a_message(
    told: dict[str, list[int]], engine: AsyncEngine, call: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_LARGEST", 1)
    request = ReadAggregatesRequest(aggregate_type="note")
    pages = [page async for page in EventLogServicer(engine).ReadAggregates(request, call())]
    assert [len(page.events) for page in pages] == [1] * sum(map(len, told.values()))
