"""The sample service as a process whose background work obeys signals: `python -m tests.support.note_process`.

SIGUSR1 ends its task, SIGUSR2 takes every connection of the background pool and, the next time, gives them back.
"""

import asyncio
import contextlib
import signal
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import logs
from chassis.consumer import Event, Subscription
from chassis.jobs import JobContext, JobKind, Sweep
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from chassis.principal import Principal
from kernel.errors import Unauthenticated
from tests.support.sample import METADATA, PUBLICATIONS


def note_environment(database: str, nats: str) -> dict[str, str]:
    """What the process must be told."""
    return {
        "MILLRACE_LEADS_DATABASE_URL": database,
        "MILLRACE_DIRECTORY_ADDRESS": "127.0.0.1:1",
        "MILLRACE_NATS_URL": nats,
        "MILLRACE_SECRET": "0123456789abcdef0123456789abcdef",
    }


async def make_note_tables(engine: AsyncEngine) -> None:
    """Make what the sample's tables lack."""
    async with engine.begin() as connection:
        await connection.execute(text("create table swept (at timestamptz)"))


async def obey(parts: Parts) -> None:
    """End when told to, as a task with a defect would; hold the pool while told to."""
    end, turn = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, end.set)
    loop.add_signal_handler(signal.SIGUSR2, turn.set)
    logs.get_logger().info("notes obey")
    holding = asyncio.create_task(hold_and_give_back(parts, turn))
    await end.wait()
    holding.cancel()
    raise ArithmeticError("a defect of the task")


async def hold_and_give_back(parts: Parts, turn: asyncio.Event) -> None:
    """Take whatever becomes free, so that nobody else finds a place in the pool."""
    await turn.wait()
    turn.clear()
    async with AsyncExitStack() as taken:
        while not turn.is_set():
            with contextlib.suppress(PoolTimeout):
                await taken.enter_async_context(parts.background_engine.connect())


async def count(connection: AsyncConnection, now: datetime) -> int:
    """Leave a trace of the sweep."""
    await connection.execute(text("insert into swept values (:now)"), {"now": now})
    return 1


async def greet(_context: JobContext, _payload: Mapping[str, Any]) -> None:
    """A job that is easily done."""


async def follow(_connection: AsyncConnection, _events: Sequence[Event]) -> None:
    """Nothing follows from what is heard."""


async def metadata() -> tuple[tuple[str, str], ...]:
    """No credentials are needed where nobody is asked."""
    return ()


async def identify(_token: str, _now: datetime) -> Principal:
    """Nobody calls."""
    raise Unauthenticated


FOLLOWING = Subscription(
    name="notes-members", stream="directory", subjects=("millrace.directory.v1.member.>",), apply=follow
)
NOTES = ServiceDefinition(
    name="leads",
    tables=METADATA,
    migrations=Path(),
    messages=Path("services/leads/messages"),
    publications=PUBLICATIONS,
    servicers=lambda _parts: {},
    identify=lambda _parts: identify,
    credentials=lambda _parts: metadata,
    subscriptions=lambda _parts: (FOLLOWING,),
    jobs=lambda _parts: (JobKind("greet", greet),),
    sweeps=lambda _parts: (Sweep("early", timedelta(seconds=1), count), Sweep("late", timedelta(seconds=1), count)),
    background=lambda parts: (obey(parts),),
)

if __name__ == "__main__":
    run(NOTES)
