"""What leads were at an earlier moment, out of the history of their events: what a model is learnt from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from chassis.prepared import Prepared
from chassis.work import Read
from services.leads.domain.behaviours import NOTHING_DONE, Tally
from services.leads.domain.intent import known_outcome, observed_at
from services.leads.storage.behaviours import tallies

_PAGE = 1000
_LIVES = Prepared(
    text(
        "select uuid, create_time, cast(conversion -> 'outcome' ->> 'time' as timestamptz) as convert_time from leads "
        # What was merged away has no outcome of its own: its customer's is that of the lead that stands for it.
        # What was taken back has none at all.
        "where (create_time, uuid) < (cast(:create_time as timestamptz), cast(:uuid as uuid)) and merged_into is null "
        "and state <> 'withdrawn' "
        "order by create_time desc, uuid desc limit :most"
    )
)
_LATEST = (
    "(select version, event_type, payload from {table} e where e.aggregate_type = 'lead' and e.aggregate_id = w.lead "
    "and e.occurred <= w.moment order by version desc limit 1)"
)
_STATES = Prepared(
    text(
        "select w.lead, s.event_type, s.payload "  # noqa: S608 - our own names
        "from unnest(cast(:leads as uuid[]), cast(:moments as timestamptz[])) as w(lead, moment) "
        f"cross join lateral ({_LATEST.format(table='outbox')} union all {_LATEST.format(table='event_log')} "
        "order by version desc limit 1) s"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A lead, when it was made, and when it was converted, if it ever was."""

    lead: UUID
    create_time: datetime
    convert_time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A lead at an earlier moment: its last event by then, what had been done behind it, and what became of it."""

    time: datetime
    event_type: str
    payload: bytes
    tally: Tally
    converted: bool


@dataclass(frozen=True, slots=True)
class Place:
    """How far back in the stock a reader has come: leads made before this follow."""

    create_time: datetime
    lead: UUID


def beginning(youngest: datetime) -> Place:
    """Before all leads made until then."""
    return Place(youngest, UUID(int=2**128 - 1))


async def observations(read: Read, after: Place) -> tuple[Sequence[Observation], Place | None]:
    """The next leads with a known outcome, the youngest first, and where to go on; nowhere at the end."""
    lives = await _lives(read, after)
    outcomes = {
        life.lead: (moment, converted)
        for life in lives
        if (moment := observed_at(life.lead, life.create_time))
        and (converted := known_outcome(observed=moment, convert_time=life.convert_time, now=read.now)) is not None
    }
    moments = [(lead, moment) for lead, (moment, _) in outcomes.items()]
    done = await tallies(read, moments)
    states = await read.rows(_STATES, leads=[lead for lead, _ in moments], moments=[moment for _, moment in moments])
    found = [
        Observation(
            time=outcomes[row["lead"]][0],
            event_type=row["event_type"],
            payload=row["payload"],
            tally=done.get(row["lead"], NOTHING_DONE),
            converted=outcomes[row["lead"]][1],
        )
        for row in states
    ]
    return found, Place(lives[-1].create_time, lives[-1].lead) if len(lives) == _PAGE else None


async def _lives(read: Read, after: Place) -> list[Life]:
    rows = await read.rows(_LIVES, create_time=after.create_time, uuid=after.lead, most=_PAGE)
    return [Life(lead=row["uuid"], create_time=row["create_time"], convert_time=row["convert_time"]) for row in rows]
