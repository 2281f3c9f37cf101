"""The relay: publishes what the outbox holds, each aggregate in order, until the stream acknowledged it.

One replica is active per database, by a session advisory lock on a connection of its own. The lock is no fence: a
paused holder may publish again, which the message id and the consumers' version gate absorb.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import nats.errors
from nats.js.errors import APIError, NoStreamResponseError
from sqlalchemy import DateTime, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import BigInteger, Text

from chassis import logs, metrics
from chassis.database import Kept, connected
from chassis.leadership import leadership
from chassis.prepared import Prepared, Row
from chassis.streaming import Client, streams
from chassis.streaming.batch import BatchRefused, Outgoing, publish_batch
from chassis.streaming.refill import note_rewind, reconcile
from chassis.tables import outbox
from kernel.time import Clock

BATCH = 500
GROUPS = 64
# For fewer a batch costs the server more than it saves: it keeps each batch apart until all of it is there.
FEWEST_TOGETHER = 16
# What another replica commits is found by looking; whoever commits in this process wakes the relay.
POLL_SECONDS = 0.15
# So long it waits for more after the first commit: in a busy second the events of many go out together.
GATHER_SECONDS = 0.005
# So often it sees that the stream still holds what was published.
CHECK_SECONDS = 30.0
_ACK_SECONDS = 5.0
_TRANSIENT = (nats.errors.TimeoutError, nats.errors.NoRespondersError, NoStreamResponseError, TimeoutError, OSError)
_MARK = Prepared(
    text(
        "with marked as ("
        "update outbox o set published_at = :now, stream_epoch = :epoch, stream_seq = m.seq, last_error = null "
        "from unnest(cast(:ids as bigint[]), cast(:seqs as bigint[])) as m(id, seq) where o.id = m.id) "
        "insert into published (stream, epoch, seq) values (:stream, :epoch, :highest) on conflict (stream) do update "
        "set epoch = excluded.epoch, seq = case when published.epoch = excluded.epoch "
        "then greatest(published.seq, excluded.seq) else excluded.seq end"
    ).bindparams(
        bindparam("ids", type_=ARRAY(BigInteger)),
        bindparam("seqs", type_=ARRAY(BigInteger)),
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("epoch", type_=Text),
        bindparam("stream", type_=Text),
        bindparam("highest", type_=BigInteger),
    )
)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A row of the outbox that the stream holds: where, and whether it held it already."""

    id: int
    seq: int
    known: bool


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
        """`engine` is the engine of background work; `woken` is set by whoever commits in this process."""
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
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Relay for ever; a lost lock, database or stream is taken up again after a pause."""
        pause = 0.1
        while True:
            try:
                async with leadership(self._engine, "relay") as lock:
                    if lock is not None:
                        pause = 0.1
                        await self._lead(lock)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever happens to one round
                metrics.BACKGROUND_PAUSES.labels("relay").inc()
                self._log.warning("relay pauses", error=repr(error)[:300])
                pause = min(pause * 2, 5.0)
            await asyncio.sleep(max(pause, 0.5))

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
            rows = await _UNPUBLISHED.rows(connection)
            if not rows:
                return 0
            published = await self._publish(connection, rows)
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
        state = await streams.apply(self._client, self._declaration)
        refilled = await reconcile(self._engine, state, declaration=self._declaration, now=self._clock.now())
        if refilled:
            metrics.STREAM_REFILLS.labels(self._service).inc()
            self._log.error("stream was lost or rewound; refilling", stream=self._service, events=refilled)
        self._epoch, self._highest, self._takes_batches = state.epoch, state.last_seq, state.takes_batches

    async def _lead(self, lock: AsyncConnection) -> None:
        checked = -self._check_seconds
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            if loop.time() - checked >= self._check_seconds:
                await lock.exec_driver_sql("select 1")
                await self.check_stream()
                checked = loop.time()
            async with self._batch:
                published = await self.publish_once()
            if published == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
                    await asyncio.sleep(GATHER_SECONDS)

    async def _publish(self, connection: AsyncConnection, rows: Sequence[Row]) -> list[Acknowledged]:
        """All in one batch, in the order of their ids; where the stream takes none of it, each aggregate by itself."""
        if self._takes_batches and len(rows) >= FEWEST_TOGETHER:
            with contextlib.suppress(BatchRefused):
                return await self._publish_together(rows)
        return await self._publish_apart(connection, rows)

    async def _publish_together(self, rows: Sequence[Row]) -> list[Acknowledged]:
        try:
            first = await publish_batch(self._client, [_outgoing(row) for row in rows], within=_ACK_SECONDS)
        except _TRANSIENT:
            metrics.PUBLISH_FAILURES.labels(self._service).inc()
            raise
        metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(rows))
        return [Acknowledged(row["id"], seq, known=False) for seq, row in enumerate(rows, start=first)]

    async def _publish_apart(self, connection: AsyncConnection, rows: Sequence[Row]) -> list[Acknowledged]:
        groups: dict[tuple[str, UUID], list[Row]] = {}
        for row in rows:  # in the order of their ids, which within an aggregate is that of its versions
            groups.setdefault((row["aggregate_type"], row["aggregate_id"]), []).append(row)
        outcomes = await asyncio.gather(*(self._publish_aggregate(connection, group) for group in groups.values()))
        published = [place for outcome in outcomes for place in outcome]
        if not published:
            raise nats.errors.TimeoutError
        return published

    async def _publish_aggregate(self, connection: AsyncConnection, rows: list[Row]) -> list[Acknowledged]:
        """Publish one aggregate's events one after another; what was acknowledged before the first failure."""
        acknowledged: list[Acknowledged] = []
        async with self._places:
            for row in rows:
                try:
                    message = _outgoing(row)
                    ack = await self._js.publish(message.subject, message.payload, headers=dict(message.headers))
                except _TRANSIENT:
                    metrics.PUBLISH_FAILURES.labels(self._service).inc()
                    break
                except (nats.errors.MaxPayloadError, APIError) as error:
                    if not _final(error):
                        metrics.PUBLISH_FAILURES.labels(self._service).inc()
                        break
                    await self._stop(connection, row, error)
                    break
                acknowledged.append(Acknowledged(row["id"], ack.seq, bool(ack.duplicate)))
        metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(acknowledged))
        return acknowledged

    async def _mark(self, connection: AsyncConnection, published: list[Acknowledged]) -> None:
        now: datetime = self._clock.now()
        ids, seqs = [each.id for each in published], [each.seq for each in published]
        self._highest = max(self._highest, *seqs)
        await _MARK.rows(
            connection, now=now, epoch=self._epoch, ids=ids, seqs=seqs, stream=self._service, highest=self._highest
        )

    async def _stop(self, connection: AsyncConnection, row: Row, error: Exception) -> None:
        """The stream will never take this event: its aggregate stops, the others go on, somebody is told."""
        metrics.AGGREGATES_STOPPED.labels(self._service).inc()
        self._log.error(
            "aggregate stopped", aggregate=f"{row['aggregate_type']}/{row['aggregate_id']}", error=str(error)[:200]
        )
        statement = update(outbox).where(outbox.c.id == row["id"])
        await connection.execute(statement.values(stopped=True, last_error=str(error)[:500]))


_stopped = outbox.alias("s")
_UNPUBLISHED = Prepared(
    select(outbox)
    .where(
        outbox.c.published_at.is_(None),
        ~select(_stopped.c.id).where(_stopped.c.stopped, _stopped.c.aggregate_id == outbox.c.aggregate_id).exists(),
    )
    .order_by(outbox.c.id)
    .limit(BATCH)
)


def _final(error: Exception) -> bool:
    """Whether the stream refuses this very message, now and for ever (too large), and not its present state."""
    return isinstance(error, nats.errors.MaxPayloadError) or getattr(error, "err_code", 0) == _TOO_LARGE


_TOO_LARGE = 10054


def _outgoing(row: Row) -> Outgoing:
    """The message with its id, and the CloudEvents attributes (binary mode)."""
    event_id = str(row["event_id"])
    headers = {
        "Nats-Msg-Id": event_id,
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": row["event_type"],
        "ce-source": "/millrace",
        "ce-time": row["occurred"].isoformat(),
        "ce-subject": f"{row['aggregate_type']}/{row['aggregate_id']}",
        "ce-version": str(row["version"]),
    }
    if row["trace"]:
        headers["traceparent"] = row["trace"]
    return Outgoing(row["subject"], bytes(row["payload"]), headers)
