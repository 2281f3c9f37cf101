"""Purchase intents in their table, and which leads wait to be scored."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.leads.domain.intent import LEAD_CLOSED, NOT_SCORED_YET, Intent, Part
from services.leads.storage.intent_models import SILENCE, silence_in
from services.leads.storage.intent_tables import INTENT_MARKS, LEAD_INTENTS

_MARKS_AT_ONCE = 2000
_OF = Prepared(select(LEAD_INTENTS, *SILENCE).where(LEAD_INTENTS.c.lead == any_(bindparam("leads", type_=ARRAY(Uuid)))))
_PROBABILITIES = Prepared(
    select(LEAD_INTENTS.c.lead, LEAD_INTENTS.c.probability, LEAD_INTENTS.c.model, LEAD_INTENTS.c.time).where(
        LEAD_INTENTS.c.lead == any_(bindparam("leads", type_=ARRAY(Uuid))), LEAD_INTENTS.c.probability.is_not(None)
    )
)
_TAKE_MARKS = text(
    "with gone as (delete from intent_marks where uuid in (select uuid from intent_marks order by uuid limit :most) "
    "returning lead) update lead_intents set due = :now where lead in (select lead from gone) and due is null"
)
_DUE = text("select lead from lead_intents where due <= :now order by due, lead limit :most for update skip locked")
_WRITE = (
    "insert into lead_intents (lead, rank, probability, model, base, parts, time) "
    "select r.lead, r.rank, r.probability, r.model, r.base, r.parts, r.time "
    "from jsonb_to_recordset(cast(:rows as jsonb)) "
    "as r(lead uuid, rank float8, probability float8, model bigint, base float8, parts jsonb, time timestamptz) "
    "on conflict (lead) do update set rank = excluded.rank, probability = excluded.probability, "
    "model = excluded.model, base = excluded.base, parts = excluded.parts, time = excluded.time"
)
_WRITE_BESIDE, _WRITE_DUE = text(_WRITE), text(f"{_WRITE}, due = null")


def write_unscored(work: UnitOfWork, lead: UUID) -> None:
    """Gather the row of a new lead, which waits to be scored."""
    work.insert(LEAD_INTENTS, {"lead": lead, "rank": 0.0, "due": work.now})


def mark_lead(work: UnitOfWork, lead: UUID) -> None:
    """Gather that a lead is to be scored anew."""
    work.insert(INTENT_MARKS, {"uuid": work.new_id(), "lead": lead})


async def take_marks(read: Read) -> None:
    """Let marked leads wait to be scored, where they do not wait already."""
    await read.connection.execute(_TAKE_MARKS, {"now": read.now, "most": _MARKS_AT_ONCE})


async def take_due(read: Read, *, most: int) -> list[UUID]:
    """At most so many leads that wait to be scored; they are held until the transaction ends."""
    return list(await read.connection.scalars(_DUE, {"now": read.now, "most": most}))


async def write_intents(read: Read, intents: Mapping[UUID, Intent], *, taken: bool) -> None:
    """Write what was found of leads; those that were `taken` because they were due are due no longer.

    Whoever goes over the stock leaves that alone: a lead that somebody changed meanwhile is scored once more.
    """
    rows = [
        {
            "lead": str(lead),
            "rank": intent.probability or 0.0,
            "probability": intent.probability,
            "model": intent.model,
            "base": intent.base,
            "parts": [[part.feature, part.value, part.weight] for part in intent.parts],
            "time": intent.time.isoformat() if intent.time else None,
        }
        for lead, intent in intents.items()
    ]
    if rows:
        statement = _WRITE_DUE if taken else _WRITE_BESIDE
        await read.connection.execute(statement, {"rows": orjson.dumps(rows).decode()})


async def intents_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Intent]:
    """The intents of leads with what adds up to them, or with why there is none.

    The caller has checked that they may be seen.
    """
    rows = await read.rows(_OF, leads=list(leads)) if leads else []
    return {row["lead"]: _from_row(row) for row in rows}


async def probabilities_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Intent]:
    """The intents of those leads that have one, without what adds up to them."""
    rows = await read.rows(_PROBABILITIES, leads=list(leads)) if leads else []
    return {row["lead"]: Intent(probability=row["probability"], model=row["model"], time=row["time"]) for row in rows}


def _from_row(row: Mapping[str, Any]) -> Intent:
    time: datetime | None = row["time"]
    if row["probability"] is None:
        silence = LEAD_CLOSED if row["model"] is not None else silence_in(row) or NOT_SCORED_YET
        return Intent(time=time, silence=silence)
    return Intent(
        probability=row["probability"],
        model=row["model"],
        time=time,
        base=row["base"],
        parts=tuple(Part(*part) for part in row["parts"]),
    )
