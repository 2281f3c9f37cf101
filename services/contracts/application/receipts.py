"""Receipts (到款): reading them, and holding one to change it."""

from collections.abc import Sequence
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from kernel.money import Money
from services.contracts.domain.allocation import Allocation, Proposal, propose
from services.contracts.domain.contract import Contract
from services.contracts.domain.receipt import Payer, Receipt
from services.contracts.domain.receipt_refusals import ContractNotSigned
from services.contracts.storage import instalments, ledger, receipts
from services.contracts.storage.receipts import FINANCE

_MOST_PROPOSED = 100


async def get_receipt(read: Read, *, uuid: UUID) -> Receipt:
    """A receipt shows itself to whom its customer concerns. Raises ReceiptNotFound."""
    return await receipts.get_receipt(read, uuid)


async def list_receipts(read: Read, *, wanted: PageRequest) -> Page[Receipt]:
    """Receipts are listed, the latest first."""
    return await receipts.list_receipts(read, wanted)


async def list_unclaimed_receipts(read: Read, *, wanted: PageRequest) -> Page[Receipt]:
    """What nobody knows whose it is shows itself to everybody who has contracts: it may pay one of his."""
    return await receipts.list_unclaimed(read, wanted)


async def list_allocations(read: Read, *, uuid: UUID) -> Sequence[Allocation]:
    """A receipt tells what it pays, as the ledger has it. Raises ReceiptNotFound."""
    receipt = await receipts.get_receipt(read, uuid)
    paid = await ledger.allocations_of_receipt(read, uuid)
    return [
        Allocation(instalment=instalment, amount=Money(minor=minor, currency=receipt.amount.currency))
        for instalment, minor in paid.items()
    ]


async def preview_allocation(read: Read, *, uuid: UUID) -> tuple[Receipt, tuple[Proposal, ...]]:
    """A receipt would pay the contract it came for, then what its customer owes besides, the oldest first.

    Raises ReceiptNotFound, ReceiptUnidentified.
    """
    receipt = await receipts.get_receipt(read, uuid, permission=FINANCE)
    return receipt, await proposals(read, receipt)


async def proposals(read: Read, receipt: Receipt) -> tuple[Proposal, ...]:
    """What suggests itself. Raises ReceiptUnidentified, ReceiptReversedAlready."""
    payer = receipt.must_be_usable()
    owed = await instalments.open_instalments_of_account(
        read,
        payer.account,
        first=payer.contract,
        currency=receipt.amount.currency,
        most=_MOST_PROPOSED,
        permission=FINANCE,
    )
    return propose(receipt, owed)


async def hold_receipt(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Receipt:
    """The receipt for finance, which nobody else changes meanwhile. Raises ReceiptNotFound, StaleVersion."""
    await work.begin()
    return check_seen(await receipts.get_receipt(work, uuid, permission=FINANCE, lock=True), seen)


def check_seen(receipt: Receipt, seen: int | None) -> Receipt:
    """The receipt, unless it changed since the caller saw it; raises StaleVersion."""
    if seen is not None and receipt.version != seen:
        raise StaleVersion(resource=receipt.resource)
    return receipt


def payer_of(contract: Contract) -> Payer:
    """Who pays a contract. Raises ContractNotSigned."""
    if not contract.signed:
        raise ContractNotSigned(contract=contract.resource)
    return Payer(
        contract=contract.uuid,
        account=contract.account,
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
    )
