"""Erasing a person (删除个人信息) from contracts and from the money that arrived (G30)."""

from collections.abc import Iterable
from uuid import UUID

from chassis.erasure import forget_answers
from chassis.files import discard
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.domain.contract import Contract
from services.contracts.domain.contract_erasing import erase_signatory
from services.contracts.domain.quote import Quote
from services.contracts.domain.receipt import Receipt
from services.contracts.domain.receipt_erasing import erase_payer
from services.contracts.domain.signature import erase_signer
from services.contracts.storage import amendments, contracts, quotes, receipts, signatures
from services.contracts.storage.amendments import AMENDMENT_RECORD
from services.contracts.storage.contracts import CONTRACT_RECORD
from services.contracts.storage.metadata import FILES
from services.contracts.storage.quotes import QUOTE_RECORD
from services.contracts.storage.receipts import RECEIPT_RECORD
from services.contracts.storage.signatures import SIGNATURE_RECORD

ADMIN = "contracts.admin"
FINANCE = "contracts.finance"


async def erase_contract_person(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str, buyer: bool
) -> Contract:
    """Whoever administers contracts erases who signed one and what was said of people in it, and says why.

    With `buyer` the customer himself is the person: his name goes from contract, quote and receipts, too.
    Raises ContractNotFound, StaleVersion.
    """
    contract = await contracts.get_contract(work, uuid, permission=ADMIN)
    if seen is not None and contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    await work.begin()
    work.note(action="erase person", resource=contract.resource, details={"reason": reason})
    erased = await _of_contract(work, contract, buyer=buyer)
    if buyer:
        await _of_quotes(work, await quotes.quotes_of_opportunity(work, contract.opportunity))
    await _of_receipts(work, await receipts.lock_receipts_of_contract(work, uuid), payer=buyer)
    return erased


async def erase_receipt_person(work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str) -> Receipt:
    """Finance erases the payer of a receipt and the bank's words about it, and says why; the money stays.

    Raises ReceiptNotFound, StaleVersion.
    """
    await work.begin()
    receipt = await receipts.get_receipt(work, uuid, permission=FINANCE, lock=True)
    if seen is not None and receipt.version != seen:
        raise StaleVersion(resource=receipt.resource)
    work.note(action="erase person", resource=receipt.resource, details={"reason": reason})
    (erased,) = await _of_receipts(work, [receipt], payer=True)
    return erased


async def erase_account_person(work: UnitOfWork, *, account: UUID, contact: UUID | None) -> None:
    """Pipeline erased a person: a contact of the customer, or without `contact` the customer himself; so do we.

    Signers who are told to be other contacts stay. Where nobody said who a signer is, it may be he, and he goes:
    sealed papers prove what was signed.
    """
    await work.begin()
    buyer = contact is None
    for contract in await contracts.contracts_of_account(work, account):
        await _of_contract(work, contract, buyer=buyer, contact=contact)
    if buyer:
        await _of_quotes(work, await quotes.quotes_of_account(work, account))
    await _of_receipts(work, await receipts.lock_receipts_of_account(work, account), payer=buyer)


async def _of_contract(work: UnitOfWork, contract: Contract, *, buyer: bool, contact: UUID | None = None) -> Contract:
    """Its signers, or `contact` of them, what was filled in, and papers never signed; the others the law keeps."""
    for signature in await signatures.signatures_of(work, contract.uuid):
        if contact is not None and signature.contact not in {None, contact}:
            continue
        change = erase_signer(signature, now=work.now)
        if change.events:
            work.save(SIGNATURE_RECORD, change)
        await forget_answers(work, resource=signature.resource)
    for amendment in await amendments.amendments_of(work, contract.uuid):
        forgetting = amendment.erase_person(now=work.now)
        if forgetting.events:
            work.save(AMENDMENT_RECORD, forgetting)
        await forget_answers(work, resource=amendment.resource)
    if not contract.signed:
        for document in await signatures.documents_of(work, contract.resource):
            await discard(work, FILES, document.file)
    await forget_answers(work, resource=contract.resource)
    erasing = erase_signatory(contract, buyer=buyer, now=work.now)
    return work.save(CONTRACT_RECORD, erasing) if erasing.events else contract


async def _of_quotes(work: UnitOfWork, found: Iterable[Quote]) -> None:
    for quote in found:
        change = quote.erase_person(now=work.now)
        if change.events:
            work.save(QUOTE_RECORD, change)
        await forget_answers(work, resource=quote.resource)


async def _of_receipts(work: UnitOfWork, found: Iterable[Receipt], *, payer: bool) -> list[Receipt]:
    """What the bank said of the money; what it paid, and the ledger, stay as they are."""
    erased = []
    for receipt in found:
        change = erase_payer(receipt, payer=payer, now=work.now)
        erased.append(work.save(RECEIPT_RECORD, change) if change.events else receipt)
        await forget_answers(work, resource=receipt.resource)
    return erased
