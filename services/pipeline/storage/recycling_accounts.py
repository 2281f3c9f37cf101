"""Accounts whose recycling clock comes to something, those a round meets, and how many are alike."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from chassis.work import Read
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_recycling import RecycleRule
from services.pipeline.storage.account_clocks import rests_from_json
from services.pipeline.storage.account_rows import from_row
from services.pipeline.storage.account_tables import ACCOUNTS
from trade.pools.rehearsal import Alike

# Held until the transaction ends: whoever changes one of them meanwhile waits, and is not overtaken.
_DUE = select(ACCOUNTS).order_by(ACCOUNTS.c.recycle_next, ACCOUNTS.c.uuid).with_for_update(skip_locked=True)
_OWNED = ACCOUNTS.c.owner.is_not(None) & ACCOUNTS.c.delete_time.is_(None)
_ALIKE = text(
    "select recycling ->> 'kind' as kind, team, "
    "(cast(recycling ->> 'start' as timestamptz) at time zone :zone)::date as start, "
    "(select jsonb_agg(jsonb_build_array(mark ->> 0, (cast(mark ->> 2 as timestamptz) at time zone :zone)::date) "
    "order by place) from jsonb_array_elements(recycling -> 'marks') with ordinality as m(mark, place)) as marks, "
    "recycling -> 'rests' as rests, recycling ->> 'warned_of' is not null as warned, count(*) as count "
    "from accounts where owner is not null and delete_time is null and recycling is not null "
    "and recycling ->> 'held' is null and cast(recycling ->> 'fitted' as boolean) group by 1, 2, 3, 4, 5, 6"
)


async def take_due(read: Read, *, most: int) -> Sequence[Account]:
    """At most so many accounts that are due by now; nobody else gets them until the transaction ends."""
    statement = _DUE.where(ACCOUNTS.c.recycle_next <= read.now).limit(most)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def owned_after(read: Read, after: UUID | None, most: int) -> Sequence[Account]:
    """At most so many live accounts of somebody that follow one, by their ids."""
    statement = select(ACCOUNTS).where(_OWNED).order_by(ACCOUNTS.c.uuid).limit(most)
    if after is not None:
        statement = statement.where(ACCOUNTS.c.uuid > after)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def accounts_alike(read: Read, *, zone: ZoneInfo) -> Sequence[Alike[RecycleRule]]:
    """Every owned account with which nothing is open, with those of the same kind, team and days of the zone."""
    return [_alike(row) for row in (await read.connection.execute(_ALIKE, {"zone": zone.key})).mappings()]


def _alike(row: Mapping[str, Any] | Any) -> Alike[RecycleRule]:
    return Alike(
        kind=row["kind"],
        team=row["team"],
        start=row["start"],
        marks=tuple((RecycleRule(rule), date.fromisoformat(day)) for rule, day in row["marks"] or ()),
        rests=rests_from_json(row["rests"]),
        warned=row["warned"],
        count=row["count"],
    )
