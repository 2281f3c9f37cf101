"""Reading one's own writes across services (G12): a write tells what it changed, and a later read waits for that.

A write answers with the versions it made (`millrace-written`); whoever reads next sends them along (`millrace-after`).
A service that knows the changed things only from events then waits, for a bounded time, until its consumers have
applied those versions; what it could not wait for it marks as stale (`millrace-stale`).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer.event import Subscription
from chassis.database import Kept, connected
from chassis.marks import Mark, heard
from chassis.tables import applied

_WAIT_SECONDS = 1.5
_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.02, 0.2


class Freshness:
    """Whether this service's copies have caught up with what a reader wrote elsewhere."""

    def __init__(self, engine: AsyncEngine, subscriptions: Sequence[Subscription]) -> None:
        """`subscriptions` are all the service's own: only what one of them follows is waited for."""
        self._readers = Kept(engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._followed = [(each.name, subject.removesuffix(">")) for each in subscriptions for subject in each.subjects]

    async def wait(self, text: str, *, until: float) -> bool:
        """Whether every mark followed here was applied by `until`, a time of the loop, or within 1.5 s.

        Looks again after 20 ms, then ever more seldom. Raises Overloaded as every reading does.
        """
        loop = asyncio.get_running_loop()
        missing = self._wanted(heard(text))
        last = min(until, loop.time() + _WAIT_SECONDS)
        pause = _LOOK_SECONDS
        while missing := await self._behind(missing):
            if loop.time() + pause > last:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK_SECONDS)
        return True

    def _wanted(self, marks: Iterable[Mark]) -> dict[tuple[str, str], int]:
        """The version each consumer must have applied of each aggregate."""
        wanted: dict[tuple[str, str], int] = {}
        for mark in marks:
            for consumer, subject in self._followed:
                if f"{mark.noun}.".startswith(subject):
                    key = (consumer, mark.aggregate)
                    wanted[key] = max(wanted.get(key, 0), mark.version)
        return wanted

    async def _behind(self, wanted: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
        if not wanted:
            return {}
        statement = select(applied).where(tuple_(applied.c.consumer, applied.c.aggregate).in_(list(wanted)))
        async with connected(self._readers) as connection:
            rows = (await connection.execute(statement)).all()
        standing = {(row.consumer, row.aggregate): row.version for row in rows}
        return {key: version for key, version in wanted.items() if standing.get(key, 0) < version}
