"""Sending contracts and signing them (签署): by a link and a code, or on paper; one signature, one effect."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from chassis.files import File, keep
from chassis.work import Read, UnitOfWork
from kernel.errors import DayOutside, Refusal, StaleVersion
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import WRITING
from services.contracts.application.open_opportunities import require_open
from services.contracts.application.signature_links import open_link, revoke_links
from services.contracts.domain.contract import Contract, ContractState
from services.contracts.domain.contract_refusals import ContractCannotMove, ContractNotAsApproved
from services.contracts.domain.signature import (
    Evidence,
    SealMissing,
    Signature,
    SignatureCodeWrong,
    SignatureMethod,
    digest_of,
    signed_on_paper,
)
from services.contracts.storage import contracts, signatures
from services.contracts.storage.contracts import CONTRACT_RECORD
from services.contracts.storage.metadata import FILES
from services.contracts.storage.signatures import SIGNATURE_RECORD, Document, find_document, keep_document

SEAL_CONTRACT = "seal_contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A document whose bytes lie in the vault: the file, and the content of the contract it shows."""

    file: File
    content_hash: bytes


async def send_contract(
    work: UnitOfWork,
    desk: ContractDesk,
    *,
    uuid: UUID,
    seen: int | None,
    printed: Printed,
    contact: UUID | None = None,
) -> tuple[Contract, Signature]:
    """An approved contract is sent: its document is kept, and a link is opened under which it can be signed once.

    Raises SealMissing, ContractNotFound, StaleVersion, ContractCannotMove, ContractNotAsApproved, OfferNotApproved,
    OfferChanged, OfferAccepted, OfferOutOfDate, QuoteOpportunityClosed.
    """
    if not desk.has_seal:
        raise SealMissing
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if (seen is not None and contract.version != seen) or contract.content_hash() != printed.content_hash:
        raise StaleVersion(resource=contract.resource)
    await require_open(work, contract.opportunity)
    offer = await desk.offers.by_itself(work, contract.quote)
    offer.require_signable(contract.quote_hash)
    offer.require_in_time(work.now.astimezone(desk.zone).date())
    sent = work.save(CONTRACT_RECORD, contract.send(document=printed.file.uuid, now=work.now))
    _keep(work, sent, printed, kind="sent")
    signature = await open_link(
        work,
        desk,
        contract=sent,
        document=printed.file.uuid,
        document_hash=printed.file.sha256,
        contact=contact,
    )
    return sent, signature


async def reissue_link(
    work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, seen: int | None
) -> tuple[Contract, Signature]:
    """What was sent and is not signed gets another link, when the one before is locked or over; that holds no longer.

    The text, its approval and the document stay. Raises ContractNotFound, StaleVersion, ContractCannotMove,
    ContractNotAsApproved, OfferNotApproved, OfferChanged, OfferAccepted.
    """
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if seen is not None and contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    document = await find_document(work, subject=contract.resource, kind="sent")
    if contract.state is not ContractState.SENT or document is None:
        raise ContractCannotMove(contract=contract.resource, state=contract.state.name, wanted=ContractState.SENT.name)
    contract.require_as_approved()
    (await desk.offers.by_itself(work, contract.quote)).require_signable(contract.quote_hash)
    before = await signatures.signatures_of(work, uuid)
    link = await open_link(
        work,
        desk,
        contract=contract,
        document=document.file,
        document_hash=document.sha256,
        contact=before[-1].contact if before else None,
    )
    return contract, link


async def view_signature(read: Read, *, token: str) -> tuple[Signature, Contract]:
    """Whoever has the link sees what he is asked to sign.

    Raises SignatureNotFound, SignatureClosed, SignatureExpired.
    """
    signature = await signatures.signature_of_token(read, digest_of(token))
    signature.require_open(now=read.now)
    return signature, await contracts.contract_by_itself(read, signature.contract)


async def check_code(work: UnitOfWork, desk: ContractDesk, *, token: str, code: str) -> Signature | Refusal:
    """A wrong code is counted, and locks the link in the end; a link that is closed is left to the signing itself.

    Raises SignatureNotFound.
    """
    signature = await signatures.signature_of_token(work, digest_of(token))
    if not _is_open(signature, work) or signature.accepts(code):
        return signature
    rules = await desk.rules(work)
    work.save(SIGNATURE_RECORD, signature.missed(most=rules.attempts, now=work.now))
    return SignatureCodeWrong()


async def sign_contract(work: UnitOfWork, desk: ContractDesk, *, token: str, code: str, evidence: Evidence) -> Contract:
    """The customer signs what legal approved and the quote still says; the order stands with its payment plan at once.

    Raises SignatureNotFound, SignatureClosed, SignatureExpired, SignatureCodeWrong, ContractCannotMove,
    ContractNotAsApproved, OfferNotApproved, OfferChanged, OfferAccepted.
    """
    signature = await signatures.signature_of_token(work, digest_of(token))
    signature.require_open(now=work.now)
    if not signature.accepts(code):
        raise SignatureCodeWrong
    contract = await contracts.contract_by_itself(work, signature.contract)
    change = signature.sign(evidence=evidence, now=work.now)
    signed = await _signed(work, desk, contract=contract, content_hash=signature.content_hash)
    work.save(SIGNATURE_RECORD, change)
    work.enqueue(SEAL_CONTRACT, {"contract": str(contract.uuid), "signature": str(signature.uuid)})
    return signed


async def record_paper_signing(
    work: UnitOfWork,
    desk: ContractDesk,
    *,
    uuid: UUID,
    scan: File,
    evidence: Evidence,
    signed_on: date | None = None,
    contact: UUID | None = None,
) -> Contract:
    """A contract signed on paper is recorded with its scan and archive number; the order stands as after a link.

    It is an order, and is owed, from the day of the signature on. Raises ContractNotFound, ContractCannotMove,
    ContractNotAsApproved, OfferNotApproved, OfferChanged, OfferAccepted, and InvalidField for a day ahead or before
    the draft.
    """
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    at = _moment(work, desk, contract=contract, signed_on=signed_on)
    await revoke_links(work, contract=contract.uuid)
    signed = await _signed(work, desk, contract=contract, content_hash=contract.approved_hash, at=at)
    signature = Signature(
        uuid=work.new_id(),
        contract=contract.uuid,
        method=SignatureMethod.PAPER,
        token_hash=None,
        expire_time=work.now,
        content_hash=contract.approved_hash,
        document=scan.uuid,
        document_hash=scan.sha256,
        evidence=evidence,
        contact=contact,
        creator=work.principal.subject,
        sign_time=at,
        create_time=work.now,
        update_time=work.now,
    )
    work.save(SIGNATURE_RECORD, signed_on_paper(signature))
    _keep(work, signed, Printed(file=scan, content_hash=contract.approved_hash), kind="signed")
    return signed


def _moment(work: UnitOfWork, desk: ContractDesk, *, contract: Contract, signed_on: date | None) -> datetime:
    """The moment of a signature on paper: now, or noon of the day that is told. Raises DayOutside."""
    today = work.now.astimezone(desk.zone).date()
    if signed_on is None or signed_on == today:
        return work.now
    drafted_on = contract.create_time.astimezone(desk.zone).date()
    if not drafted_on <= signed_on < today:
        raise DayOutside(field="sign_date", first=drafted_on, last=today)
    return datetime.combine(signed_on, time(12), desk.zone)


async def _signed(
    work: UnitOfWork, desk: ContractDesk, *, contract: Contract, content_hash: bytes, at: datetime | None = None
) -> Contract:
    """What both ways do, in one transaction: the contract, its quote and its payment plan."""
    change = contract.sign(now=work.now, at=at)
    if content_hash != contract.content_hash():
        raise ContractNotAsApproved(contract=contract.resource)
    offer = await desk.offers.by_itself(work, contract.quote)
    offer.require_signable(contract.quote_hash)
    await desk.offers.accept(work, contract.quote)
    return await desk.plan(work, contract=work.save(CONTRACT_RECORD, change))


def _is_open(signature: Signature, work: UnitOfWork) -> bool:
    try:
        signature.require_open(now=work.now)
    except Refusal:
        return False
    return True


def _keep(work: UnitOfWork, contract: Contract, printed: Printed, *, kind: str) -> None:
    keep(work, FILES, printed.file)
    document = Document(
        uuid=work.new_id(),
        subject=contract.resource,
        kind=kind,
        file=printed.file.uuid,
        content_hash=printed.content_hash,
        sha256=printed.file.sha256,
        create_time=work.now,
    )
    keep_document(work, document)
