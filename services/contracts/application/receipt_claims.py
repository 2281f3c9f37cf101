"""Whose money it is (到款认领): a salesperson claims, finance confirms, or says it without a claim."""

from uuid import UUID

from chassis.work import UnitOfWork
from services.contracts.application.contract_drafting import WRITING
from services.contracts.application.receipt_allocation import pay
from services.contracts.application.receipts import check_seen, hold_receipt, payer_of, proposals
from services.contracts.domain.receipt import Receipt, ReceiptClaim
from services.contracts.storage import contracts, receipts
from services.contracts.storage.receipts import FINANCE, RECEIPT_RECORD


async def claim_receipt(work: UnitOfWork, *, uuid: UUID, seen: int | None, contract: UUID) -> Receipt:
    """A salesperson says that an unidentified receipt pays a contract of his; finance answers.

    Raises ReceiptNotFound, StaleVersion, ReceiptReversedAlready, ReceiptClaimedAlready, ContractNotFound,
    ContractNotSigned.
    """
    await work.begin()
    receipt = check_seen(await receipts.lock_unidentified(work, uuid), seen)
    payer_of(await contracts.get_contract(work, contract, permission=WRITING))
    claim = ReceiptClaim(contract=contract, claimer=work.principal.subject, time=work.now)
    return work.save(RECEIPT_RECORD, receipt.claimed(claim))


async def confirm_claim(work: UnitOfWork, *, uuid: UUID, seen: int | None, allocate: bool) -> Receipt:
    """Finance agrees with a claim; with `allocate` the receipt pays at once what suggests itself.

    Raises ReceiptNotFound, StaleVersion, ReceiptReversedAlready, ReceiptNotClaimed, ContractNotSigned.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    claimed = await contracts.contract_by_itself(work, receipt.must_be_claimed().contract)
    known = work.save(RECEIPT_RECORD, receipt.identify(payer_of(claimed), now=work.now))
    wanted = [each.allocation for each in await proposals(work, known)] if allocate else []
    return await pay(work, known, wanted) if wanted else known


async def reject_claim(work: UnitOfWork, *, uuid: UUID, seen: int | None, comment: str) -> Receipt:
    """Finance does not agree with a claim, and says why; the receipt waits for another.

    Raises ReceiptNotFound, StaleVersion, ReceiptNotClaimed.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    return work.save(RECEIPT_RECORD, receipt.reject_claim(comment=comment, now=work.now))


async def identify_receipt(work: UnitOfWork, *, uuid: UUID, seen: int | None, contract: UUID) -> Receipt:
    """Finance says whose money it is, or corrects that while nothing of it is used.

    Raises ReceiptNotFound, StaleVersion, ReceiptReversedAlready, ReceiptInUse, ContractNotFound, ContractNotSigned.
    """
    receipt = await hold_receipt(work, uuid=uuid, seen=seen)
    paid = await contracts.get_contract(work, contract, permission=FINANCE)
    return work.save(RECEIPT_RECORD, receipt.identify(payer_of(paid), now=work.now))
