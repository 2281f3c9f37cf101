"""Files are kept with their row or not at all, and what was left behind goes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.wrappers_pb2 import StringValue
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.files import File, Vault, discard, files_table, get_file, keep, made_file, sweep_files
from chassis.files.streaming import download
from chassis.no_network import NetworkInsideTransaction
from chassis.principal import Principal
from chassis.rpc.call import Call
from chassis.tables import chassis_tables
from chassis.work import Store, UnitOfWork
from kernel.errors import NotFound
from tests.support.clock import FixedClock

METADATA = MetaData()
FILES = files_table(METADATA)
chassis_tables(METADATA)
CONTENT = b"%PDF-1.7 " + b"x" * 600_000


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(empty_database, name="test")
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
async def store(engine: AsyncEngine, clock: FixedClock) -> AsyncIterator[Store]:
    store = Store(engine, service="notes", clock=clock, publications={})
    yield store
    await store.drain()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault((tmp_path / "files").as_uri(), service="pipeline")


async def put(vault: Vault, clock: FixedClock) -> File:
    uuid = await vault.put(CONTENT)
    name = '需求"说明书".pdf'
    return made_file(CONTENT, uuid=uuid, media_type="application/pdf", display_name=name, by="x", now=clock.now())


async def change(store: Store, clock: FixedClock, file: File, *, away: bool = False) -> None:
    async def use_case(work: UnitOfWork) -> None:
        if away:
            await discard(work, FILES, file.uuid)
        else:
            keep(work, FILES, file)

    call = Call(principal=Principal(subject="x"), method="/test/Keep", now=clock.now(), answer_type=Lead)
    await store.write(call, CreateLeadRequest(), use_case, answer=lambda _: Lead())


async def read(store: Store, clock: FixedClock, file: File) -> File:
    call = Call(principal=Principal(subject="x"), method="/test/Read", now=clock.now())
    return await store.read(call, lambda read: get_file(read, FILES, file.uuid))


async def sweep(engine: AsyncEngine, vault: Vault, *, hours: int) -> int:
    async with engine.begin() as connection:
        return await sweep_files(vault, FILES)(connection, datetime.now(UTC) + timedelta(hours=hours))


async def test_a_kept_file_is_read_back_byte_for_byte_under_its_name(
    store: Store, vault: Vault, clock: FixedClock
) -> None:
    file = await put(vault, clock)
    await change(store, clock, file)
    assert await read(store, clock, file) == file
    parts: list[HttpBody] = [part async for part in download(vault, file)]
    assert b"".join(part.data for part in parts) == CONTENT
    told = StringValue()
    assert parts[0].extensions[0].Unpack(told)
    assert (told.value, parts[0].content_type) == ('需求"说明书".pdf', "application/pdf")


async def test_bytes_without_a_row_go_a_day_later_and_kept_ones_stay(
    store: Store, vault: Vault, clock: FixedClock, engine: AsyncEngine
) -> None:
    kept, left = await put(vault, clock), await put(vault, clock)
    await change(store, clock, kept)
    assert await sweep(engine, vault, hours=23) == 0
    assert await vault.content(left.uuid) == CONTENT
    assert await sweep(engine, vault, hours=25) == 1
    with pytest.raises(NotFound):
        await vault.content(left.uuid)
    assert await vault.content(kept.uuid) == CONTENT


async def test_a_discarded_file_is_found_by_nobody_and_its_bytes_go(
    store: Store, vault: Vault, clock: FixedClock, engine: AsyncEngine
) -> None:
    file = await put(vault, clock)
    await change(store, clock, file)
    await change(store, clock, file, away=True)
    with pytest.raises(NotFound):
        await read(store, clock, file)
    assert await sweep(engine, vault, hours=0) == 1
    with pytest.raises(NotFound):
        await vault.content(file.uuid)


async def test_no_bytes_are_put_inside_a_transaction(store: Store, vault: Vault, clock: FixedClock) -> None:
    async def use_case(_work: UnitOfWork) -> None:
        await vault.put(b"x")

    call = Call(principal=Principal(subject="x"), method="/test/Keep", now=clock.now(), answer_type=Lead)
    with pytest.raises(NetworkInsideTransaction):
        await store.write(call, CreateLeadRequest(), use_case, answer=lambda _: Lead())
