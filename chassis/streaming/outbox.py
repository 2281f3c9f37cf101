"""The outbox as the relay has it: what waits, what was acknowledged, what failed, and the message of a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from chassis.prepared import Prepared, Row
from chassis.streaming.batch import Outgoing
from chassis.tables import outbox

# So many rows are read, and published, at once (ADR 69).
BATCH = 500
_ERROR_LENGTH = 500

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


_NOTE = Prepared(
    text(
        "update outbox o set attempts = o.attempts + 1, last_error = f.error "
        "from unnest(cast(:ids as bigint[]), cast(:errors as text[])) as f(id, error) where o.id = f.id"
    ).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("errors", type_=ARRAY(Text)))
)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A row of the outbox that the stream holds: where, and whether it held it already."""

    id: int
    seq: int
    known: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A row of the outbox that the stream did not acknowledge, and why."""

    row: Row
    error: Exception

    @property
    def aggregate(self) -> str:
        """`lead/{uuid}`."""
        return f"{self.row['aggregate_type']}/{self.row['aggregate_id']}"

    @property
    def reason(self) -> str:
        """What the stream said; its errors do not tell that in their `repr`."""
        return f"{type(self.error).__name__}: {self.error}"


async def unpublished(connection: AsyncConnection) -> list[Row]:
    """The first rows that wait, in the order of their ids, without aggregates that are stopped."""
    return await _UNPUBLISHED.rows(connection)


async def mark(
    connection: AsyncConnection,
    published: Sequence[Acknowledged],
    *,
    stream: str,
    epoch: str,
    highest: int,
    now: datetime,
) -> None:
    """Keep where the stream holds them, and how far it has acknowledged."""
    ids, seqs = [each.id for each in published], [each.seq for each in published]
    await _MARK.rows(connection, now=now, epoch=epoch, ids=ids, seqs=seqs, stream=stream, highest=highest)


async def note(connection: AsyncConnection, failed: Sequence[Failed]) -> None:
    """Count that these were tried once more, and keep what they met."""
    errors = [each.reason[:_ERROR_LENGTH] for each in failed]
    await _NOTE.rows(connection, ids=[each.row["id"] for each in failed], errors=errors)


async def stop(connection: AsyncConnection, failed: Failed) -> None:
    """The stream will never take this event: nothing of its aggregate is published any more."""
    values = {"stopped": True, "attempts": outbox.c.attempts + 1, "last_error": failed.reason[:_ERROR_LENGTH]}
    await connection.execute(update(outbox).where(outbox.c.id == failed.row["id"]).values(values))


def outgoing(row: Row) -> Outgoing:
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
