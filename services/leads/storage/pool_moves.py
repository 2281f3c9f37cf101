"""The ledger of pools (领取记录): what went into them, who got what out of them, and with what grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select, text

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference
from chassis.work import Read, UnitOfWork
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.pooling import MoveKind
from services.leads.domain.pools import Standing
from services.leads.storage.pool_tables import LEAD_POOL_MOVES
from services.leads.storage.pools import POOLS, visible_to

_FORGET = text("update lead_pool_moves set reason = '' where lead = :lead")
_MOST_SHARES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What became of a lead around a pool: who lost it or got it (`member`), who did it, and the lead's grade then."""

    uuid: UUID
    lead: UUID
    kind: MoveKind
    time: datetime
    pool: UUID
    former_pool: UUID | None
    member: UUID | None
    actor: str
    grade: Grade
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many leads of a grade a member got from a pool, by claiming and by being handed them."""

    member: UUID
    grade: Grade
    claimed: int
    handed_out: int


def write_move(
    work: UnitOfWork,
    lead: Lead,
    kind: MoveKind,
    *,
    pool: UUID,
    member: UUID | None = None,
    former_pool: UUID | None = None,
    reason: str = "",
) -> None:
    """Gather what became of a lead."""
    work.insert(
        LEAD_POOL_MOVES,
        {
            "uuid": work.new_id(),
            "lead": lead.uuid,
            "kind": kind.value,
            "time": work.now,
            "pool": pool,
            "former_pool": former_pool,
            "member": member,
            "actor": work.principal.subject,
            "grade": lead.grade.value,
            "reason": reason,
        },
    )


async def list_page(read: Read, wanted: PageRequest, *, who: Standing) -> Page[Move]:
    """A page of the moves around pools that show themselves to the reader."""
    page = await read_page(read.connection, _seen(read, who), _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def shares_of(read: Read, pool: UUID, *, since: datetime) -> Sequence[Share]:
    """Who got how many leads of which grade from a pool the reader was let at, the most first."""
    moves = LEAD_POOL_MOVES.c
    claimed = func.count().filter(moves.kind == MoveKind.CLAIMED.value)
    handed_out = func.count().filter(moves.kind == MoveKind.HANDED_OUT.value)
    got = [MoveKind.CLAIMED.value, MoveKind.HANDED_OUT.value]
    statement = (
        select(moves.member, moves.grade, claimed.label("claimed"), handed_out.label("handed_out"))
        .where(moves.pool == pool, moves.kind.in_(got), moves.time >= since)
        .group_by(moves.member, moves.grade)
        .order_by(func.count().desc(), moves.member, moves.grade)
        .limit(_MOST_SHARES)
    )
    return [
        Share(member=row.member, grade=Grade(row.grade), claimed=row.claimed, handed_out=row.handed_out)
        for row in await read.connection.execute(statement)
    ]


async def forget_reasons(work: UnitOfWork, lead: UUID) -> None:
    """Erase what was written when the lead of a person was given back."""
    await work.connection.execute(_FORGET, {"lead": lead})


def _seen(read: Read, who: Standing) -> Select[Any]:
    pools = select(POOLS.c.uuid).where(visible_to(read.principal, who))
    return select(LEAD_POOL_MOVES).where(LEAD_POOL_MOVES.c.pool.in_(pools))


def _from_row(row: RowMapping) -> Move:
    return Move(**{**row, "kind": MoveKind(row["kind"]), "grade": Grade(row["grade"])})


_LISTING = Listing(
    fields={
        "pool": reference(LEAD_POOL_MOVES.c.pool, "leadPools"),
        "member": reference(LEAD_POOL_MOVES.c.member, "members"),
        "lead": reference(LEAD_POOL_MOVES.c.lead, "leads"),
        "kind": choice(LEAD_POOL_MOVES.c.kind, {f"LEAD_POOL_MOVE_KIND_{each.name}": each.value for each in MoveKind}),
        "grade": choice(LEAD_POOL_MOVES.c.grade, {f"GRADE_{each.value}": each.value for each in Grade}),
        "time": instant(LEAD_POOL_MOVES.c.time),
    },
    orders={"time": Order(LEAD_POOL_MOVES.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=LEAD_POOL_MOVES.c.uuid,
)
