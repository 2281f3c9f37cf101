"""Giving events to the projections, and looking at what became of them."""

import hashlib
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Event, Subscription
from services.analytics.events.subscriptions import subscriptions
from services.analytics.storage.tables import PROJECTIONS

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLLOWED: dict[str, Subscription] = {each.stream: each for each in subscriptions(SHANGHAI)}


async def apply(engine: AsyncEngine, events: Sequence[Event], *, most: int = 200) -> None:
    """The events in batches, each in a transaction, each to the consumer of its stream."""
    for stream, subscription in FOLLOWED.items():
        own = [event for event in events if event.subject.split(".")[1] == stream]
        for first in range(0, len(own), most):
            async with engine.begin() as connection:
                await connection.exec_driver_sql("select 1")
                await subscription.apply(connection, own[first : first + most])


async def digest(engine: AsyncEngine, table: Table) -> str:
    """The SHA-256 of all rows of a table in the order of its key."""
    async with engine.connect() as connection:
        rows = (await connection.execute(select(table).order_by(*table.primary_key.columns))).all()
    return hashlib.sha256("\n".join(str(tuple(row)) for row in rows).encode()).hexdigest()


async def digests(engine: AsyncEngine) -> dict[str, str]:
    """The digest of every projection."""
    return {table.name: await digest(engine, table) for table in PROJECTIONS}
