"""What a read makes of a database that refuses, restarts or falls silent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.rpc.call import Call
from chassis.rpc.refusals import UnstorableText
from chassis.work import Read, Store
from kernel.errors import DeadlinePassed, Overloaded
from tests.support.clock import FixedClock
from tests.support.sample import PUBLICATIONS
from tests.support.waiting import eventually

Calls = Callable[..., Call]
SOCKET = ".s.PGSQL.5432"
BEFORE_ALL_TIME = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))


def asking(statement: str, **values: object) -> Callable[[Read], Any]:
    async def query(read: Read) -> Any:
        return await read.connection.scalar(text(statement), values)

    return query


async def test_a_text_no_database_text_can_hold_is_refused_as_such(store: Store, call: Calls) -> None:
    with pytest.raises(UnstorableText):
        await store.read(call(), asking("select cast(:said as text)", said="a\0b"))


async def test_an_instant_before_all_time_is_refused_as_such(store: Store, call: Calls) -> None:
    with pytest.raises(UnstorableText):
        await store.read(call(), asking("select cast(:time as timestamptz)", time=BEFORE_ALL_TIME))


async def test_a_statement_that_takes_too_long_is_past_its_deadline(empty_database: str, call: Calls) -> None:
    engine = open_engine(empty_database, name="test", statement_timeout_ms=50)
    store = Store(engine, service="notes", clock=FixedClock(), publications=PUBLICATIONS)
    with pytest.raises(DeadlinePassed):
        await store.read(call(), asking("select pg_sleep(2)"))
    await store.drain()
    await engine.dispose()


async def test_a_plan_made_before_a_migration_is_made_anew(store: Store, call: Calls, engine: AsyncEngine) -> None:
    read = asking("select text from notes")
    assert await store.read(call(), read) is None
    async with engine.begin() as connection:
        await connection.execute(text("alter table notes alter column text type varchar(90)"))
    assert await store.read(call(), read) is None


async def test_a_read_whose_connection_ends_under_it_is_asked_once_more(store: Store, call: Calls) -> None:
    asked: list[int] = []

    async def query(read: Read) -> Any:
        asked.append(await read.connection.scalar(text("select pg_backend_pid()")))
        if len(asked) == 1:
            await read.connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
        return len(asked)

    assert await store.read(call(), query) == 2
    assert len(set(asked)) == 2


async def test_a_read_whose_connections_end_again_and_again_is_told(store: Store, call: Calls) -> None:
    with pytest.raises(Overloaded):
        await store.read(call(), asking("select pg_terminate_backend(pg_backend_pid())"))


async def test_after_a_restart_no_read_meets_a_connection_of_before(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    await asyncio.gather(*(store.read(call(), asking("select pg_sleep(0.05)")) for _ in range(8)))
    others = "from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"select pg_terminate_backend(pid) {others}"))

        async def gone() -> bool:
            return bool(await connection.scalar(text(f"select count(*) = 0 {others}")))

        await eventually(gone)
        for _ in range(10):  # turns of the loop, in which the ends of the wires are noticed
            await asyncio.sleep(0)
    answers = [await store.read(call(), asking("select 1")) for _ in range(12)]
    assert answers == [1] * 12


@pytest.fixture
async def silent(empty_database: str, tmp_path: Path) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The database behind a wire that lets nothing through any more once the event is set; its URL."""
    parts = urlsplit(empty_database)
    real = Path(parse_qs(parts.query)["host"][0]) / SOCKET
    cut = asyncio.Event()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            if not cut.is_set():
                writer.write(piece)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_unix_connection(real)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(carry(reader, downstream), carry(upstream, writer))

    server = await asyncio.start_unix_server(serve, tmp_path / SOCKET)
    yield parts._replace(query=f"host={tmp_path}").geturl(), cut
    server.close()


async def test_a_database_that_fell_silent_does_not_hold_its_callers(
    silent: tuple[str, asyncio.Event], call: Calls
) -> None:
    url, cut = silent
    engine = open_engine(url, name="test", statement_timeout_ms=100, silence_seconds=0.3)
    store = Store(engine, service="notes", clock=FixedClock(), publications=PUBLICATIONS)
    assert await store.read(call(), asking("select 1")) == 1
    cut.set()
    async with asyncio.timeout(5):
        with pytest.raises(Overloaded):
            await store.read(call(), asking("select 1"))
    cut.clear()
    assert await store.read(call(), asking("select 1")) == 1
    await store.drain()
    await engine.dispose()


def test_the_instant_is_really_before_all_time() -> None:
    with pytest.raises(OverflowError):
        BEFORE_ALL_TIME.astimezone(UTC)
