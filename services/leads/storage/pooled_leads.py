"""Leads that wait in pools, and what somebody who is to get one holds already."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.listing import Listing, Order, Page, PageRequest, choice, coded, instant, read_page, reference, text
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.leads.domain.lead import Grade, Lead, LeadNotFound
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.pooling import Holding, LeadNotInPool, MoveKind
from services.leads.domain.pools import Standing
from services.leads.storage.leads import from_row
from services.leads.storage.pool_tables import LEAD_HOLDERS, LEAD_POOL_MOVES
from services.leads.storage.pools import POOLS, InPools, visible_to
from services.leads.storage.tables import LEADS
from trade.industries import industries_called, industry_code

_HELD = [state.value for state in OPEN_STATES | {LeadState.CONVERTING}]
_WAITS = LEADS.c.owner.is_(None) & LEADS.c.state.in_([state.value for state in OPEN_STATES])
_LOST = [MoveKind.RELEASED.value, MoveKind.RECYCLED.value]
# Nothing personal is among them: what is masked until somebody claims it can be neither sought nor sorted by.
_LISTING = Listing(
    fields={
        "company_name": text(LEADS.c.company_name),
        "industry": coded(LEADS.c.industry, code=industry_code, called=industries_called),
        "grade": choice(LEADS.c.grade, {f"GRADE_{each.value}": each.value for each in Grade}),
        "region": reference(LEADS.c.region, "regions"),
        "create_time": instant(LEADS.c.create_time),
        "update_time": instant(LEADS.c.update_time),
    },
    orders={
        "create_time": Order(LEADS.c.create_time, datetime.fromisoformat),
        "update_time": Order(LEADS.c.update_time, datetime.fromisoformat),
        "grade": Order(LEADS.c.grade),
    },
    order_by="create_time desc",
    tie=LEADS.c.uuid,
)


def _waiting(read: Read, who: Standing, *, permission: str) -> Select[Any]:
    within = scope(select(LEADS), LEADS, principal=read.principal, permission=permission, shared=InPools(who=who))
    return within.where(LEADS.c.pool.is_not(None), _WAITS)


async def list_waiting(read: Read, wanted: PageRequest, *, pool: UUID, who: Standing, permission: str) -> Page[Lead]:
    """A page of the leads that wait in a pool which shows itself to the reader."""
    statement = _waiting(read, who, permission=permission).where(LEADS.c.pool == pool)
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def get_waiting(read: Read, uuid: UUID, *, who: Standing, permission: str) -> Lead:
    """A lead that waits in a pool which shows itself to the caller.

    Raises LeadNotInPool for one that he saw there before, LeadNotFound for all others.
    """
    statement = _waiting(read, who, permission=permission).where(LEADS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is not None:
        return from_row(row)
    if await read.connection.scalar(_was_in_pool(read, uuid, who)):
        raise LeadNotInPool(lead=f"leads/{uuid}")
    raise LeadNotFound(lead=f"leads/{uuid}")


def _was_in_pool(read: Read, lead: UUID, who: Standing) -> Select[Any]:
    pools = select(POOLS.c.uuid).where(visible_to(read.principal, who))
    moves = LEAD_POOL_MOVES.c
    return select(moves.uuid).where(moves.lead == lead, moves.pool.in_(pools)).limit(1)


async def hold(work: UnitOfWork, member: UUID) -> None:
    """Keep everybody else from giving the member a lead out of a pool until this unit of work ends."""
    await work.begin()
    await work.connection.execute(insert(LEAD_HOLDERS).values(member=member).on_conflict_do_nothing())
    held = select(LEAD_HOLDERS.c.member).where(LEAD_HOLDERS.c.member == member).with_for_update()
    await work.connection.execute(held)


async def holding_of(read: Read, member: UUID, *, lead: UUID, pool: UUID, today: datetime) -> Holding:
    """How a member stands whose row is held: what he claimed from the pool since `today` began, and what he holds."""
    moves = LEAD_POOL_MOVES.c
    his = moves.member == member
    claimed = select(func.count()).where(
        his, moves.pool == pool, moves.kind == MoveKind.CLAIMED.value, moves.time >= today
    )
    held = select(func.count()).where(LEADS.c.owner == member, LEADS.c.state.in_(_HELD))
    had = select(func.max(moves.time)).where(his, moves.lead == lead, moves.kind.in_(_LOST))
    statement = select(claimed.scalar_subquery(), held.scalar_subquery(), had.scalar_subquery())
    claimed_today, number, had_it_until = (await read.connection.execute(statement)).one()
    return Holding(claimed_today=claimed_today, held=number, had_it_until=had_it_until)
