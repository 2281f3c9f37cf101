"""Rebuilding projections from the producers' histories, beside the running ones (G11).

The whole history is applied to fresh tables in a schema of its own, by the very code that follows the streams; the
running consumers know nothing of it. Then the fresh tables take the place of the old ones in one transaction, and each
consumer is set back to where it stood when the rebuild began: it reads on from there, and the gate absorbs what the
history held already. What is not an event (mail, calls) does not happen again, because projections do none.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import logs
from chassis.consumer import Event, Subscription, progress
from chassis.consumer.applying import Applier, History
from chassis.database import open_engine
from chassis.history import history_for
from chassis.parts import Parts
from chassis.roles import DatabaseRoles, give_roles, hidden_tables
from chassis.tables import applied, dead_letters, parked
from kernel.time import Clock

_BESIDE = "rebuild"
_BATCH = 5000
# A batch is worked out within its transaction, which nobody waits for: a busy machine may take its time.
_LONGEST_MS = 60_000
# How far a consumer steps back: more than a relay publishes before it marks what it has published, which a history
# read in that moment lacks.
_STEP_BACK = 1000
_ONE_AT_A_TIME = "select pg_try_advisory_lock(hashtextextended('millrace.rebuild', 0))"
# Every transaction of a consumer begins by reading this table, so none is under way while it is locked.
_HOLD_CONSUMERS = "lock table parked in access exclusive mode"
_STATE: tuple[Table, ...] = (applied, parked, dead_letters)


class RebuildRefused(Exception):  # noqa: N818 - told to the operator
    """Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilding:
    """What is rebuilt: the tables, and the consumers that feed them and nothing else.

    `complete` makes what follows from all of it, once the histories are applied; in the same fresh tables.
    """

    subscriptions: Sequence[Subscription]
    tables: Sequence[Table]
    complete: Callable[[AsyncConnection], Awaitable[None]] | None = None

    @property
    def hidden(self) -> frozenset[str]:
        """The tables of the service that its reader never sees."""
        return hidden_tables(self.tables[0].metadata)

    @property
    def names(self) -> list[str]:
        """The consumers."""
        return [each.name for each in self.subscriptions]


async def rebuild_once(parts: Parts, roles: DatabaseRoles) -> int:
    """Rebuild what a service projects, by the producers' histories over gRPC; how many events they held.

    Raises RebuildRefused, and LookupError for a service that projects nothing.
    """
    if parts.definition.rebuilding is None:
        raise LookupError(f"{parts.definition.name} has no projections")
    rebuilding = parts.definition.rebuilding(parts)
    owner = open_engine(roles.owner_url, name="rebuild", statement_timeout_ms=_LONGEST_MS)
    try:
        histories = {each.name: history_for(parts, each, by_aggregate=True) for each in rebuilding.subscriptions}
        return await rebuild(owner, roles, rebuilding, histories=histories, clock=parts.clock)
    finally:
        await owner.dispose()
        await parts.close()


async def rebuild(
    owner: AsyncEngine, roles: DatabaseRoles, rebuilding: Rebuilding, *, histories: dict[str, History], clock: Clock
) -> int:
    """Rebuild beside what runs, and put the new in its place. Raises RebuildRefused."""
    log = logs.get_logger()
    async with owner.connect() as guard:
        await guard.execution_options(isolation_level="AUTOCOMMIT")
        if not (await guard.exec_driver_sql(_ONE_AT_A_TIME)).scalar_one():
            raise RebuildRefused("another rebuild is under way")
        try:
            begun = await _begin(owner, rebuilding)
            events = 0
            for subscription in rebuilding.subscriptions:
                events += await _replay(roles, subscription, histories[subscription.name], clock)
                log.info("history applied", consumer=subscription.name, events=events)
            await _complete(roles, rebuilding)
            async with owner.begin() as connection:
                await _switch(connection, rebuilding, begun)
                await give_roles(
                    connection, application_url=roles.application_url, reader=roles.reader, hidden=rebuilding.hidden
                )
        finally:
            await guard.exec_driver_sql(f"drop schema if exists {_BESIDE} cascade")
            await guard.invalidate()
    return events


async def _begin(owner: AsyncEngine, rebuilding: Rebuilding) -> dict[str, progress.Place | None]:
    """Make the fresh tables, and note where each consumer stands."""
    fresh = MetaData(schema=_BESIDE)
    for table in (*rebuilding.tables, *_STATE):
        table.to_metadata(fresh, schema=_BESIDE)
    async with owner.begin() as connection:
        await connection.exec_driver_sql(f"drop schema if exists {_BESIDE} cascade")
        await connection.exec_driver_sql(f"create schema {_BESIDE}")
        await connection.run_sync(fresh.create_all)
        return {name: await progress.checkpoint(connection, name) for name in rebuilding.names}


async def _replay(roles: DatabaseRoles, subscription: Subscription, history: History, clock: Clock) -> int:
    """Apply a whole history to the fresh tables: on these connections they hide the running ones."""
    engine = _beside(roles)
    applier = Applier(subscription, engine=engine, history=history, clock=clock)
    count = 0
    try:
        async with aclosing(_ahead(_batches(history(subscription, None)))) as batches:
            async for batch in batches:
                await applier.apply(batch, place=None)
                count += len(batch)
        return count
    finally:
        await engine.dispose()


async def _batches(events: AsyncIterator[Event]) -> AsyncIterator[list[Event]]:
    batch: list[Event] = []
    async for event in events:
        batch.append(event)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _ahead(batches: AsyncIterator[list[Event]]) -> AsyncGenerator[list[Event], None]:
    """The next batch is read while the database works on the one before."""
    following = asyncio.create_task(_next(batches))
    try:
        while batch := await following:
            following = asyncio.create_task(_next(batches))
            yield batch
    finally:
        following.cancel()
        await asyncio.wait([following])


async def _next(batches: AsyncIterator[list[Event]]) -> list[Event]:
    return await anext(batches, [])


async def _complete(roles: DatabaseRoles, rebuilding: Rebuilding) -> None:
    if rebuilding.complete is None:
        return
    engine = _beside(roles)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("select 1")  # begins the transaction, which cursors of the driver need
            await rebuilding.complete(connection)
    finally:
        await engine.dispose()


def _beside(roles: DatabaseRoles) -> AsyncEngine:
    """Connections on which the fresh tables hide the running ones."""
    return open_engine(
        roles.owner_url,
        name="rebuild",
        statement_timeout_ms=_LONGEST_MS,
        idle_timeout_ms=_LONGEST_MS,
        search_path=f"{_BESIDE}, public",
    )


async def _switch(connection: AsyncConnection, rebuilding: Rebuilding, begun: dict[str, progress.Place | None]) -> None:
    """One moment in which no consumer is at work: tables, standings and places change together."""
    await connection.exec_driver_sql("set local lock_timeout = '60s'")
    await connection.exec_driver_sql(_HOLD_CONSUMERS)
    names = {"names": rebuilding.names}
    # Versions are as many as aggregates: the few of other consumers are copied, and the table is exchanged.
    others = text(f"insert into {_BESIDE}.applied select * from public.applied where consumer <> all(:names)")  # noqa: S608 - a table of ours
    await connection.execute(others, names)
    for table in (*rebuilding.tables, applied):
        await connection.exec_driver_sql(f"drop table public.{table.name}")
        await connection.exec_driver_sql(f"alter table {_BESIDE}.{table.name} set schema public")
    for table in (parked, dead_letters):
        old = text(f"delete from public.{table.name} where consumer = any(:names)")  # noqa: S608 - a table of ours
        await connection.execute(old, names)
        new = f"insert into public.{table.name} select * from {_BESIDE}.{table.name}"  # noqa: S608 - a table of ours
        await connection.exec_driver_sql(new)
    for subscription in rebuilding.subscriptions:
        await _set_back(connection, subscription, begun[subscription.name])


async def _set_back(connection: AsyncConnection, subscription: Subscription, place: progress.Place | None) -> None:
    """To a little before the place it had; one that had none begins as a new one does."""
    if place is None:
        forget = text("delete from public.checkpoints where consumer = :name")
        await connection.execute(forget, {"name": subscription.name})
        return
    before = replace(place, seq=max(place.seq - _STEP_BACK, 0), anchor=None)
    await progress.start_at(connection, subscription.name, stream=subscription.stream, place=before)
