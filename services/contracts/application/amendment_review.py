"""The legal review of amendments (补充协议审查), and what becomes of it when its contract or its quote moves."""

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
from chassis.work import UnitOfWork
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.domain.amendment import UNDER_WAY, Amendment, AmendmentState
from services.contracts.domain.contract import Contract
from services.contracts.storage import amendments
from services.contracts.storage.amendments import AMENDMENT_RECORD
from services.contracts.storage.approvals import APPROVALS
from trade.reasons import Reason

AMENDMENT_REVIEW = "amendment_review"
_LEGAL = ApproverRule(permission="contracts.legal")


async def ask_legal(work: UnitOfWork, *, amendment: Amendment, contract: Contract) -> Approval:
    """Legal is asked about exactly what an amendment says."""
    subject = ApprovalSubject(
        name=amendment.resource,
        content_hash=amendment.content_hash(),
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
        parties=frozenset({amendment.creator}),
    )
    why = (Reason("CONTRACT_AMENDED", {"number": contract.number}),)
    return await ask(work, APPROVALS, kind=AMENDMENT_REVIEW, subject=subject, approver=_LEGAL, reasons=why)


async def let_go(work: UnitOfWork, *, amendment: Amendment, comment: str = "") -> Amendment:
    """Nothing comes of an amendment: legal is not asked any more. Raises AmendmentCannotMove."""
    change = amendment.drop(comment=comment, now=work.now)
    await outdate(work, APPROVALS, subject=amendment.resource, kind=AMENDMENT_REVIEW)
    return work.save(AMENDMENT_RECORD, change)


async def end_amendments(work: UnitOfWork, *, contract: Contract) -> None:
    """A contract that ended is amended no more: what was under way is dropped with it."""
    for each in await amendments.amendments_of(work, contract.uuid):
        if each.state in UNDER_WAY:
            await let_go(work, amendment=each)


async def hand_over_amendments(work: UnitOfWork, *, contract: Contract) -> None:
    """The open question about an amendment goes to another owner with its contract."""
    for each in await amendments.amendments_of(work, contract.uuid):
        if each.state is AmendmentState.PROPOSED:
            whose = {"owner": contract.owner, "team": contract.team, "region": contract.region}
            await hand_over_approvals(work, APPROVALS, subject=each.resource, kind=AMENDMENT_REVIEW, **whose)


async def _reviewed(work: UnitOfWork, approval: Approval) -> Amendment:
    return await amendments.get_amendment(work, UUID(approval.subject.name.rpartition("/")[2]))


async def _content(work: UnitOfWork, approval: Approval) -> bytes:
    return (await _reviewed(work, approval)).content_hash()


async def _parties(work: UnitOfWork, approval: Approval) -> frozenset[str]:
    return frozenset({(await _reviewed(work, approval)).creator})


@dataclass(frozen=True, slots=True)
class _Reviews:
    desk: ContractDesk

    async def settle(self, work: UnitOfWork, approval: Approval) -> None:
        """The amendment follows the decision: it may be signed while its quote stands, or nothing comes of it."""
        amendment = await _reviewed(work, approval)
        if approval.state is ApprovalState.APPROVED:
            if amendment.quote is not None:
                (await self.desk.offers.by_itself(work, amendment.quote)).require_signable(amendment.quote_hash)
            work.save(AMENDMENT_RECORD, amendment.approve(now=work.now))
            return
        comment = approval.decision.comment if approval.decision else ""
        work.save(AMENDMENT_RECORD, amendment.drop(comment=comment, now=work.now))


def amendment_kind(desk: ContractDesk) -> ApprovalKind:
    """What a decision of legal about an amendment does."""
    return ApprovalKind(content=_content, effect=_Reviews(desk).settle, parties=_parties)
