"""Noticing that a stream lost what it had acknowledged, and giving it back from the outbox and the event log.

One row, `published`, tells how far the stream has acknowledged: to ask the whole history every half a minute took ever
longer, until the statement was cancelled and nothing was published any more.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.streaming.streams import Declaration, StreamState
from chassis.tables import published

# So many places of the log are looked through in one statement, whatever of them was lost.
_WINDOW = 20_000
_FIRST = text(
    "select least((select min(id) from outbox), (select min(id) from event_log where occurred >= :month)), "
    "greatest((select max(id) from outbox), (select max(id) from event_log where occurred >= :month))"
)
_LOST = (
    "id > :low and id <= :high and occurred >= :since and published_at is not null "
    "and (stream_epoch is distinct from :epoch or stream_seq > :after)"
)
_FORGET = text(f"update outbox set published_at = null, stream_epoch = null, stream_seq = null where {_LOST}")  # noqa: S608 - our own text
_TAKE_BACK = text(
    f"with back as (delete from event_log where {_LOST} returning *) "  # noqa: S608 - our own text
    "insert into outbox (id, event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, "
    "occurred, attempts, stopped) overriding system value select id, event_id, aggregate_type, aggregate_id, version, "
    "event_type, subject, payload, trace, occurred, 0, false from back"
)


async def reconcile(engine: AsyncEngine, state: StreamState, *, declaration: Declaration, now: datetime) -> int:
    """Compare what was published with what the stream holds; how many events have to be published again.

    Only what the stream would still keep is given back: it is sized for its age, and full it takes nothing more. The
    row is set right at the end, so that a refill cut short goes on with the next look.
    """
    async with engine.connect() as connection:
        row = (await connection.execute(select(published).where(published.c.stream == declaration.name))).first()
    if row is None:
        return 0
    same = row.epoch == state.epoch
    if same and row.refill_after is None and row.seq <= state.last_seq:
        return 0
    after = state.last_seq if row.refill_after is None else min(row.refill_after, state.last_seq)
    since = now - timedelta(days=declaration.max_age_days)
    given_back = await _give_back(engine, epoch=state.epoch, after=after, since=since)
    async with engine.begin() as connection:
        values = {"epoch": state.epoch, "seq": state.last_seq, "refill_after": None}
        await connection.execute(update(published).where(published.c.stream == declaration.name).values(values))
    return given_back


async def note_rewind(connection: AsyncConnection, declaration: Declaration, *, after: int) -> None:
    """Keep that what the stream held after this place is lost, until all of it is given back."""
    statement = update(published).where(published.c.stream == declaration.name)
    await connection.execute(statement.values(refill_after=after))


async def _give_back(engine: AsyncEngine, *, epoch: str, after: int, since: datetime) -> int:
    """Let everything lost count as never published; how much it was. Window by window, each committed by itself."""
    month = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    async with engine.connect() as connection:
        first, last = (await connection.execute(_FIRST, {"month": month})).one()
    given_back = 0
    for low in range((first or 1) - 1, last or 0, _WINDOW):
        window = {"low": low, "high": low + _WINDOW, "since": since, "epoch": epoch, "after": after}
        async with engine.begin() as connection:
            given_back += (await connection.execute(_FORGET, window)).rowcount
            given_back += (await connection.execute(_TAKE_BACK, window)).rowcount
    return given_back
