"""Where a consumer stands, in its own database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.consumer.event import Event
from chassis.tables import applied, checkpoints, dead_letters, parked

_UPSERT_APPLIED = text(
    "insert into applied (consumer, aggregate, version) "
    "select :consumer, a, v from unnest(cast(:aggregates as text[]), cast(:versions as bigint[])) as u(a, v) "
    "on conflict (consumer, aggregate) do update set version = excluded.version "
    "where applied.version < excluded.version"
)


class CheckpointMoved(Exception):  # noqa: N818 - the fence
    """Another replica moved the checkpoint; this one's work is rolled back."""


async def checkpoint(connection: AsyncConnection, consumer: str) -> tuple[str, int] | None:
    """The epoch and sequence the consumer stands at; None for a new one."""
    statement = select(checkpoints.c.epoch, checkpoints.c.seq).where(checkpoints.c.consumer == consumer)
    row = (await connection.execute(statement)).first()
    return (row.epoch, row.seq) if row else None


async def start_at(connection: AsyncConnection, consumer: str, *, stream: str, epoch: str, seq: int) -> None:
    """Set the checkpoint: of a new consumer, or in a new epoch."""
    values = {"consumer": consumer, "stream": stream, "epoch": epoch, "seq": seq}
    statement = insert(checkpoints).values(values)
    changed = {"epoch": statement.excluded.epoch, "seq": statement.excluded.seq}
    await connection.execute(statement.on_conflict_do_update(index_elements=["consumer"], set_=changed))


async def advance(connection: AsyncConnection, consumer: str, *, epoch: str, old: int, new: int) -> None:
    """Move the checkpoint; raises CheckpointMoved unless it stood where this reader left it."""
    where = (checkpoints.c.consumer == consumer, checkpoints.c.epoch == epoch, checkpoints.c.seq == old)
    moved = await connection.execute(update(checkpoints).where(*where).values(seq=new))
    if moved.rowcount != 1:
        raise CheckpointMoved


async def standing(connection: AsyncConnection, consumer: str, aggregates: Collection[str]) -> dict[str, int]:
    """The version each of these aggregates was applied to."""
    statement = select(applied.c.aggregate, applied.c.version).where(
        applied.c.consumer == consumer, applied.c.aggregate == text("any(cast(:aggregates as text[]))")
    )
    rows = await connection.execute(statement, {"aggregates": list(aggregates)})
    return {row.aggregate: row.version for row in rows}


async def remember(connection: AsyncConnection, consumer: str, versions: Mapping[str, int]) -> None:
    """Keep the versions applied."""
    if versions:
        parameters = {"consumer": consumer, "aggregates": list(versions), "versions": list(versions.values())}
        await connection.execute(_UPSERT_APPLIED, parameters)


async def parked_aggregates(connection: AsyncConnection, consumer: str) -> frozenset[str]:
    """The aggregates whose events wait for somebody to look."""
    rows = await connection.execute(select(parked.c.aggregate).where(parked.c.consumer == consumer))
    return frozenset(rows.scalars())


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


async def exhume(connection: AsyncConnection, consumer: str, aggregate: str) -> list[Event]:
    """Take an aggregate's dead letters back, oldest first, and lift its parking."""
    from chassis.consumer.event import decode  # noqa: PLC0415 - only a redrive decodes here

    where = (dead_letters.c.consumer == consumer, dead_letters.c.aggregate == aggregate)
    rows = (await connection.execute(select(dead_letters).where(*where).order_by(dead_letters.c.version))).all()
    await connection.execute(delete(dead_letters).where(*where))
    await connection.execute(delete(parked).where(parked.c.consumer == consumer, parked.c.aggregate == aggregate))
    return [
        Event(
            id=row.event_id,
            subject=row.subject,
            type=row.event_type,
            aggregate=row.aggregate,
            version=row.version,
            time=row.occurred,
            payload=bytes(row.payload),
            message=decode(row.event_type, bytes(row.payload)),
        )
        for row in rows
    ]
