"""Where a consumer stands, in its own database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, Text, any_, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.consumer.event import Event, read_payload, time_told
from chassis.prepared import Prepared
from chassis.tables import applied, checkpoints, dead_letters, parked

_PARKED = select(parked.c.aggregate).where(parked.c.consumer == bindparam("of")).with_for_update(read=True)
_STANDING = Prepared(
    select(applied.c.aggregate, applied.c.version).where(
        applied.c.consumer == bindparam("of"), applied.c.aggregate == any_(bindparam("aggregates", type_=ARRAY(Text)))
    )
)
_REMEMBER = Prepared(
    text(
        "insert into applied (consumer, aggregate, version) "
        "select :of, a, v from unnest(cast(:aggregates as text[]), cast(:versions as bigint[])) as u(a, v) "
        "on conflict (consumer, aggregate) do update set version = excluded.version "
        "where applied.version < excluded.version"
    ).bindparams(
        bindparam("of", type_=Text),
        bindparam("aggregates", type_=ARRAY(Text)),
        bindparam("versions", type_=ARRAY(BigInteger)),
    )
)
_ADVANCE = Prepared(
    update(checkpoints)
    .where(
        checkpoints.c.consumer == bindparam("of"),
        checkpoints.c.epoch == bindparam("old_epoch"),
        checkpoints.c.seq == bindparam("old_seq"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("epoch", "seq", "event_seq", "event_id")})
    .returning(checkpoints.c.consumer)
)


class CheckpointMoved(Exception):  # noqa: N818 - the fence
    """Another replica moved the checkpoint; this one's work is rolled back."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event that was applied, and where in the stream it stood: by it a rewound stream is recognized."""

    seq: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a consumer stands: everything up to `seq` of this epoch is applied, the anchor last."""

    epoch: str
    seq: int
    anchor: Anchor | None = None

    def after(self, event: Event) -> "Place":
        """The place after an event of the stream. It never goes back: after a rewind old numbers come again."""
        anchor = Anchor(event.seq, event.id) if event.id else None
        return Place(self.epoch, max(self.seq, event.seq), anchor)


async def checkpoint(connection: AsyncConnection, consumer: str) -> Place | None:
    """Where the consumer stands; None for a new one."""
    row = (await connection.execute(select(checkpoints).where(checkpoints.c.consumer == consumer))).first()
    if row is None:
        return None
    anchor = None if row.event_id is None else Anchor(row.event_seq, row.event_id)
    return Place(row.epoch, row.seq, anchor)


async def start_at(connection: AsyncConnection, consumer: str, *, stream: str, place: Place) -> None:
    """Set the checkpoint: of a new consumer, in a new epoch, or where the stream now begins."""
    statement = insert(checkpoints).values(consumer=consumer, stream=stream, **_columns(place))
    await connection.execute(statement.on_conflict_do_update(index_elements=["consumer"], set_=_columns(place)))


async def advance(connection: AsyncConnection, consumer: str, old: Place, new: Place) -> Place:
    """Move the checkpoint; raises CheckpointMoved unless it stood where this reader left it."""
    moved_to = {f"new_{name}": value for name, value in _columns(new).items()}
    if not await _ADVANCE.rows(connection, of=consumer, old_epoch=old.epoch, old_seq=old.seq, **moved_to):
        raise CheckpointMoved
    return new


def _columns(place: Place) -> dict[str, Any]:
    seq, event_id = (place.anchor.seq, place.anchor.event_id) if place.anchor else (None, None)
    return {"epoch": place.epoch, "seq": place.seq, "event_seq": seq, "event_id": event_id}


async def standing(connection: AsyncConnection, consumer: str, aggregates: Collection[str]) -> dict[str, int]:
    """The version each of these aggregates was applied to."""
    rows = await _STANDING.rows(connection, of=consumer, aggregates=list(aggregates))
    return {row["aggregate"]: row["version"] for row in rows}


async def remember(connection: AsyncConnection, consumer: str, versions: Mapping[str, int]) -> None:
    """Keep the versions applied."""
    if versions:
        await _REMEMBER.rows(connection, of=consumer, aggregates=list(versions), versions=list(versions.values()))


async def parked_aggregates(connection: AsyncConnection, consumer: str) -> frozenset[str]:
    """The aggregates whose events wait for somebody to look.

    The rows are held until the transaction ends: a redrive that lifted one meanwhile would miss the event this
    transaction buries. Whoever asks for standings as well asks for them after this; and this begins the transaction,
    which what is prepared does not.
    """
    return frozenset((await connection.execute(_PARKED, {"of": consumer})).scalars())


async def park(connection: AsyncConnection, consumer: str, aggregate: str, *, since: datetime) -> None:
    """Stop an aggregate for this consumer."""
    values = {"consumer": consumer, "aggregate": aggregate, "since": since}
    await connection.execute(insert(parked).values(values).on_conflict_do_nothing())


async def bury(connection: AsyncConnection, consumer: str, events: Sequence[Event], *, error: str) -> None:
    """Keep events as dead letters, to be redriven in order."""
    rows = [
        {
            "consumer": consumer,
            "aggregate": event.aggregate,
            "version": event.version,
            "event_id": event.id,
            "subject": event.subject,
            "event_type": event.type,
            "payload": event.payload,
            "occurred": event.time,
            "error": error[:1000],
        }
        for event in events
    ]
    if rows:
        await connection.execute(insert(dead_letters).on_conflict_do_nothing(), rows)


class NotParked(Exception):  # noqa: N818 - told to the operator
    """No such aggregate waits for a redrive of this consumer."""


async def exhume(connection: AsyncConnection, consumer: str, aggregate: str) -> list[Event]:
    """Lift an aggregate's parking and take its dead letters back, oldest first; raises NotParked.

    The parking goes first: it waits for a consumer that buries one more letter at this moment.
    """
    lift = delete(parked).where(parked.c.consumer == consumer, parked.c.aggregate == aggregate)
    if (await connection.execute(lift)).rowcount == 0:
        raise NotParked(aggregate)
    where = (dead_letters.c.consumer == consumer, dead_letters.c.aggregate == aggregate)
    rows = (await connection.execute(select(dead_letters).where(*where).order_by(dead_letters.c.version))).all()
    await connection.execute(delete(dead_letters).where(*where))
    return [_letter(row) for row in rows]


def _letter(row: Row[Any]) -> Event:
    message, wrong = read_payload(row.event_type, bytes(row.payload))
    # Of an event whose own time could not be read, the head of its payload tells it.
    return Event(
        id=row.event_id,
        subject=row.subject,
        type=row.event_type,
        aggregate=row.aggregate,
        version=row.version,
        time=max(row.occurred, time_told(message)),
        payload=bytes(row.payload),
        message=message,
        unreadable=wrong or ("" if row.version > 0 else "no version"),
    )
