"""The legal review of contracts (法务审查): opened by whoever drafts, decided by legal, bound to the content."""

from dataclasses import dataclass
from uuid import UUID

from chassis.approvals import (
    Approval,
    ApprovalKind,
    ApprovalState,
    ApprovalSubject,
    ApproverRule,
    ask,
    hand_over_approvals,
    outdate,
)
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import WRITING
from services.contracts.application.contract_templates import clauses_of_version
from services.contracts.application.open_opportunities import require_open
from services.contracts.application.signature_links import revoke_links
from services.contracts.domain.clauses import ClauseDifference, changed_headings, differences
from services.contracts.domain.contract import Contract
from services.contracts.domain.contract_paper import contract_clauses
from services.contracts.domain.offer import Offer
from services.contracts.domain.requoting import requoted
from services.contracts.storage import amendments, contracts
from services.contracts.storage.approvals import APPROVALS
from services.contracts.storage.contracts import CONTRACT_RECORD
from trade.reasons import Reason

LEGAL_REVIEW = "legal_review"
_LEGAL = ApproverRule(permission="contracts.legal")


async def open_review(work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, seen: int | None) -> Contract:
    """A draft whose quote is still approved, and whose variables are all filled in, goes to legal.

    Raises ContractNotFound, StaleVersion, ContractCannotMove, BuyerMissing, VariablesMissing, OfferNotApproved,
    OfferChanged, OfferAccepted, QuoteOpportunityClosed.
    """
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if seen is not None and contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    return await review(work, desk, contract=contract)


async def review(work: UnitOfWork, desk: ContractDesk, *, contract: Contract, requester: str = "") -> Contract:
    """The same for a contract that was found; raises as open_review."""
    offer = await desk.offers.by_itself(work, contract.quote)
    await require_open(work, contract.opportunity)
    offer.require_signable(contract.quote_hash)
    contract_clauses(contract, company=desk.company, labels=desk.labels(contract))
    # Refused before anything is asked: the approval would otherwise be gathered for nothing.
    contract.open_review(approval=contract.uuid, now=work.now)
    approval = await ask(
        work,
        APPROVALS,
        kind=LEGAL_REVIEW,
        subject=_subject(contract),
        approver=_LEGAL,
        reasons=await _reasons(work, contract),
        requester=requester,
    )
    return work.save(CONTRACT_RECORD, contract.open_review(approval=approval.uuid, now=work.now))


async def recall(work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, seen: int | None) -> Contract:
    """A contract under way becomes a draft again, on what is approved of its quote by now.

    What legal was asked or granted, and its links, hold no longer. Raises ContractNotFound, StaleVersion,
    ContractCannotMove.
    """
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if seen is not None and contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    drafted = await make_draft(work, contract=contract)
    offer = await desk.offers.approved_version(work, contract.quote)
    return drafted if offer is None else await take_over(work, contract=drafted, offer=offer)


async def make_draft(work: UnitOfWork, *, contract: Contract) -> Contract:
    """A contract becomes a draft again: its approval and its links hold no longer. Raises ContractCannotMove."""
    change = contract.send_back(comment="", now=work.now)
    await end_review(work, contract=contract)
    await revoke_links(work, contract=contract.uuid)
    return work.save(CONTRACT_RECORD, change)


async def take_over(work: UnitOfWork, *, contract: Contract, offer: Offer) -> Contract:
    """A draft takes over what is approved of its quote, unless that became a contract or an amendment already."""
    if offer.quote != contract.quote:
        taken = await contracts.contract_of_quote(work, offer.quote)
        if taken is not None or await amendments.amendment_under_way(work, quote=offer.quote) is not None:
            return contract
    change = requoted(contract, offer, now=work.now)
    return work.save(CONTRACT_RECORD, change) if change.events else contract


async def end_review(work: UnitOfWork, *, contract: Contract) -> None:
    """What legal was asked, or granted, about the contract holds no longer."""
    await outdate(work, APPROVALS, subject=contract.resource, kind=LEGAL_REVIEW)


async def hand_over_review(work: UnitOfWork, *, contract: Contract) -> None:
    """The open question about a contract goes to another owner with it."""
    await hand_over_approvals(
        work,
        APPROVALS,
        subject=contract.resource,
        kind=LEGAL_REVIEW,
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
    )


async def explain(read: Read, *, uuid: UUID) -> tuple[ClauseDifference, ...]:
    """A contract shows what differs from the version of the template it was taken from. Raises ContractNotFound."""
    return await differing(read, await contracts.get_contract(read, uuid))


async def differing(read: Read, contract: Contract) -> tuple[ClauseDifference, ...]:
    """The clauses that are not as the template has them."""
    terms = contract.terms
    template = await clauses_of_version(read, uuid=terms.template, version=terms.template_version)
    return differences(template, terms.clauses)


async def _reasons(read: Read, contract: Contract) -> tuple[Reason, ...]:
    terms = contract.terms
    template = await clauses_of_version(read, uuid=terms.template, version=terms.template_version)
    changed = changed_headings(template, terms.clauses)
    if not changed:
        return (Reason("CONTRACT_AS_TEMPLATE", {}),)
    return tuple(Reason("CONTRACT_CLAUSE_DIFFERS", {"heading": heading}) for heading in changed)


def _subject(contract: Contract) -> ApprovalSubject:
    return ApprovalSubject(
        name=contract.resource,
        content_hash=contract.content_hash(),
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
        parties=contract.authors,
    )


async def _content(work: UnitOfWork, approval: Approval) -> bytes:
    return (await contracts.contract_by_itself(work, _reviewed(approval))).content_hash()


async def _parties(work: UnitOfWork, approval: Approval) -> frozenset[str]:
    """Whoever wrote a part of the contract, and whose it is now: none reviews it, whoever asked."""
    contract = await contracts.contract_by_itself(work, _reviewed(approval))
    return contract.authors | {f"members/{contract.owner}"}


@dataclass(frozen=True, slots=True)
class _Reviews:
    desk: ContractDesk

    async def settle(self, work: UnitOfWork, approval: Approval) -> None:
        """The contract follows the decision: approved while its quote stands, or a draft again with what legal said."""
        contract = await contracts.contract_by_itself(work, _reviewed(approval))
        comment = approval.decision.comment if approval.decision else ""
        if approval.state is ApprovalState.APPROVED:
            (await self.desk.offers.by_itself(work, contract.quote)).require_signable(contract.quote_hash)
            work.save(CONTRACT_RECORD, contract.approve(now=work.now))
        else:
            work.save(CONTRACT_RECORD, contract.send_back(comment=comment, now=work.now))


def _reviewed(approval: Approval) -> UUID:
    return UUID(approval.subject.name.rpartition("/")[2])


def legal_review_kind(desk: ContractDesk) -> ApprovalKind:
    """What a decision of legal about a contract does."""
    return ApprovalKind(content=_content, effect=_Reviews(desk).settle, parties=_parties)
