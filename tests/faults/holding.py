"""Standing at a chosen point: a lock lets somebody come up to it and no further, so that he can be killed there."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from deploy.local.stack import Stack

BEHIND_US = (
    "select count(*) from pg_stat_activity "
    "where application_name = $1 and pg_backend_pid() = any(pg_blocking_pids(pid))"
)


@asynccontextmanager
async def held(stack: Stack, service: str, statement: str, *values: UUID | str) -> AsyncIterator[asyncpg.Connection]:
    """A lock in a service's database, until the end or a rollback."""
    assert stack.postgres is not None
    connection = await asyncpg.connect(stack.postgres.url(service).replace("+asyncpg", ""))
    try:
        await connection.execute("begin")
        await connection.fetch(statement, *values)
        yield connection
    finally:
        await connection.close()


async def comes_to(connection: asyncpg.Connection, who: str, asking: asyncio.Task[Any] | None = None) -> None:
    """Wait until somebody stands behind the lock; asked often, because nobody stands there longer than two seconds.

    Raises what `asking` does where that ends before.
    """
    limit = time.monotonic() + 20
    while not await stands(connection, who):
        if asking is not None and asking.done():
            asking.result()
        assert time.monotonic() < limit, f"{who} did not come to the lock"
        await asyncio.sleep(0.01)


async def gives_up(connection: asyncpg.Connection, who: str) -> None:
    """Wait until nobody stands behind the lock any more: what he wanted to write was taken back."""
    limit = time.monotonic() + 20
    while await stands(connection, who):
        assert time.monotonic() < limit, f"{who} waits for ever"


async def stands(connection: asyncpg.Connection, who: str) -> bool:
    """Whether somebody, by his name on the database, waits behind the lock."""
    return bool(await connection.fetchval(BEHIND_US, who))
