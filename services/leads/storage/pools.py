"""Pools of leads in their table; the default pool is as shipped until somebody edits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    any_,
    cast,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text, truth
from chassis.principal import Principal, Scope
from chassis.work import Read, Record
from services.leads.domain.pools import LeadPool, LeadPoolNotFound, PoolTerms, Standing, shipped_pool
from services.leads.storage.pool_tables import LEAD_POOLS

_ADMIN = "leads.admin"


def _to_row(pool: LeadPool) -> Mapping[str, object]:
    terms = pool.terms
    return {
        "uuid": pool.uuid,
        "display_name": terms.display_name,
        "members": sorted(terms.members),
        "roles": sorted(terms.roles),
        "teams": sorted(terms.teams),
        "regions": sorted(terms.regions),
        "administrators": sorted(terms.administrators),
        "daily_cap": terms.daily_cap,
        "holding_cap": terms.holding_cap,
        "cool_down_days": terms.cool_down_days,
        "closed": terms.closed,
        "create_time": pool.create_time,
        "update_time": pool.update_time,
    }


RECORD: Record[LeadPool] = Record(kind="lead_pool", collection="leadPools", table=LEAD_POOLS, row=_to_row)


def _with_shipped() -> FromClause:
    """The pools that are stored, and the shipped one as long as it is not."""
    shipped = shipped_pool()
    row = {**_to_row(shipped), "version": shipped.version}
    columns = [literal(row[column.name], column.type).label(column.name) for column in LEAD_POOLS.c]
    stored = select(LEAD_POOLS.c.uuid).where(LEAD_POOLS.c.uuid == shipped.uuid).exists()
    return union_all(select(LEAD_POOLS), select(*columns).where(~stored)).subquery("pools")


POOLS = _with_shipped()
# A list names columns of tables; those of a selection are as good.
_COLUMNS: Any = POOLS.c
_LISTING = Listing(
    fields={"display_name": text(_COLUMNS.display_name), "closed": truth(_COLUMNS.closed)},
    orders={
        "display_name": Order(_COLUMNS.display_name),
        "create_time": Order(_COLUMNS.create_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=_COLUMNS.uuid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InPools:
    """The leads that wait in pools a member may claim from or administers: `chassis.scope` adds them to his own."""

    who: Standing

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:  # noqa: ARG002 - as every way to be let at rows
        """The condition under which a row is one of them."""
        waiting = select(POOLS.c.uuid).where(visible_to(principal, self.who))
        return rows.c.owner.is_(None) & rows.c.pool.in_(waiting)


def visible_to(principal: Principal, who: Standing) -> ColumnElement[bool]:
    """The condition under which a pool shows itself: to those it is for, its administrators, and whoever keeps all.

    `LeadPool.is_open_to` has the same rule in memory.
    """
    if principal.scope_of(_ADMIN) is Scope.ALL:
        return true()
    mine = literal(who.member, Uuid)
    return or_(
        mine == any_(POOLS.c.members),
        mine == any_(POOLS.c.administrators),
        POOLS.c.roles.overlap(cast(sorted(who.roles), ARRAY(Text))),
        POOLS.c.teams.overlap(cast(sorted(who.teams), ARRAY(Uuid))),
        literal(who.region, Uuid) == any_(POOLS.c.regions),
    )


def _seen(principal: Principal, who: Standing) -> Select[Any]:
    return select(POOLS).where(visible_to(principal, who))


async def get_pool(read: Read, uuid: UUID, *, who: Standing) -> LeadPool:
    """The pool, where it shows itself; raises LeadPoolNotFound."""
    statement = _seen(read.principal, who).where(POOLS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise LeadPoolNotFound(pool=f"leadPools/{uuid}")
    return _from_row(row)


async def list_page(read: Read, wanted: PageRequest, *, who: Standing) -> Page[LeadPool]:
    """A page of the pools that show themselves."""
    page = await read_page(read.connection, _seen(read.principal, who), _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def every_pool(read: Read) -> Sequence[LeadPool]:
    """All pools, whoever may claim from them: for the rules. A company has some dozens."""
    return [_from_row(row) for row in (await read.connection.execute(select(POOLS))).mappings()]


def _from_row(row: Mapping[str, Any] | Any) -> LeadPool:
    return LeadPool(
        uuid=row["uuid"],
        version=row["version"],
        terms=PoolTerms(
            display_name=row["display_name"],
            members=frozenset(row["members"]),
            roles=frozenset(row["roles"]),
            teams=frozenset(row["teams"]),
            regions=frozenset(row["regions"]),
            administrators=frozenset(row["administrators"]),
            daily_cap=row["daily_cap"],
            holding_cap=row["holding_cap"],
            cool_down_days=row["cool_down_days"],
            closed=row["closed"],
        ),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )
