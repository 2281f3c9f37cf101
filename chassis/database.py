"""The database of a service: its engine with the settings that were measured, and its errors in our words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis.replication import notice_unreplicated_commits
from kernel.errors import Overloaded

UNIQUE_VIOLATION = "23505"
LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"
QUERY_CANCELED = "57014"
DIVISION_BY_ZERO = "22012"
# What somebody else's work causes, and what is over when it is repeated; and the server short of something (53…).
_PASSING = frozenset({LOCK_NOT_AVAILABLE, DEADLOCK, SERIALIZATION_FAILURE, QUERY_CANCELED})
_SHORT_OF_SOMETHING = "53"
UNSTORABLE_TEXT = frozenset({"22P05", "22021"})

# What a statement raises: run by SQLAlchemy, or by the driver itself.
FAULTS = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError)


def open_engine(
    url: str,
    *,
    name: str,
    pool_size: int = 10,
    statement_timeout_ms: int = 5000,
    idle_timeout_ms: int = 10_000,
    silence_seconds: float = 5.0,
    wait_seconds: float = 0.3,
    search_path: str = "public",
) -> AsyncEngine:
    """An engine over asyncpg: no overflow, a wait of `wait_seconds` at most, time limits on the server's side.

    When not even the server's refusal of a slow statement arrives within `silence_seconds`, nobody is there any more.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 5,
            "command_timeout": statement_timeout_ms / 1000 + silence_seconds,
            "server_settings": {
                "application_name": name,
                "search_path": search_path,
                "statement_timeout": str(statement_timeout_ms),
                "lock_timeout": "2000",
                "idle_in_transaction_session_timeout": str(idle_timeout_ms),
                "jit": "off",
                "timezone": "UTC",
                # The sessions of a host that vanished, and a leader's lock with them, must not stay for hours.
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        },
    )
    notice_unreplicated_commits(engine)
    return engine


class ConnectionCut(Overloaded):
    """The connection ended under a statement: what only reads may ask again. Who hears nothing is not told so."""


class Kept:
    """Connections of a pool that stay at hand between two calls: to take one and give it back costs more than a read.

    Few are kept, and none while the pool is exhausted: those who wait for it would not see what is kept here.
    """

    def __init__(self, engine: AsyncEngine, *, most: int = 3) -> None:
        self.engine = engine
        self._most = most
        self._idle: list[AsyncConnection] = []

    async def take(self) -> AsyncConnection:
        """One at hand, or another of the pool; raises Overloaded."""
        while self._idle:
            connection = self._idle.pop()
            if not driver(connection).is_closed():
                return connection
            await _let_go(connection)
        return await _opened(self.engine)

    async def give_back(self, connection: AsyncConnection) -> None:
        """Keep a connection for the next call, if it is in order, there is room, and nobody may be waiting for it."""
        sound = not (connection.closed or connection.invalidated or connection.in_transaction())
        pool: Any = self.engine.pool
        waited_for = pool.checkedout() >= pool.size()
        if sound and not waited_for and len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            await asyncio.shield(connection.close())

    async def close(self) -> None:
        """Let all of them go."""
        while self._idle:
            await self._idle.pop().close()


@asynccontextmanager
async def connected(engine: AsyncEngine | Kept) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool; raises Overloaded when none is free in time, ConnectionCut when it is lost.

    A cancelled reader's connection is thrown away: what it was doing on the wire is not known.
    """
    kept = engine if isinstance(engine, Kept) else Kept(engine, most=0)
    connection = await kept.take()
    try:
        yield connection
    except asyncio.CancelledError:
        await asyncio.shield(connection.invalidate())
        raise
    except FAULTS as error:
        if not connection_lost(error):
            raise
        await asyncio.shield(connection.invalidate())
        raise (Overloaded if isinstance(error, TimeoutError) else ConnectionCut) from error
    finally:
        await kept.give_back(connection)


async def _opened(engine: AsyncEngine) -> AsyncConnection:
    """A connection that is not known to be lost: after a restart of the database every one in the pool is."""
    try:
        connection = await engine.connect()
        while driver(connection).is_closed():
            await _let_go(connection)
            connection = await engine.connect()
    except (PoolTimeout, OSError, DBAPIError, TimeoutError) as error:
        raise Overloaded from error
    return connection


async def _let_go(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()


def driver(connection: AsyncConnection) -> Any:
    """The driver's own connection; a transaction that is under way holds for it, too."""
    return connection.sync_connection.connection.driver_connection  # type: ignore[union-attr]  # an open one has it


def unstorable(error: BaseException) -> bool:
    """Whether a value cannot be put into the form the database takes; the driver itself says so, or the server."""
    cause = getattr(getattr(error, "orig", None), "__cause__", error)
    return isinstance(cause, asyncpg.DataError) or sqlstate(error) in UNSTORABLE_TEXT


def plan_outdated(error: BaseException) -> bool:
    """Whether a prepared plan does not fit the tables any more, as after a migration; the next try makes a new one."""
    cause = getattr(getattr(error, "orig", None), "__cause__", error)
    return isinstance(cause, asyncpg.InvalidCachedStatementError)


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a database error; empty where there is none."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def constraint(error: BaseException) -> str:
    """The name of the constraint an integrity error is about; empty where there is none."""
    cause = getattr(getattr(error, "orig", None), "__cause__", error)
    return str(getattr(cause, "constraint_name", None) or "")


def connection_lost(error: BaseException) -> bool:
    """Whether the database went away under the statement."""
    if unstorable(error):
        return False
    gone = isinstance(error, (asyncpg.InterfaceError, ConnectionError, TimeoutError))
    if gone or getattr(error, "connection_invalidated", False):
        return True
    return isinstance(error, FAULTS) and sqlstate(error).startswith(("08", "57P"))


def transient(error: BaseException) -> bool:
    """Whether the same work may succeed a moment later: the fault lies with the database or the network, not with it.

    A lock waited for too long, a deadlock, a cancelled statement say nothing about the rows they met.
    """
    if isinstance(error, (OSError, TimeoutError, PoolTimeout, Overloaded)) or connection_lost(error):
        return True
    state = sqlstate(error) if isinstance(error, FAULTS) else ""
    return state in _PASSING or state.startswith(_SHORT_OF_SOMETHING)
