"""Leads that wait in pools, and what somebody who is to get one holds already."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, coded, instant, read_page, reference, text
from chassis.pools import InPools
from chassis.scope import scope
from chassis.work import Read
from services.leads.domain.lead import Grade, Lead, LeadNotFound
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.pooling import LeadNotInPool
from services.leads.storage.leads import from_row
from services.leads.storage.pools import POOLS
from services.leads.storage.tables import LEADS
from trade.industries import industries_called, industry_code
from trade.pools.claiming import Holding
from trade.pools.pool import Standing

_HELD = [state.value for state in OPEN_STATES | {LeadState.CONVERTING}]
_WAITS = LEADS.c.owner.is_(None) & LEADS.c.state.in_([state.value for state in OPEN_STATES])
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
    within = scope(
        select(LEADS), LEADS, principal=read.principal, permission=permission, shared=InPools(pools=POOLS, who=who)
    )
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
    if await read.connection.scalar(POOLS.was_in_one(read, uuid, who)):
        raise LeadNotInPool(lead=f"leads/{uuid}")
    raise LeadNotFound(lead=f"leads/{uuid}")


async def holding_of(read: Read, member: UUID, *, lead: UUID, pool: UUID, today: datetime) -> Holding:
    """How a member stands whose row is held: what he claimed from the pool since `today` began, and what he holds."""
    claimed = POOLS.claims_since(member, pool=pool, since=today)
    held = select(func.count()).where(LEADS.c.owner == member, LEADS.c.state.in_(_HELD))
    had = POOLS.lost_by(member, subject=lead)
    statement = select(claimed.scalar_subquery(), held.scalar_subquery(), had.scalar_subquery())
    claimed_today, number, had_it_until = (await read.connection.execute(statement)).one()
    return Holding(claimed_today=claimed_today, held=number, had_it_until=had_it_until)
