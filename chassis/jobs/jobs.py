"""Jobs: rows written with the change that wants them, carried out afterwards, tried again for three days."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import logs, metrics
from chassis.database import connected
from chassis.prepared import Prepared, Row
from chassis.tables import jobs
from kernel.time import Clock

_POLL_SECONDS = 0.2
_LEASE = timedelta(minutes=5)
_BATCH = 20
# Standard Webhooks' schedule: https://github.com/standard-webhooks/standard-webhooks, "Retry schedule".
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
_TAKE = Prepared(
    text(
        "update jobs set attempts = attempts + 1, leased_until = cast(:now as timestamptz) "
        "+ make_interval(secs => coalesce(cast(cast(:leases as jsonb) ->> kind as float8), :lease)) where id in ("
        "select id from jobs where state = 'waiting' and kind = any(:kinds) and due <= :now "
        "and (leased_until is null or leased_until < :now) "
        "order by due limit :limit for update skip locked) returning id, kind, payload, attempts"
    )
)
_DONE = Prepared(update(jobs).where(jobs.c.id == bindparam("job")).values(state="done", leased_until=None))


_PUT_OFF = Prepared(
    text(
        "update jobs set due = cast(:until as timestamptz), attempts = attempts - 1, leased_until = null "
        "where id = :job"
    )
)


class PutOff(Exception):  # noqa: N818 - an outcome, not a fault
    """What a job raises whose time has not come yet: it waits until then, and this was no attempt."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job knows of itself; its id is the idempotency key of whatever receives it."""

    id: UUID
    attempt: int
    now: datetime


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: its name and what it does. May run twice after a kill; the id makes that harmless.

    After `lease` another worker takes what one has not ended; it is longer than the job ever takes. `retries` are the
    pauses after failures.
    """

    name: str
    run: Callable[[JobContext, Mapping[str, Any]], Awaitable[None]]
    lease: timedelta = _LEASE
    retries: Sequence[timedelta] = RETRIES


class Jobs:
    """Carries out a service's due jobs."""

    def __init__(
        self, kinds: Sequence[JobKind], *, engine: AsyncEngine, clock: Clock, poll_seconds: float = _POLL_SECONDS
    ) -> None:
        """Replicas share the work: rows are taken with `skip locked` under a lease. Idle, it polls."""
        self._poll_seconds = poll_seconds
        self._kinds = {kind.name: kind for kind in kinds}
        self._leases = orjson.dumps({kind.name: kind.lease.total_seconds() for kind in kinds}).decode()
        self._engine = engine
        self._clock = clock
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Carry out jobs for ever."""
        while True:
            try:
                done = await self.step()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the loop outlives an absent database
                metrics.BACKGROUND_PAUSES.labels("jobs").inc()
                self._log.warning("jobs pause", error=repr(error)[:300])
                done = 0
            if not done:
                await asyncio.sleep(self._poll_seconds)

    async def drain(self) -> int:
        """Carry out everything due now; how many jobs were tried."""
        total = 0
        while tried := await self.step():
            total += tried
        return total

    async def step(self) -> int:
        """Take and carry out a few jobs; how many were tried. What a newer release brought waits for its workers.

        Taking and ending are one statement each, and need no transaction around it.
        """
        now = self._clock.now()
        async with connected(self._engine) as connection:
            taken = await _TAKE.rows(
                connection,
                now=now,
                leases=self._leases,
                lease=_LEASE.total_seconds(),
                limit=_BATCH,
                kinds=list(self._kinds),
            )
        await asyncio.gather(*(self._carry_out(row) for row in taken))
        return len(taken)

    async def _carry_out(self, row: Row) -> None:
        context = JobContext(row["id"], row["attempts"], self._clock.now())
        try:
            await self._kinds[row["kind"]].run(context, row["payload"])
        except PutOff as put_off:
            async with connected(self._engine) as connection:
                await _PUT_OFF.rows(connection, job=row["id"], until=put_off.until)
            return
        except Exception as error:  # noqa: BLE001 - whatever a job meets is kept on its row and tried again
            await self._failed(row, error)
            return
        async with connected(self._engine) as connection:
            await _DONE.rows(connection, job=row["id"])

    async def _failed(self, row: Row, error: Exception) -> None:
        kind = self._kinds.get(row["kind"])
        retries = kind.retries if kind else RETRIES
        final = row["attempts"] > len(retries)
        values: dict[str, Any] = {"last_error": repr(error)[:1000], "leased_until": None}
        if final:
            metrics.JOBS_FAILED.labels(row["kind"]).inc()
            values["state"] = "failed"
        else:
            values["due"] = self._clock.now() + retries[row["attempts"] - 1]
        self._log.warning("job failed", kind=row["kind"], job=str(row["id"]), final=final, error=repr(error)[:300])
        async with self._engine.begin() as connection:
            await connection.execute(update(jobs).where(jobs.c.id == row["id"]).values(values))
