"""Behaviour in its table, and how much of it there was at a moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, any_, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference
from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.leads.domain.behaviours import TALLIED_DAYS, Behaviour, BehaviourKind, Tally
from services.leads.storage.families import FAMILY
from services.leads.storage.intent_tables import LEAD_BEHAVIOURS

LISTING = Listing(
    fields={
        "time": instant(LEAD_BEHAVIOURS.c.time),
        "kind": choice(
            LEAD_BEHAVIOURS.c.kind, {f"LEAD_BEHAVIOUR_KIND_{kind.name}": kind.value for kind in BehaviourKind}
        ),
        "campaign": reference(LEAD_BEHAVIOURS.c.campaign, "campaigns"),
    },
    orders={"time": Order(LEAD_BEHAVIOURS.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=LEAD_BEHAVIOURS.c.uuid,
)
_TOLD = Prepared(
    select(LEAD_BEHAVIOURS.c.event_id).where(
        LEAD_BEHAVIOURS.c.sender == bindparam("sender"),
        LEAD_BEHAVIOURS.c.event_id == any_(bindparam("event_ids", type_=ARRAY(Text))),
    )
)
_COUNTED = ", ".join(
    f"count(*) filter (where b.kind = '{kind.value}' and b.time > w.moment - interval '{TALLIED_DAYS} days') "
    f"as {kind.value}s"
    for kind in BehaviourKind
)
# What was told only later was not known at the moment. What was done behind leads that were merged away counts too.
_TALLIES = Prepared(
    text(
        f"select w.lead, {_COUNTED}, max(b.time) as last_time "  # noqa: S608 - our own names
        "from unnest(cast(:leads as uuid[]), cast(:moments as timestamptz[])) as w(lead, moment) "
        f"cross join lateral ({FAMILY.format(of='select w.lead')}) f "
        "join lead_behaviours b on b.lead = f.lead and b.time <= w.moment and b.told_time <= w.moment group by w.lead"
    )
)


async def told_before(read: Read, *, sender: str, event_ids: Collection[str]) -> frozenset[str]:
    """Those of a sender's events that he told before."""
    rows = await read.rows(_TOLD, sender=sender, event_ids=list(event_ids))
    return frozenset(row["event_id"] for row in rows)


def write_behaviour(work: UnitOfWork, behaviour: Behaviour) -> None:
    """Gather one; a sender who tells it twice at the same moment is decided again, and finds the first."""
    work.insert(
        LEAD_BEHAVIOURS,
        {
            "uuid": behaviour.uuid,
            "lead": behaviour.lead,
            "kind": behaviour.kind.value,
            "time": behaviour.time,
            "asset": behaviour.asset,
            "campaign": behaviour.campaign,
            "sender": behaviour.sender,
            "event_id": behaviour.event_id,
            "told_time": behaviour.told_time,
        },
    )


async def list_page(read: Read, wanted: PageRequest, *, leads: Collection[UUID]) -> Page[Behaviour]:
    """A page of what was done behind a customer's leads; the caller has checked that they may be seen."""
    statement = select(LEAD_BEHAVIOURS).where(LEAD_BEHAVIOURS.c.lead.in_(leads))
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def tallies(read: Read, moments: Iterable[tuple[UUID, datetime]]) -> Mapping[UUID, Tally]:
    """How much was done behind each lead until its moment, as it was known then; a lead of nothing is left out."""
    asked: Sequence[tuple[UUID, datetime]] = list(moments)
    rows = await read.rows(_TALLIES, leads=[lead for lead, _ in asked], moments=[moment for _, moment in asked])
    return {row["lead"]: Tally(**{name: value for name, value in row.items() if name != "lead"}) for row in rows}


async def forget_behaviours(work: UnitOfWork, lead: UUID) -> None:
    """Erase what the person of a lead did."""
    await work.connection.execute(delete(LEAD_BEHAVIOURS).where(LEAD_BEHAVIOURS.c.lead == lead))


def _from_row(row: RowMapping) -> Behaviour:
    return Behaviour(**{**row, "kind": BehaviourKind(row["kind"])})
