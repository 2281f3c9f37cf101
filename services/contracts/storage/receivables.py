"""Receivables in the order in which they last changed, so that whoever follows them misses none.

Each row knows the transaction that last changed it. A reader never goes past the oldest transaction that is still under
way (`pg_snapshot_xmin`): whatever commits later has a number he has not passed. What changed again meanwhile has moved
behind him, and comes again as it stands then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, bindparam, func, literal_column, select, tuple_

from chassis.scope import scope
from chassis.work import Read
from services.contracts.domain.instalment import Instalment
from services.contracts.storage.contract_tables import CONTRACTS
from services.contracts.storage.instalments import from_row
from services.contracts.storage.payment_tables import INSTALMENTS
from services.contracts.storage.receipts import FINANCE

_FIRST = UUID(int=0)
_SETTLED = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)
_AFTER = tuple_(bindparam("changed_in", type_=BigInteger), bindparam("after", type_=Uuid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a reader stands: behind the row of this transaction and uuid."""

    changed_in: int = 0
    uuid: UUID = _FIRST


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
