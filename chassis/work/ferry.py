"""Flushes of one shape that meet cross together: one statement and one commit for many.

Every use case decides by itself, on what it read itself; only the last statement of those that need no transaction is
shared. Nobody waits for company: a flush that finds none of its shape under way goes at once and alone, and those that
come meanwhile cross together when it is done. A crossing is all or nothing, because it is one statement; when it fails,
whatever the reason, each of its flushes crosses alone, and only there is a repeat, a lost race or a defect met, by the
one it belongs to.

Two that write the same row do not board together: their events bear the same version, of which the outbox takes one
only, and everybody aboard would have to cross again. Where the crossing under way is held up, by a row that somebody
else holds, those that wait for it lose patience and cross alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis import database, logs
from chassis.work.flush import Gathered, LostRace, Shape

MOST = 64
PATIENCE_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class _Rider:
    """One flush that waits; its arrival tells whether it was written, or has to cross alone."""

    gathered: Gathered
    arrival: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, *, written: bool) -> None:
        """It was written with the others, or must go alone."""
        self.arrival.set_result(written)

    async def wait(self, queue: "list[_Rider]") -> bool:
        """Whether it was written; one that still stands in the queue when its patience ends goes alone."""

        def leave() -> None:
            if self in queue:
                queue.remove(self)
                self.tell(written=False)

        timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, leave)
        try:
            return await self.arrival
        finally:
            timer.cancel()

    def fail(self, error: BaseException) -> None:
        """What it is told that has no need to try again."""
        self.arrival.set_exception(error)
        self.arrival.exception()


class Ferry:
    """Carries what units of work have gathered over to the database."""

    def __init__(
        self,
        *,
        write: Callable[[Gathered], Awaitable[None]],
        keep: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """`write` writes what it is given by one statement of its own; `keep` runs a crossing that nobody waits for."""
        self._write = write
        self._keep = keep
        # Who waits for the crossing of his shape that is under way; a shape that is not here has none.
        self._waiting: dict[Shape, list[_Rider]] = {}
        self._log = logs.get_logger()

    async def carry(self, gathered: Gathered) -> None:
        """Write it; raises LostRace, OutcomeUnknown, Overloaded and what the driver raises, for its own faults only."""
        shape = gathered.shape()
        waiting = self._waiting.get(shape)
        if waiting is None:
            self._waiting[shape] = []
            try:
                await self._write(gathered)
            finally:
                self._next(shape)
            return
        rider = _Rider(gathered)
        waiting.append(rider)
        if not await rider.wait(waiting):
            await self._write(gathered)

    def _next(self, shape: Shape) -> None:
        waiting = self._waiting[shape]
        aboard = _boarding(waiting)
        if aboard:
            self._keep(self._cross(shape, aboard))
        else:
            del self._waiting[shape]

    async def _cross(self, shape: Shape, riders: Sequence[_Rider]) -> None:
        try:
            await self._write(Gathered.of([each.gathered for each in riders]))
        except (LostRace, *database.FAULTS) as error:
            self._log.info("a crossing failed", riders=len(riders), error=repr(error)[:200])
            for rider in riders:
                rider.tell(written=False)
        except BaseException as error:  # noqa: BLE001 - it is every rider's, who waits for it elsewhere
            for rider in riders:
                rider.fail(error)
        else:
            for rider in riders:
                rider.tell(written=True)
        finally:
            self._next(shape)


def _boarding(waiting: list[_Rider]) -> Sequence[_Rider]:
    """Take those who cross next out of the queue; who finds no room, or his row aboard already, stays for the next."""
    aboard: list[_Rider] = []
    rows: set[object] = set()
    for rider in waiting:
        own = rider.gathered.keys()
        if len(aboard) < MOST and rows.isdisjoint(own):
            rows.update(own)
            aboard.append(rider)
    waiting[:] = [rider for rider in waiting if rider not in aboard]
    return aboard
