"""What waits in a service's database, measured by a task of its own.

Whoever ought to do the work cannot tell that it stands: a relay without NATS measures nothing.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import logs, metrics
from chassis.tables import audit, jobs, outbox
from kernel.time import Clock

_EVERY_SECONDS = 5.0
_UNPUBLISHED = select(func.count(), func.min(outbox.c.occurred)).where(outbox.c.published_at.is_(None))
_UNSEALED = select(audit.c.occurred).where(audit.c.place.is_(None)).order_by(audit.c.id).limit(1)


def begin_at_nothing(service: str, *, consumers: Iterable[str], kinds: Iterable[str]) -> None:
    """Show what alarms watch before it happens for the first time: no increase is seen where there was no number."""
    metrics.AGGREGATES_STOPPED.labels(service)
    metrics.STREAM_REFILLS.labels(service)
    metrics.STREAM_DRIFTED.labels(service)
    metrics.STREAM_PERMISSION_VIOLATIONS.labels(service)
    for task in ("relay", "jobs", "sealer"):
        metrics.BACKGROUND_PAUSES.labels(task)
    for consumer in consumers:
        metrics.BACKGROUND_PAUSES.labels(consumer)
        metrics.CONSUMER_PARKED.labels(consumer)
        metrics.CONSUMER_HALTED.labels(consumer)
    for kind in kinds:
        metrics.JOBS_FAILED.labels(kind)


class Measures:
    """Measures one service's outbox, audit log and jobs; every replica tells the same."""

    def __init__(self, engine: AsyncEngine, *, clock: Clock, service: str) -> None:
        """`engine` is the engine of background work."""
        self._engine = engine
        self._clock = clock
        self._service = service
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Measure for ever; an alarm tells when the last time was long ago."""
        while True:
            try:
                await self.measure()
            except Exception as error:  # noqa: BLE001 - the loop outlives an absent database
                self._log.warning("nothing was measured", error=repr(error)[:300])
            await asyncio.sleep(_EVERY_SECONDS)

    async def measure(self) -> None:
        """Look once."""
        now = self._clock.now()
        due = select(func.count()).where(jobs.c.state == "waiting", jobs.c.due <= now)
        async with self._engine.connect() as connection:
            unpublished, oldest = (await connection.execute(_UNPUBLISHED)).one()
            unsealed = await connection.scalar(_UNSEALED)
            waiting = await connection.scalar(due)
        metrics.OUTBOX_UNPUBLISHED.labels(self._service).set(unpublished)
        metrics.OUTBOX_OLDEST_SECONDS.labels(self._service).set(_age(oldest, now))
        metrics.AUDIT_UNSEALED_SECONDS.labels(self._service).set(_age(unsealed, now))
        metrics.JOBS_DUE.labels(self._service).set(waiting or 0)
        metrics.MEASURED.labels(self._service).set(now.timestamp())


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
