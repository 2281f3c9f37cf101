"""Won customers and the leads that resemble them, in their tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.listing import Listing, Order, Page, PageRequest, choice, number, read_page, reference
from chassis.scope import scope
from chassis.work import Read
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.likeness import Likeness, Part, Trait
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.likeness_tables import LEAD_LIKENESSES as LIKENESSES
from services.leads.storage.likeness_tables import WON_LEADS
from services.leads.storage.tables import LEADS

Connection = AsyncConnection
# Whoever may still be won: also the leads of before that were given up.
COMPARED = frozenset({*OPEN_STATES, LeadState.DISQUALIFIED})
LISTING = Listing(
    fields={
        "score": number(LIKENESSES.c.score),
        "lead": reference(LIKENESSES.c.lead, "leads"),
        "owner": reference(LEADS.c.owner, "members"),
        "state": choice(LEADS.c.state, {f"LEAD_STATE_{each.name}": each.value for each in LeadState}),
    },
    orders={"score": Order(LIKENESSES.c.score, int)},
    order_by="score desc",
    tie=LIKENESSES.c.lead,
)
_KEEP = text(
    "with told as (select * from json_to_recordset(cast(:rows as json)) "
    'as r(lead uuid, score integer, "like" uuid, alike integer, parts jsonb)), '
    "gone as (delete from lead_likenesses where lead = any(cast(:leads as uuid[])) "
    "and lead not in (select lead from told)) "
    'insert into lead_likenesses (lead, score, "like", alike, parts, time) '
    'select lead, score, "like", alike, parts, :now from told '
    'on conflict (lead) do update set score = excluded.score, "like" = excluded."like", '
    "alike = excluded.alike, parts = excluded.parts, time = excluded.time"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """A lead that resembles a won customer, as a list shows it."""

    likeness: Likeness
    company_name: str
    state: LeadState
    owner: UUID | None


async def keep_won(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep what was told last of each opportunity."""
    told = insert(WON_LEADS).values(list(rows))
    fresh = {column.name: told.excluded[column.name] for column in WON_LEADS.c if column.name != "opportunity"}
    await connection.execute(told.on_conflict_do_update(index_elements=["opportunity"], set_=fresh))


async def won_mark(read: Read) -> tuple[int, str]:
    """How many won customers there are that were leads, and what changes when there are others."""
    won = select(func.count(), func.max(WON_LEADS.c.close_time)).where(WON_LEADS.c.won)
    count, last = (await read.connection.execute(won)).one()
    return count, f"{count} until {last:%Y-%m-%dT%H:%M:%S}" if last else ""


async def won_leads(read: Read, *, most: int) -> Mapping[UUID, datetime]:
    """The leads of so many customers who were won last, each with when."""
    last = select(WON_LEADS.c.lead, WON_LEADS.c.close_time).where(WON_LEADS.c.won, WON_LEADS.c.close_time.is_not(None))
    ordered = last.order_by(WON_LEADS.c.close_time.desc(), WON_LEADS.c.opportunity.desc()).limit(most)
    found: dict[UUID, datetime] = {}
    for row in await read.connection.execute(ordered):
        found.setdefault(row.lead, row.close_time)
    return found


async def keep_likenesses(read: Read, leads: Collection[UUID], found: Sequence[Likeness]) -> None:
    """Write what was found of leads; one that resembles nobody has no row."""
    rows = [
        {
            "lead": str(each.lead),
            "score": each.score,
            "like": str(each.like),
            "alike": each.alike,
            "parts": [[part.trait.name, part.points, part.shared] for part in each.parts],
        }
        for each in found
    ]
    values = {"rows": orjson.dumps(rows).decode(), "leads": list(leads), "now": read.now}
    await read.connection.execute(_KEEP, values)


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[LookAlike]:
    """A page of the leads the reader may see that resemble a won customer."""
    told = (LIKENESSES, LEADS.c.company_name, LEADS.c.state, LEADS.c.owner)
    joined = select(*told).join(LEADS, LEADS.c.uuid == LIKENESSES.c.lead)
    compared = joined.where(LEADS.c.state.in_([state.value for state in COMPARED]))
    shared = SHARED_LEADS.at(read.now)
    seen = scope(compared, LEADS, principal=read.principal, permission=permission, shared=shared)
    page = await read_page(read.connection, seen, LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


def _from_row(row: RowMapping) -> LookAlike:
    parts: Sequence[Any] = row["parts"]
    return LookAlike(
        likeness=Likeness(
            lead=row["lead"],
            like=row["like"],
            parts=tuple(Part(Trait[name], points, shared) for name, points, shared in parts),
            alike=row["alike"],
        ),
        company_name=row["company_name"],
        state=LeadState(row["state"]),
        owner=row["owner"],
    )
