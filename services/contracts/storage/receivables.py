"""Receivables in the order in which they last changed, so that whoever follows them misses none.

Each row knows the transaction that last changed it. A reader never goes past the oldest transaction that is still under
way (`pg_snapshot_xmin`): whatever commits later has a number he has not passed. What changed again meanwhile has moved
behind him, and comes again as it stands then.

The numbers are the cluster's. Restored into another one, rows would have numbers that one has not reached, and nobody
would be told of them: `number_anew` numbers them anew under another epoch, and places of the epoch before are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, bindparam, func, literal_column, select, text, tuple_, update

from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.contracts.domain.instalment import Instalment
from services.contracts.storage.contract_tables import CONTRACTS
from services.contracts.storage.instalments import from_row
from services.contracts.storage.payment_tables import INSTALMENTS, RECEIVABLE_EPOCHS
from services.contracts.storage.receipts import FINANCE

_FIRST = UUID(int=0)
_SETTLED = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)
_NEXT = literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", BigInteger)
_AFTER = tuple_(bindparam("changed_in", type_=BigInteger), bindparam("after", type_=Uuid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a reader stands: behind the row of this transaction and uuid."""

    changed_in: int = 0
    uuid: UUID = _FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """Of which epoch the numbers are, the next one, and whether some lie ahead of it: they are of another cluster."""

    epoch: UUID
    next: int
    foreign: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable:
    """An instalment as it stands, with the number of its contract, and the place behind it."""

    instalment: Instalment
    contract_number: str
    place: Place


async def receivables_after(read: Read, place: Place, *, most: int) -> Sequence[Receivable]:
    """What changed after a place and is committed, in order, at most `most`."""
    number = select(CONTRACTS.c.number).where(CONTRACTS.c.uuid == INSTALMENTS.c.contract).scalar_subquery()
    wanted = select(INSTALMENTS, func.coalesce(number, "").label("contract_number")).where(
        tuple_(INSTALMENTS.c.changed_in, INSTALMENTS.c.uuid) > _AFTER, INSTALMENTS.c.changed_in < _SETTLED
    )
    statement = scope(wanted, INSTALMENTS, principal=read.principal, permission=FINANCE)
    ordered = statement.order_by(INSTALMENTS.c.changed_in, INSTALMENTS.c.uuid).limit(most)
    rows = await read.connection.execute(ordered, {"changed_in": place.changed_in, "after": place.uuid})
    return [
        Receivable(
            instalment=from_row(row),
            contract_number=row["contract_number"],
            place=Place(changed_in=row["changed_in"], uuid=row["uuid"]),
        )
        for row in rows.mappings()
    ]


async def numbering(read: Read) -> Numbering:
    """How receivables are numbered now."""
    newest = select(func.coalesce(func.max(INSTALMENTS.c.changed_in), 0)).scalar_subquery()
    statement = select(RECEIVABLE_EPOCHS.c.uuid, _NEXT.label("next"), (newest >= _NEXT).label("foreign"))
    row = (await read.connection.execute(statement)).one()
    return Numbering(epoch=row.uuid, next=row.next, foreign=row.foreign)


async def number_anew(work: UnitOfWork) -> None:
    """Give every receivable a number of this cluster, under another epoch; who comes second finds it done."""
    await work.begin()
    await work.connection.execute(select(RECEIVABLE_EPOCHS.c.uuid).with_for_update())
    if not (await numbering(work)).foreign:
        return
    # As long as it takes: a trigger numbers each row, and it happens once after a restore.
    await work.connection.execute(text("set local statement_timeout = 0"))
    await work.connection.execute(update(INSTALMENTS).values(version=INSTALMENTS.c.version))
    await work.connection.execute(update(RECEIVABLE_EPOCHS).values(uuid=work.new_id()))
