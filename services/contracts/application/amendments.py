"""Amending contracts (补充协议): proposed, reviewed, signed; only what nobody has begun to pay is planned anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.files import File, keep
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.application.amendment_review import ask_legal, let_go
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import WRITING, require_unused
from services.contracts.application.payment_plan import agreed_parts, enter
from services.contracts.application.settlement import Held, hold, settle
from services.contracts.domain.amendment import (
    UNDER_WAY,
    Amendment,
    AmendmentNotFound,
    AmendmentOpenAlready,
    AmendmentQuoteElsewhere,
    propose_amendment,
    rest_to_plan,
)
from services.contracts.domain.contract import Contract
from services.contracts.domain.contract_refusals import ContractNotFound
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.domain.payment_plan import instalments_of
from services.contracts.domain.signature import Evidence, Signature, SignatureMethod, signed_on_paper
from services.contracts.storage import amendments, contracts, instalments
from services.contracts.storage.amendments import AMENDMENT_RECORD
from services.contracts.storage.contracts import CONTRACT_RECORD, READING
from services.contracts.storage.ledger import post
from services.contracts.storage.metadata import FILES
from services.contracts.storage.signatures import SIGNATURE_RECORD, Document, keep_document


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentWish:
    """What is to change of a contract; without a quote its amount stays, without a day its end."""

    text: str
    quote: UUID | None = None
    end: date | None = None
    payment_plan: str = ""


async def get_amendment(read: Read, *, uuid: UUID, permission: str = READING) -> tuple[Amendment, Contract]:
    """An amendment shows itself to whom its contract concerns. Raises AmendmentNotFound."""
    found = await amendments.get_amendment(read, uuid)
    try:
        return found, await contracts.get_contract(read, found.contract, permission=permission)
    except ContractNotFound as error:
        raise AmendmentNotFound(amendment=found.resource) from error


async def list_amendments(read: Read, *, contract: UUID) -> Sequence[Amendment]:
    """A contract tells how it was amended. Raises ContractNotFound."""
    await contracts.get_contract(read, contract)
    return await amendments.amendments_of(read, contract)


async def propose(work: UnitOfWork, desk: ContractDesk, *, contract: UUID, wish: AmendmentWish) -> Amendment:
    """A change of a contract in force is given to legal; another amount comes from an approved quote, on no other way.

    Raises ContractNotFound, ContractCannotMove, AmendmentOpenAlready, OfferUnknown, OfferAccepted, OfferNotApproved,
    QuoteHasContract, AmendmentQuoteElsewhere, PaymentPlanUnknown, ContractDatesCrossed, AmendmentBelowBegun.
    """
    found = await contracts.get_contract(work, contract, permission=WRITING)
    for before in await amendments.amendments_of(work, contract):
        if before.state in UNDER_WAY:
            raise AmendmentOpenAlready(amendment=before.resource)
    amount, quote_hash = found.amount, b""
    if wish.quote is not None:
        offer = await desk.offers.get(work, wish.quote, permission=WRITING)
        await require_unused(work, offer)
        deal = (offer.opportunity, offer.account, offer.gross_total.currency)
        if deal != (found.opportunity, found.account, amount.currency):
            raise AmendmentQuoteElsewhere
        amount, quote_hash = offer.gross_total, offer.content_hash
    plan = wish.payment_plan or found.payment_template
    amendment = Amendment(
        uuid=work.new_id(),
        contract=contract,
        text=wish.text,
        quote=wish.quote,
        quote_hash=quote_hash,
        amount=amount,
        end_date=wish.end or found.end_date,
        payment_template=plan,
        payment_parts=await agreed_parts(work, key=plan, rulebook=desk.rulebook),
        creator=work.principal.subject,
        create_time=work.now,
        update_time=work.now,
    )
    # Refused before legal is asked: what cannot hold now would be refused at its signature.
    found.amend(amount=amount, end=amendment.end_date, now=work.now)
    rest_to_plan(amount, await instalments.instalments_of_contract(work, contract))
    approval = await ask_legal(work, amendment=amendment, contract=found)
    return work.save(AMENDMENT_RECORD, propose_amendment(replace(amendment, approval=approval.uuid)))


async def drop_amendment(work: UnitOfWork, *, uuid: UUID, seen: int | None, comment: str) -> Amendment:
    """Whoever answers for the contract lets an amendment go before it is signed.

    Raises AmendmentNotFound, StaleVersion, AmendmentCannotMove.
    """
    amendment, _ = await get_amendment(work, uuid=uuid, permission=WRITING)
    _check_seen(amendment, seen)
    return await let_go(work, amendment=amendment, comment=comment)


async def record_signing(
    work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, scan: File, evidence: Evidence
) -> Amendment:
    """An approved amendment was signed on paper: the contract says it from then on, and its rest is planned anew.

    The sum of the plan stays the amount, to the last minor unit. Raises AmendmentNotFound, AmendmentCannotMove,
    AmendmentNotAsApproved, OfferNotApproved, OfferChanged, OfferAccepted, ContractCannotMove, AmendmentBelowBegun.
    """
    amendment, _ = await get_amendment(work, uuid=uuid, permission=WRITING)
    change = amendment.sign(now=work.now)
    held = await hold(work, [amendment.contract])
    (contract,) = held.contracts
    sold = None
    if amendment.quote is not None:
        offer = await desk.offers.by_itself(work, amendment.quote)
        offer.require_signable(amendment.quote_hash)
        sold = offer.sold
        await desk.offers.accept(work, amendment.quote)
    amended = contract.amend(amount=amendment.amount, end=amendment.end_date, sold=sold, now=work.now)
    saved = work.save(CONTRACT_RECORD, amended)
    _plan_anew(work, desk, held, saved, amendment)
    settle(work, Held((saved,), held.instalments))
    _keep_paper(work, amendment, scan=scan, evidence=evidence)
    return work.save(AMENDMENT_RECORD, change)


def _plan_anew(work: UnitOfWork, desk: ContractDesk, held: Held, contract: Contract, amendment: Amendment) -> None:
    """Take out of plan and ledger what nobody has begun to pay, and enter what is left of the new amount."""
    rest, actor = rest_to_plan(amendment.amount, held.instalments.values()), work.principal.subject
    for each in [each for each in held.instalments.values() if each.is_untouched]:
        owed = Concerning(contract=contract.uuid, instalment=each.uuid)
        post(work, move(Movement.CANCEL, each.open, uuid=work.new_id(), about=owed, actor=actor, now=work.now))
        held.save(work, each.cancel(now=work.now))
    if not rest.minor:
        return
    first = max((each.sequence for each in held.instalments.values()), default=0) + 1
    signed_on = work.now.astimezone(desk.zone).date()
    for planned in instalments_of(amendment.payment_parts, rest, signed_on=signed_on, first=first):
        entered = enter(work, contract, planned)
        held.instalments[entered.uuid] = entered


def _keep_paper(work: UnitOfWork, amendment: Amendment, *, scan: File, evidence: Evidence) -> None:
    signature = Signature(
        uuid=work.new_id(),
        contract=amendment.contract,
        method=SignatureMethod.PAPER,
        token_hash=None,
        expire_time=work.now,
        content_hash=amendment.approved_hash,
        document=scan.uuid,
        document_hash=scan.sha256,
        evidence=evidence,
        creator=work.principal.subject,
        sign_time=work.now,
        create_time=work.now,
        update_time=work.now,
    )
    work.save(SIGNATURE_RECORD, signed_on_paper(signature))
    keep(work, FILES, scan)
    document = Document(
        uuid=work.new_id(),
        subject=amendment.resource,
        kind="signed",
        file=scan.uuid,
        content_hash=amendment.approved_hash,
        sha256=scan.sha256,
        create_time=work.now,
    )
    keep_document(work, document)


def _check_seen(amendment: Amendment, seen: int | None) -> None:
    if seen is not None and amendment.version != seen:
        raise StaleVersion(resource=amendment.resource)
