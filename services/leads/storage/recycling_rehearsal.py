"""Counting the leads that are alike to recycling clocks, for rules that are tried out."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import text

from chassis.work import Read
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.recycling import RecycleRule, days_of
from services.leads.storage.recycling_clocks import rests_from_json
from trade.pools.rehearsal import Alike

_STATES = ", ".join(f"'{state.value}'" for state in OPEN_STATES)
_ALIKE = text(
    "select l.grade as kind, l.team, (cast(l.recycling ->> 'start' as timestamptz) at time zone :zone)::date as start, "  # noqa: S608 - our own names
    "(cast(l.recycling -> 'extended' ->> 1 as timestamptz) at time zone :zone)::date as extended, "
    "l.recycling -> 'rests' as rests, l.recycling ->> 'warned_of' is not null as warned, count(*) as count "
    f"from leads l where l.owner is not null and l.recycling is not null and l.state in ({_STATES}) "
    "group by 1, 2, 3, 4, 5, 6"
)


async def leads_alike(read: Read, *, zone: ZoneInfo) -> Sequence[Alike[RecycleRule]]:
    """Every owned lead that somebody works, with those of the same grade, team and days; days are those of the zone."""
    rows = (await read.connection.execute(_ALIKE, {"zone": zone.key})).mappings()
    return [
        Alike(
            kind=row["kind"],
            team=row["team"],
            start=row["start"],
            marks=days_of(row["extended"]),
            rests=rests_from_json(row["rests"]),
            warned=row["warned"],
            count=row["count"],
        )
        for row in rows
    ]
