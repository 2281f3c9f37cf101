"""Pools in their table; the default one is as shipped until somebody edits it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text, truth
from chassis.pools.tables import PoolTables
from chassis.principal import Principal, Scope
from chassis.work import Read, Record, UnitOfWork
from kernel.errors import Refusal
from trade.pools.claiming import MoveKind
from trade.pools.pool import Pool, PoolTerms, Standing

P = TypeVar("P", bound=Pool)
_LOST = [MoveKind.RELEASED.value, MoveKind.RECYCLED.value]


class Pools(Generic[P]):
    """The pools of one kind of thing."""

    def __init__(
        self,
        *,
        tables: PoolTables,
        kind: str,
        collection: str,
        make: Callable[..., P],
        shipped: P,
        keeping: str,
        missing: Callable[[str], Refusal],
    ) -> None:
        """Whoever has the permission `keeping` over everything sees all; what is not shown is `missing`."""
        self.tables = tables
        self.collection = collection
        self.record: Record[P] = Record(kind=kind, collection=collection, table=tables.pools, row=_to_row)
        self._make = make
        self.keeping = keeping
        self._missing = missing
        self._rows = _with_shipped(tables, shipped)
        self._listing = _listing(self._rows)

    def visible_to(self, principal: Principal, who: Standing) -> ColumnElement[bool]:
        """The condition under which a pool shows itself: to those it is for, its administrators, whoever keeps all.

        `Pool.is_open_to` has the same rule in memory.
        """
        if principal.scope_of(self.keeping) is Scope.ALL:
            return true()
        mine, pools = literal(who.member, Uuid), self._rows.c
        return or_(
            mine == any_(pools.members),
            mine == any_(pools.administrators),
            pools.roles.overlap(cast(sorted(who.roles), ARRAY(Text))),
            pools.teams.overlap(cast(sorted(who.teams), ARRAY(Uuid))),
            literal(who.region, Uuid) == any_(pools.regions),
        )

    def shown(self, principal: Principal, who: Standing) -> Select[Any]:
        """The ids of the pools that show themselves."""
        return select(self._rows.c.uuid).where(self.visible_to(principal, who))

    async def get(self, read: Read, uuid: UUID, *, who: Standing) -> P:
        """The pool, where it shows itself; raises what is said of a missing one."""
        statement = self._seen(read.principal, who).where(self._rows.c.uuid == uuid)
        row = (await read.connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise self._missing(f"{self.collection}/{uuid}")
        return self._from_row(row)

    async def list_page(self, read: Read, wanted: PageRequest, *, who: Standing) -> Page[P]:
        """A page of the pools that show themselves."""
        page = await read_page(read.connection, self._seen(read.principal, who), self._listing, wanted)
        return page.of([self._from_row(row) for row in page.items])

    async def every(self, read: Read) -> Sequence[P]:
        """All pools, whoever may claim from them: for the rules. A company has some dozens."""
        return [self._from_row(row) for row in (await read.connection.execute(select(self._rows))).mappings()]

    async def hold(self, work: UnitOfWork, member: UUID) -> None:
        """Keep everybody else from giving the member something out of a pool until this unit of work ends."""
        await work.begin()
        holders = self.tables.holders
        await work.connection.execute(insert(holders).values(member=member).on_conflict_do_nothing())
        held = select(holders.c.member).where(holders.c.member == member).with_for_update()
        await work.connection.execute(held)

    def claims_since(self, member: UUID, *, pool: UUID, since: datetime) -> Select[Any]:
        """How many a member claimed from a pool since an instant."""
        moves = self.tables.moves.c
        mine = (moves.member == member, moves.pool == pool, moves.kind == MoveKind.CLAIMED.value, moves.time >= since)
        return select(func.count()).where(*mine)

    def lost_by(self, member: UUID, *, subject: UUID) -> Select[Any]:
        """When a member last gave something back, or lost it."""
        moves = self.tables.moves.c
        named = moves[self.tables.subject] == subject
        return select(func.max(moves.time)).where(moves.member == member, named, moves.kind.in_(_LOST))

    def was_in_one(self, read: Read, subject: UUID, who: Standing) -> Select[Any]:
        """Finds something where it was in a pool that shows itself."""
        moves = self.tables.moves.c
        pools = self.shown(read.principal, who)
        return select(moves.uuid).where(moves[self.tables.subject] == subject, moves.pool.in_(pools)).limit(1)

    def _seen(self, principal: Principal, who: Standing) -> Select[Any]:
        return select(self._rows).where(self.visible_to(principal, who))

    def _from_row(self, row: Mapping[str, Any] | Any) -> P:
        terms = PoolTerms(
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
        )
        return self._make(
            uuid=row["uuid"],
            version=row["version"],
            terms=terms,
            create_time=row["create_time"],
            update_time=row["update_time"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InPools:
    """What waits in pools a member may claim from or administers: `chassis.scope` adds it to what is his own."""

    pools: Pools[Any]
    who: Standing

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:  # noqa: ARG002 - as every way to be let at rows
        """The condition under which a row is one of them."""
        return rows.c.owner.is_(None) & rows.c.pool.in_(self.pools.shown(principal, self.who))


def _to_row(pool: Pool) -> Mapping[str, object]:
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


def _with_shipped(tables: PoolTables, shipped: Pool) -> Subquery:
    """The pools that are stored, and the shipped one as long as it is not."""
    table, row = tables.pools, {**_to_row(shipped), "version": shipped.version}
    columns = [literal(row[column.name], column.type).label(column.name) for column in table.c]
    stored = select(table.c.uuid).where(table.c.uuid == shipped.uuid).exists()
    return union_all(select(table), select(*columns).where(~stored)).subquery("pools")


def _listing(rows: Subquery) -> Listing:
    # A list names columns of tables; those of a selection are as good.
    columns: Any = rows.c
    return Listing(
        fields={"display_name": text(columns.display_name), "closed": truth(columns.closed)},
        orders={
            "display_name": Order(columns.display_name),
            "create_time": Order(columns.create_time, datetime.fromisoformat),
        },
        order_by="display_name",
        tie=columns.uuid,
    )
