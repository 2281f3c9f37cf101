"""Paying instalments with receipts (核销), and taking that back; never more than came in, nor than is owed."""

from collections.abc import Sequence
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.money import Money
from services.contracts.application.receipts import hold_receipt, proposals
from services.contracts.application.settlement import Held, hold, settle
from services.contracts.domain.allocation import Allocation, check_allocations, check_belongs
from services.contracts.domain.instalment import AllocationTooLarge, InstalmentNotFound
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.domain.receipt import Receipt
from services.contracts.domain.receipt_refusals import NothingOwed
from services.contracts.storage import instalments, ledger
from services.contracts.storage.ledger import post
from services.contracts.storage.receipts import FINANCE, RECEIPT_RECORD


async def allocate_receipt(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, allocations: Sequence[Allocation]
) -> Receipt:
    """A receipt pays instalments of its customer: those that are named, or what suggests itself.

    Raises ReceiptNotFound, StaleVersion, ReceiptUnidentified, ReceiptReversedAlready, ReceiptExhausted, NothingOwed,
    InstalmentNotFound, InstalmentNotOpen, AllocationTooLarge, AllocationElsewhere, AllocationTwice, AmountNotPositive.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    wanted = allocations or [each.allocation for each in await proposals(work, receipt)]
    if not wanted:
        raise NothingOwed(receipt=receipt.resource)
    return await pay(work, receipt, wanted)


async def pay(work: UnitOfWork, receipt: Receipt, allocations: Sequence[Allocation]) -> Receipt:
    """Move money of a held receipt to instalments; raises what `allocate_receipt` does."""
    check_allocations(allocations)
    held = await _hold_plans(work, [each.instalment for each in allocations])
    for each in allocations:
        check_belongs(receipt, held.instalments[each.instalment], each.amount)
    total = Money(minor=sum(each.amount.minor for each in allocations), currency=receipt.amount.currency)
    change = receipt.allocate(total, now=work.now)
    for each in allocations:
        held.save(work, held.instalments[each.instalment].pay(each.amount, now=work.now))
        _post(work, Movement.ALLOCATE, each, held=held, receipt=receipt)
    settle(work, held)
    return work.save(RECEIPT_RECORD, change)


async def unallocate_receipt(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, instalment: UUID, amount: Money | None
) -> Receipt:
    """A receipt does not pay an instalment after all, or not so much of it: that is owed again.

    Raises ReceiptNotFound, StaleVersion, AllocationTooLarge, AmountNotPositive.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    minor = (await ledger.allocations_of_receipt(work, uuid)).get(instalment, 0)
    paid = Money(minor=minor, currency=receipt.amount.currency)
    freed = Allocation(instalment=instalment, amount=amount or paid)
    if not minor or freed.amount.currency != paid.currency or freed.amount.minor > minor:
        raise AllocationTooLarge(instalment=f"instalments/{instalment}", open=paid.written())
    change = receipt.unallocate(freed.amount, now=work.now)
    await free(work, receipt, [freed])
    return work.save(RECEIPT_RECORD, change)


async def free(work: UnitOfWork, receipt: Receipt, allocations: Sequence[Allocation]) -> None:
    """Take money of a held receipt back from instalments it pays; the caller saves the receipt."""
    held = await _hold_plans(work, [each.instalment for each in allocations])
    for each in allocations:
        held.save(work, held.instalments[each.instalment].give_back(each.amount, now=work.now))
        _post(work, Movement.UNALLOCATE, each, held=held, receipt=receipt)
    settle(work, held)


async def _hold_plans(work: UnitOfWork, uuids: Sequence[UUID]) -> Held:
    of = await instalments.contracts_of_instalments(work, uuids, permission=FINANCE)
    for uuid in uuids:
        if uuid not in of:
            raise InstalmentNotFound(instalment=f"instalments/{uuid}")
    return await hold(work, of.values())


def _post(work: UnitOfWork, movement: Movement, allocation: Allocation, *, held: Held, receipt: Receipt) -> None:
    contract = held.instalments[allocation.instalment].contract
    about = Concerning(contract=contract, instalment=allocation.instalment, receipt=receipt.uuid)
    actor = work.principal.subject
    post(work, move(movement, allocation.amount, uuid=work.new_id(), about=about, actor=actor, now=work.now))
