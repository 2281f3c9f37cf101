"""Background work as a real process does it: it survives what passes, and ends the process when it cannot go on."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.tables import sweeps
from tests.conftest import StartProcess
from tests.support.note_process import make_note_tables, note_environment
from tests.support.running import Running
from tests.support.waiting import eventually

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
async def notes(empty_database: str, engine: AsyncEngine, nats_of_leads: str, start_process: StartProcess) -> Running:
    """The sample service, whose sweep `late` is due in some seconds."""
    await make_note_tables(engine)
    async with engine.begin() as connection:
        due = datetime.now(UTC) + timedelta(seconds=8)
        await connection.execute(insert(sweeps).values(name="late", due=due))
    environment = note_environment(empty_database, nats_of_leads)
    process = await start_process("tests.support.note_process", environment).start()
    await eventually(lambda: said(process, "notes obey"))
    return process


def said(process: Running, words: str) -> bool:
    return words in (process.folder / f"{process.module}.log").read_text()


def tell(process: Running, number: signal.Signals) -> None:
    assert process.process is not None
    process.process.send_signal(number)


async def test_sweeps_outlive_an_exhausted_pool(notes: Running, engine: AsyncEngine) -> None:
    tell(notes, signal.SIGUSR2)
    await eventually(lambda: said(notes, "what a sweep met was not kept"), within=45)
    given_back = datetime.now(UTC)
    tell(notes, signal.SIGUSR2)

    async def swept_again() -> bool:
        async with engine.connect() as connection:
            last = await connection.scalar(text("select max(at) from swept"))
        return last is not None and last > given_back

    await eventually(swept_again, within=45)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://{notes.debug}/readyz")).status_code == 200


async def test_a_task_that_ends_by_itself_ends_the_process_which_is_not_ready_any_more(notes: Running) -> None:
    async with grpc.aio.insecure_channel(notes.rpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        watched = health.Watch(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]  # the stubs lack it
        assert (await watched.read()).status == SERVING
        tell(notes, signal.SIGUSR1)
        assert (await watched.read()).status == NOT_SERVING
        watched.cancel()
    assert notes.process is not None
    assert await asyncio.to_thread(notes.process.wait, 20) == 1
    assert said(notes, "ArithmeticError")


async def test_a_process_that_is_told_to_stop_says_so_while_its_port_is_open_and_ends_well(notes: Running) -> None:
    async with grpc.aio.insecure_channel(notes.rpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        watched = health.Watch(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]  # the stubs lack it
        assert (await watched.read()).status == SERVING
        notes.ask_to_stop()
        assert (await watched.read()).status == NOT_SERVING
        watched.cancel()
    assert await notes.stop() == 0
