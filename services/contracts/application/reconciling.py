"""Reconciliation (对账) of a bank statement with what is booked."""

from collections.abc import Sequence
from datetime import date

from chassis.work import Read
from services.contracts.domain.reconciliation import (
    MOST_BESIDES,
    Reconciliation,
    StatementLine,
    check_days,
    reconcile,
)
from services.contracts.storage import receipts


async def reconcile_receipts(read: Read, *, lines: Sequence[StatementLine], start: date, end: date) -> Reconciliation:
    """Every difference between a statement and the books is told, and nothing is written.

    Raises ReconciliationDaysWrong.
    """
    check_days(start, end)
    stated = [line.external_reference for line in lines]
    booked = await receipts.seen_of_references(read, stated)
    besides = await receipts.transfers_besides(read, stated, start=start, end=end, most=MOST_BESIDES + 1)
    return reconcile(lines, booked, besides=besides)
