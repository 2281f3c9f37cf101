"""Applying a set of events: all of them in one transaction, and one by one only to find the poison."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database, logs, metrics
from chassis.consumer import progress
from chassis.consumer.event import Event, Subscription, refuse_unreadable
from chassis.consumer.gate import Gap, Passed, pass_gate
from kernel.time import Clock

History = Callable[[Subscription, Gap | None], AsyncIterator[Event]]
_SAVEPOINTS = 50
_PARK_LIMIT = 20
_PARK_WINDOW_SECONDS = 300.0
_LARGEST_GAP = 1_000_000


class Halted(Exception):  # noqa: N818 - an alarm, not a fault of one event
    """Too many aggregates were parked in a short time: the consumer itself is wrong, and stands still."""


class HistoryLacks(Exception):  # noqa: N818 - one aggregate, not the consumer
    """The producer's own history does not hold the versions that are missing: the event that needs them is poison."""


class Applier:
    """Changes the consumer's database by events, each exactly once."""

    def __init__(self, subscription: Subscription, *, engine: AsyncEngine, history: History, clock: Clock) -> None:
        """`history` reads the producer's EventLog: all of it, or the versions missing in a gap."""
        self.subscription = subscription
        self.history = history
        self._engine = engine
        self._clock = clock
        self._parkings: list[float] = []
        self._log = logs.get_logger().bind(consumer=subscription.name)

    async def apply(self, events: Sequence[Event], *, place: progress.Place | None) -> progress.Place | None:
        """Apply a batch; where the consumer stands afterwards. Without a place (history) no checkpoint moves.

        What passes by itself, a lost connection or a deadlock, is raised and nothing of it is kept: it says nothing
        about the event it met.
        """
        try:
            return await self._at_once(events, place)
        except (progress.CheckpointMoved, asyncio.CancelledError):
            raise
        except Exception as error:
            if database.transient(error):
                raise
            self._log.warning("batch failed, looking for the poison", error=repr(error)[:300])
            return await self._one_by_one(events, place)

    async def _at_once(self, events: Sequence[Event], place: progress.Place | None) -> progress.Place | None:
        """One transaction: gate, effect, versions, checkpoint. Gaps are filled from the history and tried again."""
        refuse_unreadable(events)
        last = events[-1]
        while True:
            async with self._engine.begin() as connection:
                passed = await self._gate(connection, events)
                if not passed.gaps:
                    await self._change(connection, passed)
                    await self._bury_held(connection, passed)
                    metrics.CONSUMER_APPLIED.labels(self.subscription.name).inc(len(passed.apply))
                    return await self._advance(connection, place, last)
            events = await self._filled(events, passed.gaps)

    async def _one_by_one(self, events: Sequence[Event], place: progress.Place | None) -> progress.Place | None:
        """Apply each event in a savepoint of its own; the one that fails parks its aggregate and nothing else.

        PostgreSQL slows down for everybody with more than 64 savepoints in a transaction; so few go into one.
        """
        for first in range(0, len(events), _SAVEPOINTS):
            some = events[first : first + _SAVEPOINTS]
            async with self._engine.begin() as connection:
                for event in some:
                    passed = await self._gate(connection, [event])
                    await self._bury_held(connection, passed)
                    if passed.apply or passed.gaps or (event.version < 1 and not passed.parked):
                        await self._try(connection, event, passed.gaps)
                place = await self._advance(connection, place, some[-1])
        return place

    async def _try(self, connection: AsyncConnection, event: Event, gaps: Sequence[Gap]) -> None:
        try:
            events = await self._filled([event], gaps)
        except HistoryLacks as error:
            await self._park(connection, event, error)
            return
        try:
            async with connection.begin_nested():
                refuse_unreadable(events)
                await self._change(connection, await self._gate(connection, events))
        except Exception as error:
            if database.transient(error):
                raise
            await self._park(connection, event, error)

    async def _park(self, connection: AsyncConnection, event: Event, error: Exception) -> None:
        name = self.subscription.name
        await progress.bury(connection, name, [event], error=repr(error))
        await progress.park(connection, name, event.aggregate, since=self._clock.now())
        metrics.CONSUMER_PARKED.labels(name).inc()
        self._log.error("aggregate parked", aggregate=event.aggregate, error=repr(error)[:300])
        self._count_parking()

    async def _gate(self, connection: AsyncConnection, events: Sequence[Event]) -> Passed:
        name = self.subscription.name
        parked = await progress.parked_aggregates(connection, name)
        versions = await progress.standing(connection, name, {event.aggregate for event in events})
        return pass_gate(events, applied=versions, parked=parked)

    async def _change(self, connection: AsyncConnection, passed: Passed) -> None:
        await change(connection, self.subscription, passed)

    async def _bury_held(self, connection: AsyncConnection, passed: Passed) -> None:
        await progress.bury(connection, self.subscription.name, passed.parked, error="its aggregate is parked")

    async def _advance(
        self, connection: AsyncConnection, place: progress.Place | None, last: Event
    ) -> progress.Place | None:
        if place is None:
            return None
        return await progress.advance(connection, self.subscription.name, place, place.after(last))

    async def _filled(self, events: Sequence[Event], gaps: Sequence[Gap]) -> list[Event]:
        return [*await missing(self.subscription, self.history, gaps), *events]

    def _count_parking(self) -> None:
        now = asyncio.get_running_loop().time()
        self._parkings = [*(at for at in self._parkings if now - at < _PARK_WINDOW_SECONDS), now]
        if len(self._parkings) > _PARK_LIMIT:
            raise Halted


async def change(connection: AsyncConnection, subscription: Subscription, passed: Passed) -> None:
    """The effect of what passed the gate, and the versions applied. A type not known here has no effect."""
    refuse_unreadable(passed.apply)
    known = [event for event in passed.apply if event.message is not None]
    if known:
        await subscription.apply(connection, known)
    await progress.remember(connection, subscription.name, passed.versions)


async def missing(subscription: Subscription, history: History, gaps: Sequence[Gap]) -> list[Event]:
    """What the gaps lack, from the producer; raises HistoryLacks when it has not all of it."""
    events: list[Event] = []
    for gap in gaps:
        wanted = gap.last - gap.first + 1
        found = [event async for event in history(subscription, gap)] if wanted <= _LARGEST_GAP else []
        if [event.version for event in found] != list(range(gap.first, gap.last + 1)):
            raise HistoryLacks(f"the history of {gap.aggregate} lacks versions {gap.first} to {gap.last}")
        events.extend(found)
    return events
