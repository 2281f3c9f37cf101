"""Reconciliation (对账): every difference between a bank statement and the receipts that are booked."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kernel.money import Money
from services.contracts.domain.receipt import Receipt
from services.contracts.domain.receipt_refusals import ReconciliationDaysWrong

_MOST_DAYS = 400
# What the books have and the statement has not is told so many times: a busy year would fill no answer.
MOST_BESIDES = 2000


class DifferenceKind(Enum):
    """What differs."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    DATE = "date"
    REVERSED_HERE = "reversed_here"
    TWICE_THERE = "twice_there"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """Money that came in, as the bank has it."""

    external_reference: str
    receive_date: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference; `line` and `receipt` are what there is of it on either side."""

    kind: DifferenceKind
    external_reference: str
    line: StatementLine | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """How a statement and the books agree; `more` says that the books have still more which the statement has not."""

    agreed: int
    differences: tuple[Difference, ...]
    more: bool = False


def check_days(start: date, end: date) -> None:
    """Raise ReconciliationDaysWrong where the last day lies before the first, or far after it."""
    if not 0 <= (end - start).days <= _MOST_DAYS:
        raise ReconciliationDaysWrong


def reconcile(
    lines: Sequence[StatementLine], booked: Mapping[str, Receipt], *, besides: Sequence[Receipt]
) -> Reconciliation:
    """Hold each line against the receipt of its reference in `booked`.

    `besides` are transfers of those days that are on no line, one more than MOST_BESIDES where there are more.
    """
    found = list(_on_the_statement(lines, booked))
    wrong = {each.external_reference for each in found}
    stated = {line.external_reference for line in lines}
    missing = (
        Difference(kind=DifferenceKind.MISSING_THERE, external_reference=each.external_reference, receipt=each)
        for each in besides[:MOST_BESIDES]
    )
    return Reconciliation(agreed=len(stated - wrong), differences=(*found, *missing), more=len(besides) > MOST_BESIDES)


def _on_the_statement(lines: Sequence[StatementLine], booked: Mapping[str, Receipt]) -> Iterator[Difference]:
    times: Counter[str] = Counter()
    for line in lines:
        reference = line.external_reference
        times[reference] += 1
        receipt = booked.get(reference)
        kinds = [DifferenceKind.TWICE_THERE] if times[reference] > 1 else list(_kinds(line, receipt))
        for kind in kinds:
            yield Difference(kind=kind, external_reference=reference, line=line, receipt=receipt)


def _kinds(line: StatementLine, receipt: Receipt | None) -> Iterator[DifferenceKind]:
    if receipt is None:
        yield DifferenceKind.MISSING_HERE
        return
    if receipt.reverse_time is not None:
        yield DifferenceKind.REVERSED_HERE
    if receipt.amount != line.amount:
        yield DifferenceKind.AMOUNT
    if receipt.receive_date != line.receive_date:
        yield DifferenceKind.DATE
