"""Reconciliation (对账) of a bank statement with what is booked."""

from collections.abc import Sequence
from datetime import date

from chassis.work import Read
from services.contracts.domain.reconciliation import Reconciliation, StatementLine, check_days, reconcile
from services.contracts.storage import receipts


async def reconcile_receipts(read: Read, *, lines: Sequence[StatementLine], start: date, end: date) -> Reconciliation:
    """Every difference between a statement and the books is told, and nothing is written.

    Raises ReconciliationDaysWrong.
    """
    check_days(start, end)
    of_days = await receipts.receipts_of_days(read, start=start, end=end)
    booked = {each.external_reference: each for each in of_days}
    elsewhere = [line.external_reference for line in lines if line.external_reference not in booked]
    booked |= await receipts.seen_of_references(read, elsewhere)
    return reconcile(lines, booked, start=start, end=end)
