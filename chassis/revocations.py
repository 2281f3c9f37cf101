"""Sessions that ended before their tokens: every service keeps the few of the last minutes, and looks every second.

A service declares the table, feeds it from directory's events, and hands the list to its TokenVerifier:

    REVOKED = revoked_sessions_table(METADATA)
    revocation_subscription("leads-revocations", REVOKED)
    RevocationList(stored_revocations(engine, REVOKED))
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Column, DateTime, MetaData, Table, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database
from chassis.consumer import Event, Subscription
from chassis.tokens import LEEWAY, LIFETIME

_NEWS = frozenset({"millrace.directory.v1.session.revoked", "millrace.directory.v1.api_client.revoked"})
_SUBJECTS = ("millrace.directory.v1.session.>", "millrace.directory.v1.api_client.>")
# Until no token of the session can live any more, and as long again for clocks that differ.
_KEPT = 2 * (LIFETIME + LEEWAY)


class RevocationList:
    """The revoked sessions in memory, at most a second old."""

    def __init__(self, load: Callable[[], Awaitable[frozenset[UUID]]], *, max_age: float = 1.0) -> None:
        self._load = load
        self._max_age = max_age
        self._sessions: frozenset[UUID] = frozenset()
        self._loaded: float | None = None
        self._look: asyncio.Task[None] | None = None

    async def holds(self, session: UUID) -> bool:
        """Whether the session was revoked, as far as the news arrived a second ago."""
        if self._old():
            if self._look is None or self._look.done():
                self._look = asyncio.create_task(self._renew())
            # One look, and its failure, for all who wait: one after another they would wait for the database in turn.
            await asyncio.shield(self._look)
        return session in self._sessions

    async def _renew(self) -> None:
        self._sessions = await self._load()
        self._loaded = asyncio.get_running_loop().time()

    def _old(self) -> bool:
        return self._loaded is None or asyncio.get_running_loop().time() - self._loaded >= self._max_age


def revoked_sessions_table(metadata: MetaData) -> Table:
    """Declare `revoked_sessions` in a service's metadata."""
    return Table(
        "revoked_sessions",
        metadata,
        Column("session", Uuid, primary_key=True),
        Column("until", DateTime(timezone=True), nullable=False),
    )


def revocation_subscription(consumer: str, table: Table) -> Subscription:
    """Keeps the table up to date from directory's events."""

    async def apply(connection: AsyncConnection, events: Sequence[Event]) -> None:
        revoked = {
            UUID(event.aggregate.partition("/")[2]): event.time + _KEPT for event in events if event.subject in _NEWS
        }
        if not revoked:
            return
        rows = [{"session": session, "until": until} for session, until in revoked.items()]
        await connection.execute(insert(table).on_conflict_do_nothing(), rows)
        # An old entry guards nothing: its tokens ended long ago.
        await connection.execute(delete(table).where(table.c.until < max(revoked.values()) - _KEPT - timedelta(days=1)))

    return Subscription(name=consumer, stream="directory", subjects=_SUBJECTS, apply=apply)


def stored_revocations(engine: AsyncEngine, table: Table) -> Callable[[], Awaitable[frozenset[UUID]]]:
    """Reads the table."""

    async def load() -> frozenset[UUID]:
        async with database.connected(engine) as connection:
            return frozenset((await connection.execute(select(table.c.session))).scalars())

    return load
