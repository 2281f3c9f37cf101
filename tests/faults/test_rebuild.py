"""Figures are rebuilt while others sell, and are in the end, byte for byte, those of one who never rebuilt (G11)."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping

import asyncpg
import pytest
from sqlalchemy import Table

from chassis.tables import applied
from deploy.local.process import start
from deploy.local.programs import Program, run_once
from deploy.local.stack import SERVICES, Stack
from services.analytics.storage.tables import PROJECTIONS
from tests.faults.lives import Lives
from tests.faults.load import all_published, rows
from tests.support.waiting import eventually

# In CI once: every rebuild is held in its middle, after one history or the other, until each stream has told more.
SECONDS, REBUILDS, SELLERS = (180.0, 20, 8) if os.environ.get("MILLRACE_SOAK") else (0.0, 1, 3)
UNTOUCHED = "analytics_untouched"
# Whether a whole history lies in the fresh tables, which are there as long as the rebuild has not ended.
REPLAYED = "select exists (select from rebuild.applied where consumer = $1)"
HEARD = "select consumer, sum(version) from applied where consumer in ({}) group by 1"
SOLD_IN = ("analytics-leads", "analytics-pipeline", "analytics-contracts")
HELD_AFTER = itertools.cycle(("analytics-pipeline", "analytics-leads"))
MORE = 3  # events of each stream
COMPARED: tuple[Table, ...] = (*PROJECTIONS, applied)


@pytest.fixture
def untouched(stack: Stack) -> Iterator[Program]:
    """The figures once more, in a database of their own, by one who follows the streams and never rebuilds."""
    assert stack.postgres is not None
    stack.postgres.create_database(UNTOUCHED)
    first = stack.program("analytics")
    told = {
        **first.environment,
        "MILLRACE_ANALYTICS_DATABASE_URL": stack.postgres.url(UNTOUCHED, role="analytics_app"),
        "MILLRACE_ANALYTICS_OWNER_DATABASE_URL": stack.postgres.url(UNTOUCHED),
        "MILLRACE_AUDIT_HEADS": str(stack.home.folder / "heads-untouched"),
    }
    run_once("migrate-untouched", [first.module, "migrate"], environment=told, home=stack.home)
    program = Program("analytics-untouched", first.module, ("work",), told, stack.home)
    try:
        program.start()
        program.wait()
        yield program
    finally:
        program.stop()


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("untouched")
async def test_figures_rebuilt_while_others_sell_are_those_of_one_who_never_rebuilt(stack: Stack) -> None:
    lives, held = Lives(stack), 0

    async def rebuild_again_and_again() -> None:
        nonlocal held
        began = time.monotonic()
        await eventually(lambda: any("opportunity" in life.named for life in lives.lives), within=120, every=0.1)
        while held < REBUILDS or time.monotonic() - began < SECONDS:
            held += await rebuilt(stack, held_after=next(HELD_AFTER))

    await lives.run(sellers=SELLERS, meanwhile=rebuild_again_and_again)
    assert lives.given_up == []
    for service in SERVICES:
        await all_published(stack, within=90, service=service)

    async def same() -> None:
        assert await differing_rows(stack) == {}

    await eventually(same, within=60, every=0.3)
    assert await empty(stack) == []
    await rebuilt(stack)
    assert await differing_rows(stack) == {}


async def rebuilt(stack: Stack, *, held_after: str = "") -> bool:
    """Rebuild by the command; whether it stood after a consumer's history while all consumers went on."""
    told = os.environ | dict(stack.program("analytics").environment)
    command = [sys.executable, "-m", "services.analytics", "rebuild"]
    process = start(command, log=stack.home.log("rebuild"), environment=told)
    held = bool(held_after) and await stands(stack, process, after=held_after)
    status = await asyncio.to_thread(process.wait, 120)
    assert status == 0, stack.home.log("rebuild").read_text()[-2000:]
    return held


async def stands(stack: Stack, process: subprocess.Popen[bytes], *, after: str) -> bool:
    """Hold it once a history is replayed, until of each stream more was heard; whether it had not ended before."""
    assert stack.postgres is not None
    connection = await asyncpg.connect(stack.postgres.url("analytics").replace("+asyncpg", ""))
    try:
        await eventually(lambda: replayed_or_over(connection, process, after), within=60, every=0.002)
        process.send_signal(signal.SIGSTOP)
        if not await replayed(connection, after):
            return False
        before = await heard(stack)

        async def more_was_heard() -> None:
            now = await heard(stack)
            assert all(now[name] >= before.get(name, 0) + MORE for name in SOLD_IN), (before, now)

        await eventually(more_was_heard, within=60, every=0.05)
    finally:
        process.send_signal(signal.SIGCONT)
        await connection.close()
    return True


async def replayed_or_over(connection: asyncpg.Connection, process: subprocess.Popen[bytes], after: str) -> bool:
    return process.poll() is not None or await replayed(connection, after)


async def replayed(connection: asyncpg.Connection, after: str) -> bool:
    try:
        return bool(await connection.fetchval(REPLAYED, after))
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return False


async def heard(stack: Stack) -> Mapping[str, int]:
    """How many events each consumer of sales has applied."""
    names = ", ".join(f"'{name}'" for name in SOLD_IN)
    return {name: int(count) for name, count in await rows(stack, "analytics", HEARD.format(names))}


async def differing_rows(stack: Stack) -> dict[str, list[str]]:
    """By table, some of the rows that only the rebuilt figures hold (+) or only those never rebuilt (-)."""
    found = {}
    for table in COMPARED:
        ours, theirs = await whole(stack, "analytics", table), await whole(stack, UNTOUCHED, table)
        found[table.name] = [f"+{row}" for row in (ours - theirs)][:3] + [f"-{row}" for row in (theirs - ours)][:3]
    return {name: some for name, some in found.items() if some}


async def empty(stack: Stack) -> list[str]:
    """The tables without a row: of them nothing is proved."""
    return [table.name for table in COMPARED if not await whole(stack, "analytics", table)]


async def whole(stack: Stack, database: str, table: Table) -> Counter[str]:
    """Every row of a table, every column as PostgreSQL writes it."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    query = f"select row({columns})::text from {table.name}"  # noqa: S608 - our own names
    return Counter(row for (row,) in await rows(stack, database, query))
