"""The ledger of pools (领取记录): what went into them, who got what out of them, and of which class it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select, update

from chassis.listing import Field, Listing, Order, Page, PageRequest, choice, instant, read_page, reference
from chassis.pools.storage import Pools
from chassis.work import Read, UnitOfWork
from trade.pools.claiming import MoveKind
from trade.pools.pool import Standing

_MOST_SHARES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What became of something around a pool: who lost it or got it (`member`), who did it, of which class it was."""

    uuid: UUID
    subject: UUID
    kind: MoveKind
    time: datetime
    pool: UUID
    former_pool: UUID | None
    member: UUID | None
    actor: str
    about: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a class a member got from a pool, by claiming and by being handed it."""

    member: UUID
    about: str
    claimed: int
    handed_out: int


class Moves:
    """The ledger of one kind of pools."""

    def __init__(self, pools: Pools[Any], *, subjects: str, numbers: Mapping[str, str], about: Field) -> None:
        """`subjects` is the collection of what moves, `numbers` names the kinds of moves, `about` filters by class."""
        self._pools = pools
        self._table = pools.tables.moves
        self._subject = self._table.c[pools.tables.subject]
        self._about = self._table.c[pools.tables.about]
        table = self._table
        self._listing = Listing(
            fields={
                "pool": reference(table.c.pool, pools.collection),
                "member": reference(table.c.member, "members"),
                pools.tables.subject: reference(self._subject, subjects),
                "kind": choice(table.c.kind, numbers),
                pools.tables.about: about,
                "time": instant(table.c.time),
            },
            orders={"time": Order(table.c.time, datetime.fromisoformat)},
            order_by="time desc",
            tie=table.c.uuid,
        )

    def write(
        self,
        work: UnitOfWork,
        kind: MoveKind,
        *,
        subject: UUID,
        about: str,
        pool: UUID,
        member: UUID | None = None,
        former_pool: UUID | None = None,
        reason: str = "",
    ) -> None:
        """Gather what became of something."""
        work.insert(
            self._table,
            {
                "uuid": work.new_id(),
                self._subject.name: subject,
                "kind": kind.value,
                "time": work.now,
                "pool": pool,
                "former_pool": former_pool,
                "member": member,
                "actor": work.principal.subject,
                self._about.name: about,
                "reason": reason,
            },
        )

    async def list_page(self, read: Read, wanted: PageRequest, *, who: Standing) -> Page[Move]:
        """A page of the moves around pools that show themselves to the reader."""
        page = await read_page(read.connection, self._seen(read, who), self._listing, wanted)
        return page.of([self._from_row(row) for row in page.items])

    async def shares_of(self, read: Read, pool: UUID, *, since: datetime) -> Sequence[Share]:
        """Who got how much of which class from a pool the reader was let at, the most first."""
        moves, about = self._table.c, self._about.label("about")
        claimed = func.count().filter(moves.kind == MoveKind.CLAIMED.value)
        handed_out = func.count().filter(moves.kind == MoveKind.HANDED_OUT.value)
        got = [MoveKind.CLAIMED.value, MoveKind.HANDED_OUT.value]
        statement = (
            select(moves.member, about, claimed.label("claimed"), handed_out.label("handed_out"))
            .where(moves.pool == pool, moves.kind.in_(got), moves.time >= since)
            .group_by(moves.member, self._about)
            .order_by(func.count().desc(), moves.member, self._about)
            .limit(_MOST_SHARES)
        )
        return [Share(**row) for row in (await read.connection.execute(statement)).mappings()]

    async def forget_reasons(self, work: UnitOfWork, subject: UUID) -> None:
        """Erase what was written when something of a person was given back."""
        await work.connection.execute(update(self._table).where(self._subject == subject).values(reason=""))

    def _seen(self, read: Read, who: Standing) -> Select[Any]:
        return select(self._table).where(self._table.c.pool.in_(self._pools.shown(read.principal, who)))

    def _from_row(self, row: RowMapping) -> Move:
        return Move(
            uuid=row["uuid"],
            subject=row[self._subject.name],
            kind=MoveKind(row["kind"]),
            time=row["time"],
            pool=row["pool"],
            former_pool=row["former_pool"],
            member=row["member"],
            actor=row["actor"],
            about=row[self._about.name],
            reason=row["reason"],
        )
