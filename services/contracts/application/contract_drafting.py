"""Drafting contracts (起草合同) from approved quotes, and rewording the draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from kernel.money import Money
from services.contracts.application.contract_desk import ASKING_SECONDS, ContractDesk
from services.contracts.application.contract_templates import template_for
from services.contracts.application.open_opportunities import require_open
from services.contracts.application.payment_plan import agreed_parts
from services.contracts.domain.amendment import AmendmentOpenAlready
from services.contracts.domain.clauses import Clause
from services.contracts.domain.contract import Contract, ContractTerms, draft
from services.contracts.domain.contract_refusals import QuoteHasContract
from services.contracts.domain.contract_template import check_clauses
from services.contracts.domain.offer import Offer
from services.contracts.storage import amendments, contracts
from services.contracts.storage.contracts import CONTRACT_RECORD

WRITING = "contracts.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWish:
    """What is said of a contract to draft; what is not said comes from the template and the quote."""

    template: UUID | None = None
    language: str = ""
    clauses: tuple[Clause, ...] = ()
    buyer: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    payment_plan: str = ""
    renews: UUID | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractEdit:
    """What is to change of a draft: the fields named in `paths`, with their new values in `wish`."""

    paths: frozenset[str]
    wish: DraftWish


async def prepare_buyer(desk: ContractDesk, *, offer: Offer, token: str, seconds: float = ASKING_SECONDS) -> str:
    """The name of the customer, asked before the transaction on the account of `token`, else of the service itself.

    Raises Overloaded where pipeline does not answer within `seconds`.
    """
    return offer.buyer or await desk.buyers.name_of(offer.account, token=token, seconds=seconds)


async def create_contract(work: UnitOfWork, desk: ContractDesk, *, quote: UUID, wish: DraftWish) -> Contract:
    """An approved quote becomes the draft of one contract, worded as its template says.

    Raises OfferUnknown, QuoteOpportunityClosed, OfferAccepted, OfferNotApproved, OfferOutOfDate, QuoteHasContract,
    AmendmentOpenAlready,
    ContractTemplateUnknown, ClausesInvalid, PaymentPlanUnknown, ContractDatesCrossed, ContractNotFound,
    ContractNotRenewable.
    """
    offer = await desk.offers.get(work, quote, permission=WRITING)
    return await draft_from(work, desk, offer=offer, wish=wish)


async def draft_from(work: UnitOfWork, desk: ContractDesk, *, offer: Offer, wish: DraftWish) -> Contract:
    """The same for a quote that was found; raises as create_contract."""
    await require_open(work, offer.opportunity)
    offer.require_in_time(work.now.astimezone(desk.zone).date())
    await require_unused(work, offer)
    template = await template_for(work, uuid=wish.template, language=wish.language)
    clauses = wish.clauses or template.text.clauses
    check_clauses(clauses)
    payment_plan = wish.payment_plan or template.text.payment_plan
    parts = await agreed_parts(work, key=payment_plan, rulebook=desk.rulebook)
    if wish.renews is not None:
        (await contracts.get_contract(work, wish.renews, permission=WRITING)).require_renewable(account=offer.account)
    terms = ContractTerms(
        language=template.text.language,
        template=template.uuid,
        template_version=template.version,
        clauses=clauses,
        buyer=wish.buyer or offer.buyer,
        variables=wish.variables,
    )
    contract = Contract(
        uuid=work.new_id(),
        number=await _next_number(work, desk),
        quote=offer.quote,
        quote_hash=offer.content_hash,
        opportunity=offer.opportunity,
        account=offer.account,
        owner=offer.owner,
        team=offer.team,
        region=offer.region,
        amount=offer.gross_total,
        paid=Money(minor=0, currency=offer.gross_total.currency),
        sold=offer.sold,
        terms=terms,
        payment_template=payment_plan,
        payment_parts=parts,
        start_date=wish.start,
        end_date=wish.end,
        renews=wish.renews,
        creator=work.principal.subject,
        create_time=work.now,
        update_time=work.now,
    )
    return work.save(CONTRACT_RECORD, draft(contract))


async def require_unused(read: Read, offer: Offer) -> None:
    """What is approved is agreed upon once: as a contract, or as an amendment of one.

    Raises OfferAccepted, OfferNotApproved, QuoteHasContract, AmendmentOpenAlready.
    """
    offer.require_free()
    offer.require_approved()
    existing = await contracts.contract_of_quote(read, offer.quote)
    if existing is not None:
        raise QuoteHasContract(contract=existing.resource)
    amendment = await amendments.amendment_under_way(read, quote=offer.quote)
    if amendment is not None:
        raise AmendmentOpenAlready(amendment=amendment.resource)


async def update_contract(
    work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, seen: int, edit: ContractEdit
) -> Contract:
    """A draft is reworded; what legal approved is never changed behind its back.

    Raises ContractNotFound, StaleVersion, ContractNotInDraft, ClausesInvalid, PaymentPlanUnknown, ContractDatesCrossed.
    """
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    wish, terms, paths = edit.wish, contract.terms, edit.paths
    if "clauses" in paths:
        check_clauses(wish.clauses)
    parts = contract.payment_parts
    if "payment_plan" in paths:
        parts = await agreed_parts(work, key=wish.payment_plan, rulebook=desk.rulebook)
    change = contract.reworded(
        terms=replace(
            terms,
            clauses=wish.clauses if "clauses" in paths else terms.clauses,
            buyer=wish.buyer if "buyer" in paths else terms.buyer,
            variables=wish.variables if "variables" in paths else terms.variables,
        ),
        payment_template=wish.payment_plan if "payment_plan" in paths else contract.payment_template,
        payment_parts=parts,
        start=wish.start if "start_date" in paths else contract.start_date,
        end=wish.end if "end_date" in paths else contract.end_date,
        by=work.principal.subject,
        now=work.now,
    )
    return work.save(CONTRACT_RECORD, change) if change.events else contract


async def _next_number(work: UnitOfWork, desk: ContractDesk) -> str:
    rules = await desk.rules(work)
    running = await contracts.next_number(work)
    return rules.number(year=work.now.astimezone(desk.zone).year, running=running)
