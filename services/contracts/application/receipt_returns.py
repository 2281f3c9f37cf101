"""Money that goes back or was none: refunds, reversals; and bills that become cash (承兑汇票)."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.work import UnitOfWork
from kernel.money import Money
from services.contracts.application.receipt_allocation import free
from services.contracts.application.receipts import hold_receipt
from services.contracts.domain.allocation import Allocation
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.domain.receipt import Receipt
from services.contracts.domain.receipt_refusals import ReceiptExhausted
from services.contracts.storage import ledger, receipts
from services.contracts.storage.ledger import post
from services.contracts.storage.receipts import RECEIPT_RECORD

MOST_AT_ONCE = 200


async def refund_receipt(work: UnitOfWork, *, uuid: UUID, seen: int | None, amount: Money | None) -> Receipt:
    """What is left of a receipt is paid back, or a part of that.

    Raises ReceiptNotFound, StaleVersion, ReceiptReversedAlready, ReceiptExhausted, ReceiptBillNotPaid,
    AmountNotPositive.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    back = receipt.left if amount is None else amount
    if back.currency != receipt.amount.currency:
        raise ReceiptExhausted(receipt=receipt.resource, left=receipt.left.written())
    change = receipt.refund(back, now=work.now)
    _post(work, Movement.REFUND, back, receipt=receipt)
    return work.save(RECEIPT_RECORD, change)


async def reverse_receipt(work: UnitOfWork, *, uuid: UUID, seen: int | None, comment: str) -> Receipt:
    """A receipt was a mistake, or its bill is not honoured: it is taken back whole, and what it paid is owed again.

    Raises ReceiptNotFound, StaleVersion, ReceiptReversedAlready, ReceiptRefundedAlready.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    change = receipt.reverse(comment=comment, now=work.now)
    paid = await ledger.allocations_of_receipt(work, uuid)
    if paid:
        currency = receipt.amount.currency
        freed = [
            Allocation(instalment=each, amount=Money(minor=minor, currency=currency)) for each, minor in paid.items()
        ]
        await free(work, receipt, freed)
    _post(work, Movement.REVERSE, receipt.amount, receipt=receipt)
    return work.save(RECEIPT_RECORD, change)


async def mature_bills(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """A bill is cash from its day on; one that is not honoured is reversed. How many became cash."""
    await work.begin()
    today = work.now.astimezone(zone).date()
    due = await receipts.lock_paid_bills(work, today=today, most=MOST_AT_ONCE)
    for bill in due:
        _post(work, Movement.MATURE, bill.amount, receipt=bill)
        work.save(RECEIPT_RECORD, bill.mature(now=work.now))
    return len(due)


def _post(work: UnitOfWork, movement: Movement, amount: Money, *, receipt: Receipt) -> None:
    about = Concerning(receipt=receipt.uuid)
    moved = move(
        movement,
        amount,
        uuid=work.new_id(),
        about=about,
        actor=work.principal.subject,
        now=work.now,
        by_bill=receipt.by_bill,
    )
    post(work, moved)
