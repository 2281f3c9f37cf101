"""The history a producer keeps of its own events: served to whoever repairs, begins or rebuilds, and kept for ever."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from millrace.events.v1.event_log_pb2 import (
    LoggedEvent,
    ReadAggregatesRequest,
    ReadAggregatesResponse,
    ReadEventsRequest,
)
from sqlalchemy import Select, Table, literal_column, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.database import driver
from chassis.rpc.call import Call
from chassis.tables import event_log, outbox

_PAGE = 1000
_LARGEST = 1_000_000  # bytes of payload in one page
_MOVES = 40
_FIRST = str(UUID(int=0))
_KEPT_IN_OUTBOX = timedelta(days=1)
# The application may not make tables; the owner lends it this one step (chassis/roles.py).
_PARTITION = text("select create_event_log_partition(:month)")
_MOVE = text(
    "with moved as (delete from outbox where id in (select id from outbox where published_at < :before order by id "
    "limit :limit) returning id, event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, "
    "occurred, published_at, stream_epoch, stream_seq) insert into event_log select * from moved"
)
_TOLD = (
    "(select id, event_id, aggregate_id, version, event_type, subject, payload from {table} where aggregate_type = $1 "
    "and (aggregate_id, version) > ($2, $3) and published_at is not null order by aggregate_id, version limit $4)"
)
# An event that is moved from the one to the other keeps its place among its aggregate's: no page misses it.
_AGGREGATES = f"{_TOLD.format(table='outbox')} union all {_TOLD.format(table='event_log')} order by 3, 4 limit $4"


class EventLogServicer:
    """Serves `EventLogService` of one producer."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Reads in autocommit."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def ReadEvents(self, request: ReadEventsRequest, call: Call) -> AsyncIterator[LoggedEvent]:
        """Stream the log, page by page, so that memory stays flat whatever its length."""
        del call
        after, left = request.after_place, request.limit or None
        while left is None or left > 0:
            size = _PAGE if left is None else min(_PAGE, left)
            async with self._engine.connect() as connection:
                rows = (await connection.execute(_page(request, after, size))).all()
            for row in rows:
                yield LoggedEvent(
                    place=row.id,
                    event_id=str(row.event_id),
                    subject=row.subject,
                    type=row.event_type,
                    payload=bytes(row.payload),
                    aggregate=f"{row.aggregate_type}/{row.aggregate_id}",
                    version=row.version,
                )
            if len(rows) < size:
                return
            after = rows[-1].id
            left = None if left is None else left - len(rows)

    async def ReadAggregates(self, request: ReadAggregatesRequest, call: Call) -> AsyncIterator[ReadAggregatesResponse]:
        """Stream the log aggregate by aggregate: an index tells that order, so nothing is sorted."""
        del call
        kind, after = request.aggregate_type, (UUID(request.after_uuid or _FIRST), request.after_version)
        while True:
            async with self._engine.connect() as connection:
                rows = await driver(connection).fetch(_AGGREGATES, kind, *after, _PAGE)
            for page in _pages(rows, kind):
                yield page
            if len(rows) < _PAGE:
                return
            after = rows[-1]["aggregate_id"], rows[-1]["version"]


def _pages(rows: Sequence[Any], kind: str) -> Iterator[ReadAggregatesResponse]:
    """Rows as pages that fit into a message."""
    page, size = ReadAggregatesResponse(), 0
    for place, event_id, uuid, version, event_type, subject, payload in rows:
        if page.events and size + len(payload) > _LARGEST:
            yield page
            page, size = ReadAggregatesResponse(), 0
        size += len(payload)
        page.events.add(
            place=place,
            event_id=str(event_id),
            subject=subject,
            type=event_type,
            payload=payload,
            aggregate=f"{kind}/{uuid}",
            version=version,
        )
    if page.events:
        yield page


def _page(request: ReadEventsRequest, after: int, size: int) -> Select[tuple[object, ...]]:
    parts = [_part(table, request, after).limit(size) for table in (outbox, event_log)]
    both = union_all(*(part.order_by(literal_column("id")).subquery().select() for part in parts)).subquery()
    return select(both).order_by(both.c.id).limit(size)


def _part(table: Table, request: ReadEventsRequest, after: int) -> Select[tuple[object, ...]]:
    """What of one table is asked for. An aggregate is read whole; the log only as far as it was published."""
    names = ("id", "event_id", "aggregate_type", "aggregate_id", "version", "event_type", "subject", "payload")
    statement = select(*(table.c[name] for name in names)).where(table.c.id > after)
    if request.aggregate:
        kind, _, uuid = request.aggregate.partition("/")
        return statement.where(
            table.c.aggregate_type == kind,
            table.c.aggregate_id == UUID(uuid),
            table.c.version >= request.from_version,
        )
    if request.subject_prefixes:
        prefixes = (table.c.subject.startswith(prefix, autoescape=True) for prefix in request.subject_prefixes)
        statement = statement.where(or_(*prefixes))
    return statement.where(table.c.published_at.is_not(None))


async def archive(connection: AsyncConnection, *, now: datetime, limit: int = 5000) -> int:
    """Move events published more than a day ago from the outbox to the log, `limit` at a time; how many.

    All that is due, or a busy day would grow the outbox for ever; but never so much that one transaction takes minutes.
    """
    before = now - _KEPT_IN_OUTBOX
    oldest = await connection.scalar(select(outbox.c.occurred).where(outbox.c.published_at < before).limit(1))
    if oldest is None:
        return 0
    months: Select[Any] = select(literal_column("date_trunc('month', occurred at time zone 'UTC')")).select_from(outbox)
    rows = await connection.execute(months.where(outbox.c.published_at < before).distinct())
    for month in rows.scalars().all():
        await create_partition(connection, month.replace(tzinfo=UTC))
    moved = 0
    for _ in range(_MOVES):
        some = (await connection.execute(_MOVE, {"before": before, "limit": limit})).rowcount
        moved += some
        if some < limit:
            break
    return moved


async def create_partition(connection: AsyncConnection, month: datetime) -> None:
    """The partition of one month, if it is not there yet."""
    await connection.execute(_PARTITION, {"month": month})
