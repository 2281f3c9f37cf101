"""The consumer loop. One replica is active per consumer, by advisory lock; the checkpoint is the fence."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import logs, metrics
from chassis.consumer import progress
from chassis.consumer.applying import Applier, Halted, History
from chassis.consumer.event import Event, Subscription
from chassis.consumer.pull import Delivered, LogReader, Rewound, StreamBroken
from chassis.consumer.reading import events_of
from chassis.consumer.redriving import redrive
from chassis.leadership import leadership
from chassis.streaming import Client, streams
from kernel.time import Clock

_IDLE_SECONDS = 1.0
_CHECK_SECONDS = 15.0
_HALTED_SECONDS = 300.0
_FROM_HISTORY = 500
_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 2.5


class Consumer:
    """Applies a stream's events to this service's database, each exactly once."""

    def __init__(
        self, subscription: Subscription, *, engine: AsyncEngine, client: Client, history: History, clock: Clock
    ) -> None:
        """`history` reads the producer's EventLog: all of it, or the versions missing in a gap."""
        self.subscription = subscription
        self._engine = engine
        self._client = client
        self._clock = clock
        self._applier = Applier(subscription, engine=engine, history=history, clock=clock)
        self._reader: LogReader | None = None
        self._place = progress.Place("", 0)
        self._checked = 0.0
        self._log = logs.get_logger().bind(consumer=subscription.name)

    async def run(self) -> None:
        """Consume for ever."""
        name = self.subscription.name
        pause = _PAUSE_SECONDS
        while True:
            before = self._place
            try:
                async with leadership(self._engine, f"consumer.{name}") as lock:
                    if lock is not None:
                        await self._lead(lock)
            except asyncio.CancelledError:
                await self.close()
                raise
            except Halted:
                metrics.CONSUMER_HALTED.labels(name).set(1)
                self._log.error("consumer halted: too many poison events")
                await asyncio.sleep(_HALTED_SECONDS)
                metrics.CONSUMER_HALTED.labels(name).set(0)
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever happens to one round
                metrics.BACKGROUND_PAUSES.labels(name).inc()
                self._log.warning("consumer pauses", error=repr(error)[:500])
                pause = _PAUSE_SECONDS if self._place != before else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await self.close()
            await asyncio.sleep(pause)

    async def drain(self) -> int:
        """Apply until nothing comes within a moment; how many events were delivered. For tests."""
        total = 0
        while delivered := await self.step(wait=0.3):
            total += delivered
        return total

    async def close(self) -> None:
        """Let the reader go."""
        reader, self._reader = self._reader, None
        if reader is not None and self._client.is_connected:
            await reader.close()

    async def step(self, *, wait: float = _IDLE_SECONDS) -> int:
        """Apply one batch; how many events were delivered."""
        try:
            reader = self._reader or await self._open()
            delivered = await reader.next_batch(wait=wait)
        except Rewound:
            await self._begin_again()
            return await self.step(wait=wait)
        except StreamBroken:
            await self.close()
            raise
        if delivered:
            try:
                await self._apply(delivered)
            except BaseException:
                await self.close()
                raise
        metrics.CONSUMER_LAG.labels(self.subscription.name).set(reader.pending)
        return len(delivered)

    async def redrive(self, aggregate: str) -> int:
        """Apply an aggregate's dead letters again, in order; how many. All or nothing."""
        return await redrive(self.subscription, aggregate, engine=self._engine, history=self._applier.history)

    async def _lead(self, lock: AsyncConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if await self.step() and not self._is_behind():
                await asyncio.sleep(self.subscription.gather)
            if loop.time() - self._checked > _CHECK_SECONDS:
                await lock.exec_driver_sql("select 1")
                await self._check_stream()

    def _is_behind(self) -> bool:
        """Whether more events lay in the stream when the last one of the batch was delivered."""
        return self._reader is not None and self._reader.pending > 0

    async def _check_stream(self) -> None:
        """A stream with another epoch is another stream, and a rewound one begins to differ where it ends.

        A rebuild of what it feeds sets the consumer back: where nothing new comes, it would not notice by itself.
        """
        self._checked = asyncio.get_running_loop().time()
        state = await self._look()
        async with self._engine.connect() as connection:
            place = await progress.checkpoint(connection, self.subscription.name)
        if place is None or place.seq != self._place.seq:
            raise StreamBroken("the consumer was set to another place")
        if state.epoch != self._place.epoch or state.last_seq < self._place.seq:
            raise StreamBroken("the stream is not the one read before")

    async def _open(self) -> LogReader:
        subscription = self.subscription
        state = await self._look()
        async with self._engine.begin() as connection:
            place = await progress.checkpoint(connection, subscription.name)
        if place is None or not _follows(place, state):
            place = await self._begin(state, new=place is None)
        self._checked = asyncio.get_running_loop().time()
        anchor = place.anchor if place.anchor and place.anchor.seq >= state.first_seq else None
        reader = LogReader(
            self._client, stream=subscription.stream, subjects=subscription.subjects, after=place.seq, anchor=anchor
        )
        await reader.open()
        self._reader, self._place = reader, place
        if reader.pending == 0:
            await self._move_to(state.last_seq)
        return reader

    async def _look(self) -> streams.StreamState:
        state = await streams.look(self._client, self.subscription.stream)
        if state is None:
            raise StreamBroken("the stream does not exist")
        return state

    async def _begin_again(self) -> None:
        """The stream holds something else where the consumer stands: it was restored from an older copy."""
        self._log.error("the stream was rewound; reading it from its start", stream=self.subscription.stream)
        await self.close()
        await self._begin(await self._look(), new=False)

    async def _move_to(self, seq: int) -> None:
        """Nothing for this consumer is left up to here: what ages out before its next event is none of its own."""
        place = replace(self._place, seq=max(self._place.seq, seq))
        if place != self._place:
            async with self._engine.begin() as connection:
                self._place = await progress.advance(connection, self.subscription.name, self._place, place)

    async def _begin(self, state: streams.StreamState, *, new: bool) -> progress.Place:
        """Read the stream from its start; the gate absorbs what is known.

        What it no longer holds comes from the producer's history first: for a new consumer, for one that stood still
        until its next events had aged out, and in a new epoch, where the stream was refilled for its own age only.
        """
        if state.first_seq > 1 or not new:
            batch: list[Event] = []
            async for event in self._applier.history(self.subscription, None):
                batch.append(event)
                if len(batch) == _FROM_HISTORY:
                    await self._applier.apply(batch, place=None)
                    batch = []
            if batch:
                await self._applier.apply(batch, place=None)
        # A stream nothing was ever published to begins at 0.
        place = progress.Place(state.epoch, max(state.first_seq - 1, 0))
        async with self._engine.begin() as connection:
            await progress.start_at(connection, self.subscription.name, stream=self.subscription.stream, place=place)
        return place

    async def _apply(self, delivered: Sequence[Delivered]) -> None:
        events = events_of(delivered)
        self._place = await self._applier.apply(events, place=self._place) or self._place
        self.subscription.applied()
        now, ages = self._clock.now(), metrics.EVENT_AGE_SECONDS.labels(self.subscription.name)
        for event in events:
            ages.observe(max((now - event.time).total_seconds(), 0))


def _follows(place: progress.Place, state: streams.StreamState) -> bool:
    """Whether the stream goes on where the consumer stands: no other store, not shorter, nothing aged out between."""
    return place.epoch == state.epoch and place.seq <= state.last_seq and place.seq + 1 >= state.first_seq
