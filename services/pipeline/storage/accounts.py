"""Accounts in their table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, false, func, select
from sqlalchemy import text as sql

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
    text,
    text_found,
    texts,
)
from chassis.prepared import PreparedFor
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read
from services.pipeline.domain.account import Account, AccountNotFound
from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.completeness import KnownPeople
from services.pipeline.storage.account_people import DECIDES, REACHABLE
from services.pipeline.storage.account_rows import from_row
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from services.pipeline.storage.reached_accounts import let_at, let_when_run
from trade.industries import industries_called, industry_code
from trade.names import bigrams

READING = "pipeline.read"


@dataclass(frozen=True, slots=True)
class Hold:
    """How a row is held until the transaction ends: others may read along, or wait."""

    for_update: bool


ALONE, TOGETHER = Hold(for_update=True), Hold(for_update=False)


async def get_account(read: Read, uuid: UUID, *, permission: str, hold: Hold | None = None) -> Account:
    """The account, archived or not, where the permission reaches; raises AccountNotFound.

    Held, it keeps its owner until the transaction ends, which has to be begun.
    """
    if hold is None:
        rows = await read.rows(_SEEN(read.principal, permission), wanted=uuid)
        if not rows:
            raise AccountNotFound(account=f"accounts/{uuid}")
        return from_row(rows[0])
    shared = let_at(read.now)
    wanted = select(ACCOUNTS).where(ACCOUNTS.c.uuid == uuid)
    statement = scope(wanted, ACCOUNTS, principal=read.principal, permission=permission, shared=shared)
    return await _one(read, statement, uuid, hold)


async def account_with_surroundings(
    read: Read, uuid: UUID, *, permission: str
) -> tuple[Account, frozenset[str], KnownPeople]:
    """The same, the states its opportunities are in, whoever works on them, and what is known of its people.

    Raises AccountNotFound.
    """
    rows = await read.rows(_SEEN_WITH_SURROUNDINGS(read.principal, permission), wanted=uuid)
    if not rows:
        raise AccountNotFound(account=f"accounts/{uuid}")
    people = KnownPeople(decision_maker=rows[0]["decision_maker"], reachable=rows[0]["reachable"])
    return from_row(rows[0]), frozenset(rows[0]["states"]), people


def _seen(principal: Principal, permission: str) -> Select[Any]:
    wanted = ACCOUNTS.c.uuid == bindparam("wanted", type_=Uuid)
    shared = let_when_run()
    return scope(select(ACCOUNTS).where(wanted), ACCOUNTS, principal=principal, permission=permission, shared=shared)


def _seen_with_surroundings(principal: Principal, permission: str) -> Select[Any]:
    states = select(OPPORTUNITIES.c.state).where(OPPORTUNITIES.c.account == ACCOUNTS.c.uuid).distinct()
    people = select(CONTACTS.c.uuid).where(CONTACTS.c.account == ACCOUNTS.c.uuid, CONTACTS.c.delete_time.is_(None))
    return _seen(principal, permission).add_columns(
        func.array(states.scalar_subquery()).label("states"),
        people.where(DECIDES).exists().label("decision_maker"),
        people.where(REACHABLE).exists().label("reachable"),
    )


_SEEN, _SEEN_WITH_SURROUNDINGS = PreparedFor(_seen), PreparedFor(_seen_with_surroundings)


async def account_by_itself(read: Read, uuid: UUID, *, hold: Hold | None = None) -> Account:
    """The account whoever asks: for what follows from a fact, not from a caller; raises AccountNotFound."""
    return await _one(read, select(ACCOUNTS).where(ACCOUNTS.c.uuid == uuid), uuid, hold)


async def _one(read: Read, statement: Select[Any], uuid: UUID, hold: Hold | None) -> Account:
    if hold is not None:
        statement = statement.with_for_update(read=not hold.for_update)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise AccountNotFound(account=f"accounts/{uuid}")
    return from_row(row)


async def list_accounts(read: Read, wanted: PageRequest, *, show_deleted: bool) -> Page[Account]:
    """A page of the accounts the reader may see; archived ones where asked for."""
    shared = let_at(read.now)
    statement = scope(select(ACCOUNTS), ACCOUNTS, principal=read.principal, permission=READING, shared=shared)
    if not show_deleted:
        statement = statement.where(ACCOUNTS.c.delete_time.is_(None))
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


_ABOVE = sql(
    "with recursive above as (select uuid, parent, 1 as depth from accounts where uuid = :start "
    "union all select a.uuid, a.parent, above.depth + 1 from accounts a join above on a.uuid = above.parent "
    "where above.depth < 50) select uuid from above"
)


async def above(read: Read, start: UUID) -> Sequence[UUID]:
    """An account and all above it, whoever asks: only whether it closes a circle is told."""
    return list(await read.connection.scalars(_ABOVE, {"start": start}))


def _found(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """By the characters of the name, or by its pinyin initials: both are found through the index of search keys."""
    keys = bigrams(value)
    if not keys:
        return false()
    indexed = ACCOUNTS.c.search_keys.contains(sorted(keys))
    return indexed if value.isascii() else and_(indexed, column.icontains(value, autoescape=True))


_LISTING = Listing(
    fields={
        "display_name": text_found(ACCOUNTS.c.display_name, _found),
        "credit_code": text(ACCOUNTS.c.credit_code),
        "industry": coded(ACCOUNTS.c.industry, code=industry_code, called=industries_called),
        "tier": text(ACCOUNTS.c.tier),
        "tags": texts(ACCOUNTS.c.tags),
        "rated_tier": text(ACCOUNTS.c.rated_tier),
        "group_tags": texts(ACCOUNTS.c.group_tags),
        "phase": choice(ACCOUNTS.c.phase, {f"ACCOUNT_PHASE_{phase.name}": phase.value for phase in Phase}),
        "owner": reference(ACCOUNTS.c.owner, "members"),
        "team": reference(ACCOUNTS.c.team, "teams"),
        "region": reference(ACCOUNTS.c.region, "regions"),
        "parent": reference(ACCOUNTS.c.parent, "accounts"),
        "lead": reference(ACCOUNTS.c.lead, "leads"),
        "pool": reference(ACCOUNTS.c.pool, "accountPools"),
        "recycling_next_time": instant(ACCOUNTS.c.recycle_next),
        "create_time": instant(ACCOUNTS.c.create_time),
        "update_time": instant(ACCOUNTS.c.update_time),
    },
    orders={
        # Chinese names sort by their pinyin; PostgreSQL would sort them by code point.
        "display_name": Order(ACCOUNTS.c.sort_key),
        "create_time": Order(ACCOUNTS.c.create_time, datetime.fromisoformat),
        "update_time": Order(ACCOUNTS.c.update_time, datetime.fromisoformat),
    },
    order_by="create_time desc",
    tie=ACCOUNTS.c.uuid,
)
