"""Accounts that wait in pools (公海), and what somebody who is to get one holds already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, func, select, text

from chassis.listing import (
    Listing,
    Order,
    Page,
    PageRequest,
    choice,
    coded,
    instant,
    read_page,
    reference,
    text_found,
)
from chassis.listing import text as plain
from chassis.pools import InPools
from chassis.scope import scope
from chassis.work import Read
from services.pipeline.domain.account import Account, AccountNotFound
from services.pipeline.domain.account_pooling import AccountNotInPool
from services.pipeline.domain.account_profile import Phase
from services.pipeline.storage.account_pools import POOLS
from services.pipeline.storage.account_rows import from_row
from services.pipeline.storage.account_tables import ACCOUNTS
from trade.industries import industries_called, industry_code
from trade.names import bigrams
from trade.pools.claiming import Holding
from trade.pools.pool import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """How many people and opportunities an account brings along."""

    contacts: int = 0
    opportunities: int = 0


_ALONG = text(
    "select a.uuid, (select count(*) from contacts c where c.account = a.uuid and c.delete_time is null) as contacts, "
    "(select count(*) from opportunities o where o.account = a.uuid) as opportunities "
    "from unnest(cast(:accounts as uuid[])) as a(uuid)"
)


def _company_found(column: Any, value: str) -> Any:
    """By the characters of the name of a company: a person is masked, so that he is not found by his."""
    keys = bigrams(value)
    if not keys:
        return false()
    found = and_(~ACCOUNTS.c.person, ACCOUNTS.c.search_keys.contains(sorted(keys)))
    return found if value.isascii() else and_(found, column.icontains(value, autoescape=True))


# Nothing personal is among them: what is masked until somebody claims it can be neither sought nor sorted by.
_LISTING = Listing(
    fields={
        "display_name": text_found(ACCOUNTS.c.display_name, _company_found),
        "industry": coded(ACCOUNTS.c.industry, code=industry_code, called=industries_called),
        "tier": plain(ACCOUNTS.c.tier),
        "rated_tier": plain(ACCOUNTS.c.rated_tier),
        "phase": choice(ACCOUNTS.c.phase, {f"ACCOUNT_PHASE_{phase.name}": phase.value for phase in Phase}),
        "region": reference(ACCOUNTS.c.region, "regions"),
        "create_time": instant(ACCOUNTS.c.create_time),
        "update_time": instant(ACCOUNTS.c.update_time),
    },
    orders={
        "create_time": Order(ACCOUNTS.c.create_time, datetime.fromisoformat),
        "update_time": Order(ACCOUNTS.c.update_time, datetime.fromisoformat),
    },
    order_by="create_time desc",
    tie=ACCOUNTS.c.uuid,
)


def _waiting(read: Read, who: Standing, *, permission: str) -> Select[Any]:
    shared = InPools(pools=POOLS, who=who)
    within = scope(select(ACCOUNTS), ACCOUNTS, principal=read.principal, permission=permission, shared=shared)
    waits = ACCOUNTS.c.owner.is_(None) & ACCOUNTS.c.pool.is_not(None) & ACCOUNTS.c.delete_time.is_(None)
    return within.where(waits)


async def list_waiting(read: Read, wanted: PageRequest, *, pool: UUID, who: Standing, permission: str) -> Page[Account]:
    """A page of the accounts that wait in a pool which shows itself to the reader."""
    statement = _waiting(read, who, permission=permission).where(ACCOUNTS.c.pool == pool)
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def get_waiting(read: Read, uuid: UUID, *, who: Standing, permission: str) -> Account:
    """An account that waits in a pool which shows itself to the caller, held until the transaction ends.

    Raises AccountNotInPool for one that he saw there before, AccountNotFound for all others.
    """
    statement = _waiting(read, who, permission=permission).where(ACCOUNTS.c.uuid == uuid)
    row = (await read.connection.execute(statement.with_for_update(of=ACCOUNTS))).mappings().one_or_none()
    if row is not None:
        return from_row(row)
    if await read.connection.scalar(POOLS.was_in_one(read, uuid, who)):
        raise AccountNotInPool(account=f"accounts/{uuid}")
    raise AccountNotFound(account=f"accounts/{uuid}")


async def holding_of(read: Read, member: UUID, *, account: UUID, pool: UUID, today: datetime) -> Holding:
    """How a member stands whose row is held: what he claimed from the pool since `today` began, and what he holds."""
    claimed = POOLS.claims_since(member, pool=pool, since=today)
    held = select(func.count()).where(ACCOUNTS.c.owner == member, ACCOUNTS.c.delete_time.is_(None))
    had = POOLS.lost_by(member, subject=account)
    statement = select(claimed.scalar_subquery(), held.scalar_subquery(), had.scalar_subquery())
    claimed_today, number, had_it_until = (await read.connection.execute(statement)).one()
    return Holding(claimed_today=claimed_today, held=number, had_it_until=had_it_until)


async def what_comes_along(read: Read, accounts: Collection[UUID]) -> Mapping[UUID, Along]:
    """How many people and opportunities each of the accounts brings along."""
    if not accounts:
        return {}
    rows = (await read.connection.execute(_ALONG, {"accounts": list(accounts)})).mappings()
    return {row["uuid"]: Along(contacts=row["contacts"], opportunities=row["opportunities"]) for row in rows}
