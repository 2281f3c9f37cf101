"""Sweeps: periodic work of a service, each with its next due instant in the database."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import logs
from chassis.tables import sweeps
from kernel.time import Clock

_POLL_SECONDS = 0.5
_PAUSE_AFTER_FAILURE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A periodic task: its name, how often, and what it does in one transaction. Answers how much it did.

    One that does at most a `batch` is run again at once after a full one: it is due until nothing is left. One whose
    `share` of the time is less than the whole rests in between, however long its batch took.
    """

    name: str
    every: timedelta
    run: Callable[[AsyncConnection, datetime], Awaitable[int]]
    batch: int = sys.maxsize
    share: float = 1.0

    def next_due(self, done: int, *, begun: datetime, ended: datetime, worked: timedelta) -> datetime:
        """When it runs again after it did so much from one instant to another, and worked so long.

        With a quarter of the time it rests three times as long as it worked, so that requests go before it. How long it
        worked is not the time between the instants: in a rehearsal the clock goes by weeks.
        """
        if done < self.batch:
            return begun + self.every
        return begun if self.share >= 1 else ended + worked * (1 / self.share - 1)


class Sweeps:
    """Runs each sweep when it is due, on one replica at a time."""

    def __init__(
        self,
        all_sweeps: Sequence[Sweep],
        *,
        engine: AsyncEngine,
        clock: Clock,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """A sweep's row is locked while it runs; other replicas pass it by. `seconds` tell how long one worked."""
        self._seconds = seconds
        self._sweeps = all_sweeps
        self._engine = engine
        self._clock = clock
        # What the database last said; until then it is not asked again. A due instant never comes earlier.
        self._due: dict[str, datetime] = {}
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            rest = await self.step_all()
            await asyncio.sleep(rest)

    async def step_all(self) -> float:
        """Run every sweep that is due, one after another; for how many seconds to rest then.

        While one has more to do it is no longer than they worked, so that half of the time is for requests.
        """
        now, began, left = self._clock.now(), self._seconds(), False
        for sweep in self._sweeps:
            if self._due.get(sweep.name, now) > now:
                continue
            try:
                done = await self.step(sweep)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - one failing sweep must not stop the others
                self._log.error("sweep failed", sweep=sweep.name, error=repr(error)[:300])
                await self._put_off(sweep, error)
            else:
                left = left or (done >= sweep.batch and sweep.share >= 1)
        return min(self._seconds() - began, _POLL_SECONDS) if left else _POLL_SECONDS

    async def _put_off(self, sweep: Sweep, error: Exception) -> None:
        """A failing sweep waits, and keeps what it met where an operator looks."""
        due = self._due[sweep.name] = self._clock.now() + max(sweep.every, _PAUSE_AFTER_FAILURE)
        met = {"due": due, "last_error": repr(error)[:1000]}
        failing = insert(sweeps).values(name=sweep.name, **met)
        try:
            async with self._engine.begin() as connection:
                await connection.execute(failing.on_conflict_do_update(index_elements=["name"], set_=met))
        except Exception as unkept:  # noqa: BLE001 - the note is lost, the sweeps are not: no pool, no database
            self._log.warning("what a sweep met was not kept", sweep=sweep.name, error=repr(unkept)[:300])

    async def step(self, sweep: Sweep) -> int:
        """Run one sweep if it is due and nobody else runs it; how much it did."""
        now = self._clock.now()
        async with self._engine.begin() as connection:
            await connection.execute(insert(sweeps).values(name=sweep.name, due=now).on_conflict_do_nothing())
            statement = select(sweeps.c.due).where(sweeps.c.name == sweep.name).with_for_update(skip_locked=True)
            due = await connection.scalar(statement)
            if due is None:
                return 0
            if due > now:
                self._due[sweep.name] = due
                return 0
            began = self._seconds()
            done = await sweep.run(connection, now)
            worked = timedelta(seconds=self._seconds() - began)
            due = sweep.next_due(done, begun=now, ended=self._clock.now(), worked=worked)
            following = update(sweeps).where(sweeps.c.name == sweep.name)
            await connection.execute(following.values(due=due, last_error=None))
            return done
