"""The lives of opportunities out of the history of their events, and those that are learnt from and scored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.win_chance import observed_at
from services.pipeline.storage.opportunity_rows import from_row
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES

_PAGE = 200
_KNOWN = Prepared(select(OPPORTUNITIES).where(OPPORTUNITIES.c.uuid == any_(bindparam("wanted", type_=ARRAY(Uuid)))))
_CLOSED = Prepared(
    text(
        "select uuid, create_time, close_time, state from opportunities where close_time is not null "
        "and (close_time, uuid) < (cast(:close_time as timestamptz), cast(:uuid as uuid)) "
        "order by close_time desc, uuid desc limit :most"
    )
)
_EVENTS = (
    "select version, occurred, event_type, payload from {table} e where e.aggregate_type = 'opportunity' "
    "and e.aggregate_id = w.opportunity"
)
_LIVES = Prepared(
    text(
        "select w.opportunity, s.version, s.occurred, s.event_type, s.payload "  # noqa: S608 - our own names
        "from unnest(cast(:wanted as uuid[])) as w(opportunity) cross join lateral "
        f"({_EVENTS.format(table='outbox')} union all {_EVENTS.format(table='event_log')}) s "
        "order by w.opportunity, s.version"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of an opportunity as it was told."""

    time: datetime
    event_type: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An opportunity that was closed: the earlier moment it is learnt from, its whole life, and whether it was won."""

    moment: datetime
    close_time: datetime
    won: bool
    events: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Place:
    """How far back a reader has come: those closed before this follow."""

    close_time: datetime
    opportunity: UUID


def beginning(now: datetime) -> Place:
    """Before all that are closed by now."""
    return Place(now, UUID(int=2**128 - 1))


async def endings(read: Read, after: Place) -> tuple[Sequence[Ending], Place | None]:
    """The next closed opportunities, the last closed first, and where to go on; nowhere at the end.

    One that was closed before the moment drawn for it teaches nothing.
    """
    rows = await read.rows(_CLOSED, close_time=after.close_time, uuid=after.opportunity, most=_PAGE)
    moments = {row["uuid"]: observed_at(row["uuid"], row["create_time"]) for row in rows}
    teaching = [row for row in rows if moments[row["uuid"]] < row["close_time"]]
    lives = await lives_of(read, [row["uuid"] for row in teaching])
    found = [
        Ending(
            moment=moments[row["uuid"]],
            close_time=row["close_time"],
            won=row["state"] == OpportunityState.WON.value,
            events=lives[row["uuid"]],
        )
        for row in teaching
        if row["uuid"] in lives
    ]
    return found, Place(rows[-1]["close_time"], rows[-1]["uuid"]) if len(rows) == _PAGE else None


async def lives_of(read: Read, opportunities: Collection[UUID]) -> Mapping[UUID, Sequence[Told]]:
    """All that happened to opportunities, in order; each event once, also while it moves from outbox to log."""
    rows = await read.rows(_LIVES, wanted=list(opportunities)) if opportunities else []
    lives: dict[UUID, dict[int, Told]] = {}
    for row in rows:
        told = Told(time=row["occurred"], event_type=row["event_type"], payload=row["payload"])
        lives.setdefault(row["opportunity"], {})[row["version"]] = told
    return {uuid: list(told.values()) for uuid, told in lives.items()}


async def opportunities_to_score(read: Read, wanted: Collection[UUID]) -> Sequence[Opportunity]:
    """The opportunities of these ids, for the service's own account."""
    return [from_row(row) for row in await read.rows(_KNOWN, wanted=list(wanted))] if wanted else []


async def next_open(read: Read, *, after: UUID | None, most: int) -> Sequence[Opportunity]:
    """At most so many open opportunities that follow one, by their ids."""
    statement = select(OPPORTUNITIES).where(OPPORTUNITIES.c.state == OpportunityState.OPEN.value)
    if after is not None:
        statement = statement.where(OPPORTUNITIES.c.uuid > after)
    rows = await read.connection.execute(statement.order_by(OPPORTUNITIES.c.uuid).limit(most))
    return [from_row(row) for row in rows.mappings()]
