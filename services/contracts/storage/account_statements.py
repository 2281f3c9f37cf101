"""What the ledger says of one customer: what is owed of his instalments, less what he paid that pays none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from chassis.scope import scope
from chassis.work import Read
from services.contracts.domain.ledger import LedgerAccount, Movement
from services.contracts.storage.contract_tables import CONTRACTS
from services.contracts.storage.payment_tables import INSTALMENTS, LEDGER_ENTRIES, LEDGER_TRANSACTIONS
from services.contracts.storage.receipt_tables import RECEIPTS

FINANCE = "contracts.finance"
_E, _T = LEDGER_ENTRIES.c, LEDGER_TRANSACTIONS.c
_OF_CUSTOMERS = (LedgerAccount.RECEIVABLE.value, LedgerAccount.UNALLOCATED.value)
_CHANGE = func.coalesce(func.sum(_E.debit_minor - _E.credit_minor), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """One movement of the ledger as it concerns a customer: `minor` more owed, or less below nothing."""

    time: datetime
    movement: Movement
    minor: int
    contract: str
    reference: str


async def owed_before(read: Read, account: UUID, *, currency: str, time: datetime) -> int:
    """What a customer owed before an instant, in minor units, as far as finance reaches for the caller."""
    statement = _entries(read, account, currency=currency, what=(_CHANGE,)).where(_T.time < time)
    return int(await read.connection.scalar(statement) or 0)


async def movements(
    read: Read, account: UUID, *, currency: str, start: datetime, end: datetime, most: int
) -> Sequence[Movements]:
    """What moved from `start` to before `end`, in order, at most `most`, as far as finance reaches for the caller.

    Money that pays an instalment moves within what the customer owes, and changes nothing of it.
    """
    contract, reference = func.max(CONTRACTS.c.number), func.max(RECEIPTS.c.external_reference)
    what = (_T.time, _T.movement, _CHANGE.label("minor"), contract.label("contract"), reference.label("reference"))
    statement = (
        _entries(read, account, currency=currency, what=what)
        .where(_T.time >= start, _T.time < end)
        .group_by(_T.uuid, _T.time, _T.movement)
        .having(_CHANGE != 0)
        .order_by(_T.time, _T.uuid)
        .limit(most)
    )
    return [
        Movements(
            time=row.time,
            movement=Movement(row.movement),
            minor=int(row.minor),
            contract=row.contract or "",
            reference=row.reference or "",
        )
        for row in await read.connection.execute(statement)
    ]


def _entries(read: Read, account: UUID, *, currency: str, what: Sequence[Any]) -> Select[Any]:
    def reached(table: Any) -> Select[Any]:
        of_account = select(table.c.uuid).where(table.c.account == account)
        return scope(of_account, table, principal=read.principal, permission=FINANCE)

    # What pays nothing yet is about its receipt alone.
    unplanned = and_(_E.instalment.is_(None), _E.receipt.in_(reached(RECEIPTS)))
    joined = (
        LEDGER_ENTRIES.join(LEDGER_TRANSACTIONS, _T.uuid == _E.transaction)
        .outerjoin(CONTRACTS, CONTRACTS.c.uuid == _E.contract)
        .outerjoin(RECEIPTS, RECEIPTS.c.uuid == _E.receipt)
    )
    return (
        select(*what)
        .select_from(joined)
        .where(
            _E.account.in_(_OF_CUSTOMERS),
            _E.currency == currency,
            or_(_E.instalment.in_(reached(INSTALMENTS)), unplanned),
        )
    )
