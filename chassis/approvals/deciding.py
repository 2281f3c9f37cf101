"""Asking for approvals and deciding them, with what a decision does to its subject in the same transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.approvals.approval import Approval, ApprovalState, ApprovalSubject, ApproverRule, request_approval
from chassis.approvals.storage import Approvals, find_holding, find_pending, get_approval
from chassis.work import UnitOfWork
from trade.reasons import Reason

Effect = Callable[[UnitOfWork, Approval], Awaitable[None]]
CurrentContent = Callable[[UnitOfWork, Approval], Awaitable[bytes]]
Parties = Callable[[UnitOfWork, Approval], Awaitable[frozenset[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalKind:
    """What a service does about one kind of approvals.

    `content` tells the digest of the subject as it is now; `effect` gets the approval after it was decided or taken
    back and before the commit: what it saves stands or falls with the decision. `parties` tells who may not decide
    besides whoever asked and whose row it is: whoever wrote the subject, for example.
    """

    content: CurrentContent
    effect: Effect
    parties: Parties | None = None


ApprovalKinds = Mapping[str, ApprovalKind]


async def ask(
    work: UnitOfWork,
    approvals: Approvals,
    *,
    kind: str,
    subject: ApprovalSubject,
    approver: ApproverRule,
    reasons: tuple[Reason, ...] = (),
    requester: str = "",
) -> Approval:
    """An approval is asked for once: the same asked for again is the same question.

    Other content is a new one, and so is the same for other reasons: whoever decides has read them.

    Who asks is the caller unless `requester` names the member on whose behalf a service asks.
    """
    pending = await find_pending(work, approvals, subject=subject.name, kind=kind)
    asked = (subject, approver, reasons)
    if pending is not None and (pending.subject, pending.approver, pending.reasons) == asked:
        return pending
    if pending is not None:
        work.save(approvals.record, pending.outdate(by=work.principal.subject, now=work.now))
        # Written first: the key of open questions would otherwise meet the old one.
        await work.flush()
    change = request_approval(
        uuid=work.new_id(),
        kind=kind,
        subject=subject,
        approver=approver,
        reasons=reasons,
        requester=requester or work.principal.subject,
        now=work.now,
    )
    return work.save(approvals.record, change)


async def decide(
    work: UnitOfWork,
    approvals: Approvals,
    kinds: ApprovalKinds,
    *,
    uuid: UUID,
    outcome: ApprovalState,
    seen: bytes,
    comment: str,
) -> Approval:
    """Whoever has the authority decides about what he saw, and the subject follows at once.

    Raises NotFound, ApprovalNotPending, OwnRequestNotDecided, ApproverLacksAuthority, ApprovalContentChanged, and what
    the effect raises.
    """
    approval = await get_approval(work, approvals, uuid)
    kind = kinds[approval.kind]
    change = approval.decide(
        outcome=outcome,
        by=work.principal,
        seen=seen,
        current=await kind.content(work, approval),
        comment=comment,
        now=work.now,
        parties=await kind.parties(work, approval) if kind.parties else frozenset(),
    )
    decided = work.save(approvals.record, change)
    await kind.effect(work, decided)
    return decided


async def withdraw(work: UnitOfWork, approvals: Approvals, kinds: ApprovalKinds, *, uuid: UUID) -> Approval:
    """Whoever asked takes the request back, and the subject follows at once.

    Raises NotFound, ApprovalNotPending, OthersRequestNotWithdrawn.
    """
    approval = await get_approval(work, approvals, uuid)
    withdrawn = work.save(approvals.record, approval.withdraw(by=work.principal, now=work.now))
    await kinds[approval.kind].effect(work, withdrawn)
    return withdrawn


async def outdate(work: UnitOfWork, approvals: Approvals, *, subject: str, kind: str) -> None:
    """The subject changed: what was asked or granted about it holds no longer. The effect does not run."""
    for approval in await find_holding(work, approvals, subject=subject, kind=kind):
        work.save(approvals.record, approval.outdate(by=work.principal.subject, now=work.now))


async def hand_over_approvals(
    work: UnitOfWork,
    approvals: Approvals,
    *,
    subject: str,
    kind: str,
    owner: UUID | None,
    team: UUID | None,
    region: UUID | None,
) -> None:
    """The subject has another owner: the open question goes with it, and he cannot decide what is his own now."""
    pending = await find_pending(work, approvals, subject=subject, kind=kind)
    change = pending.handed_over(owner=owner, team=team, region=region, now=work.now) if pending else None
    if change is not None and change.events:
        work.save(approvals.record, change)
