"""Noticing that a stream lost what it had acknowledged, and giving it back from the outbox and the event log."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.streaming.streams import StreamState

_LAST = text(
    "select stream_epoch, max(stream_seq) from ("
    "  select stream_epoch, stream_seq from outbox where published_at is not null"
    "  union all select stream_epoch, stream_seq from event_log) e group by stream_epoch"
)
# Rows of an older epoch, or beyond what the stream now holds, count as never published.
_FORGET = text(
    "update outbox set published_at = null, stream_epoch = null, stream_seq = null "
    "where published_at is not null and (stream_epoch is distinct from :epoch or stream_seq > :last)"
)
_TAKE_BACK = text(
    "with back as (delete from event_log where stream_epoch is distinct from :epoch or stream_seq > :last returning *) "
    "insert into outbox (id, event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, "
    "occurred, attempts, stopped) overriding system value select id, event_id, aggregate_type, aggregate_id, version, "
    "event_type, subject, payload, trace, occurred, 0, false from back"
)


async def reconcile(connection: AsyncConnection, state: StreamState) -> int:
    """Compare what was published with what the stream holds; how many events have to be published again."""
    published = (await connection.execute(_LAST)).all()
    whole = all(epoch == state.epoch and last <= state.last_seq for epoch, last in published)
    if whole:
        return 0
    parameters = {"epoch": state.epoch, "last": state.last_seq}
    forgotten = (await connection.execute(_FORGET, parameters)).rowcount
    taken_back = (await connection.execute(_TAKE_BACK, parameters)).rowcount
    return int(forgotten + taken_back)
