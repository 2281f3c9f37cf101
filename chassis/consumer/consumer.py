"""The consumer loop. One replica is active per consumer, by advisory lock; the checkpoint is the fence."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from nats.aio.client import Client
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database, logs, metrics
from chassis.consumer import progress
from chassis.consumer.event import Event, Subscription, decode
from chassis.consumer.gate import Gap, Passed, pass_gate
from chassis.consumer.pull import Delivered, LogReader, StreamBroken
from chassis.leadership import leadership
from chassis.streaming import streams
from kernel.time import Clock

History = Callable[[Subscription, Gap | None], AsyncIterator[Event]]
_IDLE_SECONDS = 1.0
_CHECK_SECONDS = 15.0
_PARK_LIMIT = 20
_PARK_WINDOW_SECONDS = 300.0


class Halted(Exception):  # noqa: N818 - an alarm, not a fault of one event
    """Too many aggregates were parked in a short time: the consumer itself is wrong, and stands still."""


class Consumer:
    """Applies a stream's events to this service's database, each exactly once."""

    def __init__(
        self, subscription: Subscription, *, engine: AsyncEngine, client: Client, history: History, clock: Clock
    ) -> None:
        """`history` reads the producer's EventLog: all of it, or the versions missing in a gap."""
        self.subscription = subscription
        self._engine = engine
        self._client = client
        self._history = history
        self._clock = clock
        self._reader: LogReader | None = None
        self._epoch = ""
        self._seq = 0
        self._checked = 0.0
        self._parkings: list[float] = []
        self._log = logs.get_logger().bind(consumer=subscription.name)

    async def run(self) -> None:
        """Consume for ever."""
        name = self.subscription.name
        while True:
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
                await asyncio.sleep(_PARK_WINDOW_SECONDS)
                metrics.CONSUMER_HALTED.labels(name).set(0)
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever happens to one round
                self._log.warning("consumer pauses", error=repr(error)[:500])
            await self.close()
            await asyncio.sleep(0.5)

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
        reader = self._reader or await self._open()
        try:
            delivered = await reader.next_batch(wait=wait)
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
        name = self.subscription.name
        async with self._engine.begin() as connection:
            events = await progress.exhume(connection, name, aggregate)
            versions = await progress.standing(connection, name, [aggregate])
            passed = pass_gate(events, applied=versions, parked=())
            await self._effect(connection, passed.apply)
            await progress.remember(connection, name, passed.versions)
        return len(events)

    async def _lead(self, lock: AsyncConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.step()
            if loop.time() - self._checked > _CHECK_SECONDS:
                await lock.exec_driver_sql("select 1")
                await self._check_epoch()

    async def _check_epoch(self) -> None:
        """A stream with another epoch is another stream: read it from its start, the gate absorbs what is known."""
        self._checked = asyncio.get_running_loop().time()
        state = await streams.look(self._client, self.subscription.stream)
        if state is None or state.epoch != self._epoch or state.last_seq < self._seq:
            raise StreamBroken("the stream is not the one read before")

    async def _open(self) -> LogReader:
        subscription = self.subscription
        state = await streams.look(self._client, subscription.stream)
        if state is None:
            raise StreamBroken("the stream does not exist")
        async with self._engine.begin() as connection:
            standing = await progress.checkpoint(connection, subscription.name)
        if standing is None or standing[0] != state.epoch or standing[1] > state.last_seq:
            await self._begin(state, new=standing is None)
        else:
            self._epoch, self._seq = standing
        self._checked = asyncio.get_running_loop().time()
        reader = LogReader(self._client, stream=subscription.stream, subjects=subscription.subjects, after=self._seq)
        await reader.open()
        self._reader = reader
        return reader

    async def _begin(self, state: streams.StreamState, *, new: bool) -> None:
        """A new consumer, or a new epoch. What the stream no longer holds comes from the producer's history first."""
        name = self.subscription.name
        if new and state.first_seq > 1:
            batch: list[Event] = []
            async for event in self._history(self.subscription, None):
                batch.append(event)
                if len(batch) == 500:  # noqa: PLR2004 - one transaction's worth
                    await self._apply_events(batch, move_to=None)
                    batch = []
            await self._apply_events(batch, move_to=None)
        before_first = max(state.first_seq - 1, 0)  # a stream nothing was ever published to begins at 0
        async with self._engine.begin() as connection:
            await progress.start_at(
                connection, name, stream=self.subscription.stream, epoch=state.epoch, seq=before_first
            )
        self._epoch, self._seq = state.epoch, before_first

    async def _apply(self, delivered: Sequence[Delivered]) -> None:
        events, malformed = _decoded(delivered)
        last = delivered[-1].seq
        try:
            _refuse(malformed)
            await self._apply_events(events, move_to=last)
        except (progress.CheckpointMoved, asyncio.CancelledError):
            raise
        except Exception as error:
            if isinstance(error, (OSError, TimeoutError)) or (
                isinstance(error, DBAPIError) and database.connection_lost(error)
            ):
                raise
            self._log.warning("batch failed, looking for the poison", error=repr(error)[:300])
            await self._one_by_one(sorted([*events, *malformed], key=lambda event: event.seq), move_to=last)
        self._seq = last
        now = self._clock.now()
        for event in events:
            metrics.EVENT_AGE_SECONDS.labels(self.subscription.name).observe(max((now - event.time).total_seconds(), 0))

    async def _apply_events(self, events: Sequence[Event], *, move_to: int | None) -> None:
        """One transaction: gate, effect, versions, checkpoint. Gaps are filled from the history and tried again."""
        name = self.subscription.name
        while True:
            async with self._engine.begin() as connection:
                passed = await self._gate(connection, events)
                if not passed.gaps:
                    await self._effect(connection, passed.apply)
                    await progress.remember(connection, name, passed.versions)
                    await progress.bury(connection, name, passed.parked, error="its aggregate is parked")
                    if move_to is not None:
                        await progress.advance(connection, name, epoch=self._epoch, old=self._seq, new=move_to)
                    metrics.CONSUMER_APPLIED.labels(name).inc(len(passed.apply))
                    return
            events = await self._filled(events, passed.gaps)

    async def _gate(self, connection: AsyncConnection, events: Sequence[Event]) -> Passed:
        name = self.subscription.name
        aggregates = {event.aggregate for event in events}
        versions = await progress.standing(connection, name, aggregates)
        return pass_gate(events, applied=versions, parked=await progress.parked_aggregates(connection, name))

    async def _effect(self, connection: AsyncConnection, events: Sequence[Event]) -> None:
        known = [event for event in events if event.message is not None]
        if known:
            await self.subscription.apply(connection, known)

    async def _filled(self, events: Sequence[Event], gaps: Sequence[Gap]) -> list[Event]:
        missing: list[Event] = []
        for gap in gaps:
            found = [event async for event in self._history(self.subscription, gap)]
            if len(found) != gap.last - gap.first + 1:
                raise StreamBroken(f"the history of {gap.aggregate} lacks versions {gap.first} to {gap.last}")
            missing.extend(found)
        return [*missing, *events]

    async def _one_by_one(self, events: Sequence[Event], *, move_to: int) -> None:
        """Apply each event in a savepoint of its own; the one that fails parks its aggregate and nothing else."""
        name = self.subscription.name
        async with self._engine.begin() as connection:
            for event in events:
                passed = await self._gate(connection, [event])
                if passed.gaps:
                    passed = await self._gate(connection, await self._filled([event], passed.gaps))
                await progress.bury(connection, name, passed.parked, error="its aggregate is parked")
                if passed.apply:
                    await self._try(connection, passed)
            await progress.advance(connection, name, epoch=self._epoch, old=self._seq, new=move_to)

    async def _try(self, connection: AsyncConnection, passed: Passed) -> None:
        name = self.subscription.name
        poison = passed.apply[-1]
        try:
            async with connection.begin_nested():
                _refuse([poison] if poison.type == MALFORMED else [])
                await self._effect(connection, passed.apply)
                await progress.remember(connection, name, passed.versions)
        except Exception as error:
            if isinstance(error, DBAPIError) and database.connection_lost(error):
                raise
            await progress.bury(connection, name, passed.apply, error=repr(error))
            await progress.park(connection, name, poison.aggregate, since=self._clock.now())
            metrics.CONSUMER_PARKED.labels(name).inc()
            self._log.error("aggregate parked", aggregate=poison.aggregate, error=repr(error)[:300])
            self._count_parking()

    def _count_parking(self) -> None:
        now = asyncio.get_running_loop().time()
        self._parkings = [*(at for at in self._parkings if now - at < _PARK_WINDOW_SECONDS), now]
        if len(self._parkings) > _PARK_LIMIT:
            raise Halted


MALFORMED = "malformed"


class PoisonFound(Exception):  # noqa: N818 - one event, not the consumer
    """The payload of an event cannot be read."""


def _refuse(malformed: Sequence[Event]) -> None:
    if malformed:
        raise PoisonFound(malformed[0].subject)


def _decoded(delivered: Sequence[Delivered]) -> tuple[list[Event], list[Event]]:
    events: list[Event] = []
    malformed: list[Event] = []
    for message in delivered:
        headers = message.headers
        kind = headers.get("ce-type", "")
        try:
            decoded = decode(kind, message.payload)
        except DecodeError:
            decoded = None
            kind = MALFORMED
        event = Event(
            id=headers.get("ce-id", ""),
            subject=message.subject,
            type=kind,
            aggregate=headers.get("ce-subject", ""),
            version=int(headers.get("ce-version", "0")),
            time=_instant(headers.get("ce-time", "")),
            payload=message.payload,
            message=decoded,
            seq=message.seq,
        )
        (malformed if kind == MALFORMED else events).append(event)
    return events, malformed


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.fromtimestamp(0, UTC)
