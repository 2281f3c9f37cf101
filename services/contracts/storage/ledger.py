"""The ledger in its tables: written with the rows it explains, read for balances."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from chassis.work import Read, UnitOfWork
from services.contracts.domain.ledger import LedgerAccount, LedgerTransaction
from services.contracts.storage.payment_tables import LEDGER_ENTRIES, LEDGER_TRANSACTIONS


def post(work: UnitOfWork, transaction: LedgerTransaction) -> None:
    """Gather a transaction with its entries: they are written with whatever else the use case saves, or not at all."""
    work.insert(
        LEDGER_TRANSACTIONS,
        {
            "uuid": transaction.uuid,
            "movement": transaction.movement.value,
            "time": transaction.time,
            "actor": transaction.actor,
        },
    )
    for place, entry in enumerate(transaction.entries):
        work.insert(
            LEDGER_ENTRIES,
            {
                "transaction": transaction.uuid,
                "place": place,
                "account": entry.account.value,
                "currency": entry.currency,
                "debit_minor": entry.debit_minor,
                "credit_minor": entry.credit_minor,
                "contract": entry.about.contract,
                "instalment": entry.about.instalment,
                "receipt": entry.about.receipt,
            },
        )


async def balance_of_instalment(read: Read, instalment: UUID) -> int:
    """What the ledger says is still owed of an instalment, in minor units."""
    entries = LEDGER_ENTRIES.c
    owed = select(func.coalesce(func.sum(entries.debit_minor - entries.credit_minor), 0)).where(
        entries.instalment == instalment, entries.account == LedgerAccount.RECEIVABLE.value
    )
    return int(await read.connection.scalar(owed) or 0)


async def allocations_of_receipt(read: Read, receipt: UUID) -> Mapping[UUID, int]:
    """What a receipt pays of each instalment, in minor units, as the ledger says."""
    entries = LEDGER_ENTRIES.c
    paid = func.sum(entries.credit_minor - entries.debit_minor)
    statement = (
        select(entries.instalment, paid.label("minor"))
        .where(entries.receipt == receipt, entries.account == LedgerAccount.RECEIVABLE.value)
        .group_by(entries.instalment)
        .having(paid != 0)
        .order_by(entries.instalment)
    )
    return {row.instalment: int(row.minor) for row in await read.connection.execute(statement)}
