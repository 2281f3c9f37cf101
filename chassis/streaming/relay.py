"""The relay: publishes what the outbox holds, each aggregate in order, until the stream acknowledged it.

One replica is active per database, by a session advisory lock on a connection of its own. The lock is no fence: a
paused holder may publish again, which the message id and the consumers' version gate absorb.
"""

import asyncio
import contextlib
import math
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import nats.errors
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import logs, metrics
from chassis.backoff import BackOff
from chassis.database import Kept, connected
from chassis.leadership import leadership
from chassis.prepared import Row
from chassis.streaming import Client, streams
from chassis.streaming.batch import BatchRefused, publish_batch
from chassis.streaming.outbox import Acknowledged, Failed, mark, note, outgoing, stop, unpublished
from chassis.streaming.refill import note_rewind, reconcile
from kernel.time import Clock

GROUPS = 64
# For fewer a batch costs the server more than it saves: it keeps each batch apart until all of it is there.
FEWEST_TOGETHER = 16
# What another replica commits is found by looking, also when idle (ADR 69); whoever commits in this process wakes us.
POLL_SECONDS = 0.15
# So long it waits for more after the first commit: in a busy second the events of many go out together.
GATHER_SECONDS = 0.005
# So often it sees that the stream still holds what was published.
CHECK_SECONDS = 30.0
_ACK_SECONDS = 5.0
# So often a replica that does not lead looks whether it may.
_STANDBY_SECONDS = 0.5
_FAILURES = (nats.errors.Error, TimeoutError, OSError)
_UNREACHABLE = (*_FAILURES, streams.StreamRefused, streams.StreamDrift)


class Relay:
    """Moves committed events of one service to its stream."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        client: Client,
        declaration: streams.Declaration,
        clock: Clock,
        woken: asyncio.Event | None = None,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        """`engine` is the engine of background work; `woken` is set by whoever commits in this process.

        `drift` tells what stands otherwise than declared in the stream, while nothing is published for it.
        """
        self._engine = engine
        self._kept = Kept(engine.execution_options(isolation_level="AUTOCOMMIT"), most=1)
        self._client = client
        self._js = client.jetstream(timeout=_ACK_SECONDS)
        self._declaration = declaration
        self._clock = clock
        self._service = declaration.name
        self._epoch = ""
        self._highest = 0
        self._takes_batches = False
        self._woken = woken or asyncio.Event()
        self._check_seconds = check_seconds
        self._batch = asyncio.Lock()
        self._places = asyncio.Semaphore(GROUPS)
        self._back_off = BackOff(shortest=0.1, longest=5.0)
        self.drift = ""
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Relay for ever; a lost lock, database or stream is taken up again after a pause."""
        while True:
            try:
                async with leadership(self._engine, "relay") as lock:
                    if lock is not None:
                        await self._lead(lock)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever happens to one round
                self._tell_drift("")  # whoever leads next tells it
                await self._pause(error)
            else:
                await asyncio.sleep(_STANDBY_SECONDS)

    async def close(self) -> None:
        """Give back the connection that is kept at hand, when nothing is published any more."""
        await self._kept.close()

    async def finish(self) -> None:
        """Wait until the batch that is being published is marked, and let none begin: for the graceful stop."""
        await self._batch.acquire()

    async def drain(self) -> int:
        """Publish until nothing is left; how many. For tests."""
        total = 0
        while published := await self.publish_once():
            total += published
        return total

    async def publish_once(self) -> int:
        """Publish one batch; how many events were acknowledged."""
        if not self._epoch:
            await self.check_stream()
        async with connected(self._kept) as connection:
            rows = await unpublished(connection)
            if not rows:
                return 0
            published = await self._publish(connection, rows)
            if not published:
                return 0
            lost_from = min((each.seq for each in published if not each.known), default=self._highest + 1)
            if lost_from > self._highest:
                await self._mark(connection, published)
                return len(published)
            # A number given out twice: the store was restored from an older copy, and what it held since is gone.
            await note_rewind(connection, self._declaration, after=lost_from - 1)
        await self.check_stream()
        return await self.publish_once()

    async def check_stream(self) -> None:
        """See that the stream stands and holds what was published; refill it when it does not."""
        try:
            state = await streams.apply(self._client, self._declaration)
        except streams.StreamDrift as drift:
            self._tell_drift(str(drift))
            raise
        self._tell_drift("")
        refilled = await reconcile(self._engine, state, declaration=self._declaration, now=self._clock.now())
        if refilled:
            metrics.STREAM_REFILLS.labels(self._service).inc()
            self._log.error("stream was lost or rewound; refilling", stream=self._service, events=refilled)
        self._epoch, self._highest, self._takes_batches = state.epoch, state.last_seq, state.takes_batches

    def _tell_drift(self, drift: str) -> None:
        if drift and drift != self.drift:
            self._log.error("the stream stands otherwise than declared, and nothing is published", drift=drift)
        self.drift = drift
        metrics.STREAM_DRIFTED.labels(self._service).set(bool(drift))

    async def _lead(self, lock: AsyncConnection) -> None:
        checked = -math.inf
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            check = loop.time() - checked >= self._check_seconds
            if check:
                await lock.exec_driver_sql("select 1")
                checked = loop.time()
            try:
                published = await self._round(check=check)
            except _UNREACHABLE as error:  # the lock is kept: another replica would meet the same
                checked = -math.inf
                await self._pause(error)
                continue
            self._back_off.succeeded()
            if published == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
                    await asyncio.sleep(GATHER_SECONDS)

    async def _round(self, *, check: bool) -> int:
        if check:
            await self.check_stream()
        async with self._batch:
            return await self.publish_once()

    async def _pause(self, error: Exception) -> None:
        metrics.BACKGROUND_PAUSES.labels("relay").inc()
        self._log.warning("relay pauses", error=f"{type(error).__name__}: {error}"[:300])
        await asyncio.sleep(self._back_off.failed())

    async def _publish(self, connection: AsyncConnection, rows: Sequence[Row]) -> list[Acknowledged]:
        """All in one batch, in the order of their ids; where the stream takes none of it, each aggregate by itself."""
        if self._takes_batches and len(rows) >= FEWEST_TOGETHER:
            with contextlib.suppress(BatchRefused):
                return await self._publish_together(connection, rows)
        return await self._publish_apart(connection, rows)

    async def _publish_together(self, connection: AsyncConnection, rows: Sequence[Row]) -> list[Acknowledged]:
        try:
            first = await publish_batch(self._client, [outgoing(row) for row in rows], within=_ACK_SECONDS)
        except _FAILURES as error:
            await self._note(connection, [Failed(row, error) for row in rows])
            raise
        metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(rows))
        return [Acknowledged(row["id"], seq, known=False) for seq, row in enumerate(rows, start=first)]

    async def _publish_apart(self, connection: AsyncConnection, rows: Sequence[Row]) -> list[Acknowledged]:
        """What was acknowledged; raises what the first failure was where nothing was, and something may be later."""
        groups: dict[tuple[str, UUID], list[Row]] = {}
        for row in rows:  # in the order of their ids, which within an aggregate is that of its versions
            groups.setdefault((row["aggregate_type"], row["aggregate_id"]), []).append(row)
        outcomes = await asyncio.gather(*(self._publish_aggregate(group) for group in groups.values()))
        published = [place for acknowledged, _ in outcomes for place in acknowledged]
        failed = [failure for _, failure in outcomes if failure is not None]
        if failed:
            await self._note(connection, failed)
        passing = [each.error for each in failed if not _final(each.error)]
        if passing and not published:
            raise passing[0]
        return published

    async def _publish_aggregate(self, rows: list[Row]) -> tuple[list[Acknowledged], Failed | None]:
        """Publish one aggregate's events one after another; what was acknowledged before the first failure, and it."""
        acknowledged: list[Acknowledged] = []
        failed = None
        async with self._places:
            for row in rows:
                try:
                    message = outgoing(row)
                    ack = await self._js.publish(message.subject, message.payload, headers=dict(message.headers))
                except _FAILURES as error:
                    failed = Failed(row, error)
                    break
                acknowledged.append(Acknowledged(row["id"], ack.seq, bool(ack.duplicate)))
        metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(acknowledged))
        return acknowledged, failed

    async def _mark(self, connection: AsyncConnection, published: Sequence[Acknowledged]) -> None:
        self._highest = max(self._highest, *(each.seq for each in published))
        now: datetime = self._clock.now()
        await mark(connection, published, stream=self._service, epoch=self._epoch, highest=self._highest, now=now)

    async def _note(self, connection: AsyncConnection, failed: Sequence[Failed]) -> None:
        """What the stream will never take stops its aggregate, and somebody is told; the rest is tried again."""
        again = [each for each in failed if not _final(each.error)]
        if again:
            metrics.PUBLISH_FAILURES.labels(self._service).inc(len(again))
            await note(connection, again)
        for each in failed:
            if _final(each.error):
                metrics.AGGREGATES_STOPPED.labels(self._service).inc()
                self._log.error("aggregate stopped", aggregate=each.aggregate, error=each.reason[:200])
                await stop(connection, each)


def _final(error: Exception) -> bool:
    """Whether the stream refuses this very message, now and for ever (too large), and not its present state."""
    return isinstance(error, nats.errors.MaxPayloadError) or getattr(error, "err_code", 0) == _TOO_LARGE


_TOO_LARGE = 10054
