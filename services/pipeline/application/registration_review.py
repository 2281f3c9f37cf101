"""Reviewing registrations (报备审核): submitted, judged by five criteria, approved, returned or rejected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.approvals import (
    Approval,
    ApprovalKind,
    ApprovalNotPending,
    ApprovalState,
    ApprovalSubject,
    ApproverRule,
    ask,
    decide,
)
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from kernel.events import Change
from services.pipeline.application.collision_deciding import pass_by_cases
from services.pipeline.application.collision_opening import open_for_submission
from services.pipeline.application.registration_desk import REVIEW, WRITE, RegistrationDesk
from services.pipeline.application.registration_opening import open_from
from services.pipeline.application.registrations import acting, create_registration, ownership
from services.pipeline.domain.customer_keys import customer_keys, protecting
from services.pipeline.domain.registration import Registration, Review
from services.pipeline.domain.registration_checks import CriterionVerdict, check_criteria, told_to_owner
from services.pipeline.domain.registration_facts import RegistrationFacts, RegistrationOrigin
from services.pipeline.domain.registration_refusals import RegistrationCommentMissing
from services.pipeline.storage import registrations
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.collision_cases import open_cases_of
from services.pipeline.storage.protections import ProtectedKey, held_by_others, protect, release
from services.pipeline.storage.registrations import RECORD, held_registration, registration_under_review

KIND = "registration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a reviewer decides: the outcome, what he says of each criterion, and of the content he saw.

    With `despite_conflicts` he approves although somebody else protects the customer.
    """

    outcome: ApprovalState
    verdicts: tuple[CriterionVerdict, ...]
    seen: bytes
    comment: str = ""
    despite_conflicts: bool = False


async def submit_registration(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: RegistrationDesk
) -> Registration:
    """A complete registration is submitted, which starts its review by itself: an approval waits for the managers.

    It carries what the machine found of each criterion, and whether somebody else reported the customer, against whom
    a case is opened. Raises RegistrationNotFound, StaleVersion, RegistrationCannotMove, RegistrationIncomplete.
    """
    registration = await registrations.get_registration(work, uuid, permission=WRITE)
    if seen is not None and registration.version != seen:
        raise StaleVersion(resource=registration.name)
    return await _submit(work, registration, desk)


async def register_and_submit(
    work: UnitOfWork,
    *,
    facts: RegistrationFacts,
    owner: UUID,
    origin: RegistrationOrigin,
    desk: RegistrationDesk,
) -> Registration:
    """What a lead tells becomes a registration of its owner, submitted by itself when all six fields are there.

    Otherwise it stays a draft, and its owner fills in the rest. Raises what create_registration raises.
    """
    begun = await create_registration(work, facts=facts, owner=owner, origin=origin, desk=desk)
    return begun if begun.facts.missing else await _submit(work, begun, desk)


async def _submit(work: UnitOfWork, registration: Registration, desk: RegistrationDesk) -> Registration:
    in_force, today = await desk.rules(work), desk.day(work.now)
    facts = registration.facts.checked(today=today)
    change = registration.submit(
        checks=check_criteria(facts, in_force.rules, today=today),
        conflicts=await desk.conflicts(work, registration),
        rules_version=in_force.version,
        today=today,
        now=work.now,
    )
    approval = await _ask_for_review(work, change.aggregate)
    submitted = work.save(RECORD, replace(change, aggregate=change.aggregate.reviewed_under(approval.uuid)))
    if submitted.review.conflicts:
        opener = acting(work.principal, submitted.owner)
        # Written first: the case freezes what the tables tell of both sides.
        await work.flush()
        await open_for_submission(work, submitted, opener=opener, desk=desk)
    return submitted


async def review_registration(
    work: UnitOfWork, *, uuid: UUID, judgement: Judgement, desk: RegistrationDesk
) -> Registration:
    """A manager judges each criterion and decides about what he saw; what follows from it happens at once.

    Raises RegistrationNotFound, RegistrationCommentMissing, CustomerProtected, CustomerContested, the refusals of
    approvals, and RegistrationVerdictsMissing and RegistrationVerdictUnmet.
    """
    registration = await registrations.get_registration(work, uuid, permission=REVIEW)
    if (judgement.outcome is not ApprovalState.APPROVED or judgement.despite_conflicts) and not judgement.comment:
        raise RegistrationCommentMissing
    if registration.approval is None:
        raise ApprovalNotPending(state=registration.state.value)
    settled: list[Registration] = []

    async def effect(work: UnitOfWork, approval: Approval) -> None:
        settled.append(
            await settle(
                work,
                approval,
                verdicts=judgement.verdicts,
                despite_conflicts=judgement.despite_conflicts,
                desk=desk,
            )
        )

    await decide(
        work,
        APPROVALS,
        {KIND: ApprovalKind(content=content, effect=effect, parties=parties)},
        uuid=registration.approval,
        outcome=judgement.outcome,
        seen=judgement.seen,
        comment=judgement.comment,
    )
    return settled[-1]


def registration_kind(desk: RegistrationDesk) -> ApprovalKind:
    """Reviews as an approval: what is decided there without verdicts is refused, what is taken back becomes a draft."""

    async def effect(work: UnitOfWork, approval: Approval) -> None:
        await settle(work, approval, verdicts=(), despite_conflicts=False, desk=desk)

    return ApprovalKind(content=content, effect=effect, parties=parties)


async def content(work: UnitOfWork, approval: Approval) -> bytes:
    """The digest of the registration as it is now."""
    return (await _registration_of(work, approval)).content_hash


async def parties(work: UnitOfWork, approval: Approval) -> frozenset[str]:
    """Whoever wrote a part of the registration, and whose it is: none reviews it, whoever submitted it."""
    return (await _registration_of(work, approval)).parties


async def settle(
    work: UnitOfWork,
    approval: Approval,
    *,
    verdicts: Sequence[CriterionVerdict],
    despite_conflicts: bool,
    desk: RegistrationDesk,
) -> Registration:
    """The registration follows the decision about it. Nothing opens for an owner who has left meanwhile.

    Raises RegistrationOwnerUnknown, OwnerCannotWork, CustomerProtected and CustomerContested for an approval.
    """
    registration = await _registration_of(work, approval)
    if approval.state is ApprovalState.WITHDRAWN:
        await _let_go(work, registration)
        return work.save(RECORD, registration.withdraw(now=work.now))
    review = _judged(registration.review, approval, verdicts)
    if approval.state is not ApprovalState.APPROVED:
        await _let_go(work, registration)
    if approval.state is ApprovalState.RETURNED:
        return work.save(RECORD, registration.send_back(review=review, now=work.now))
    if approval.state is ApprovalState.REJECTED:
        return work.save(RECORD, registration.reject(review=review, now=work.now))
    ownership(await desk.organization.current(), registration.owner.member)
    force = await desk.rules(work)
    change = registration.approve(review=review, rules=force.rules, rules_version=force.version, now=work.now)
    return await _open(work, change, despite_conflicts=despite_conflicts, desk=desk)


async def _open(
    work: UnitOfWork, change: Change[Registration], *, despite_conflicts: bool, desk: RegistrationDesk
) -> Registration:
    """The customer is protected and the opportunity opened; raises CustomerProtected and CustomerContested."""
    await work.begin()
    cases = await open_cases_of(work, change.aggregate.uuid)
    opened = await open_from(work, change.aggregate)
    approved = change.aggregate.opened(account=opened.account, opportunity=opened.opportunity)
    keys, until = protecting(customer_keys(approved.facts)), approved.protection.end_time
    if keys and until:
        others = await held_by_others(work, keys, owner=approved.owner.member)
        if others and not despite_conflicts:
            raise await desk.protected_by(others)
        if others:
            _note_passed_over(work, approved, others)
        await protect(work, approved, keys, until=until)
    pass_by_cases(work, approved.uuid, cases, passing_over=despite_conflicts)
    return work.save(RECORD, replace(change, aggregate=approved))


async def _let_go(work: UnitOfWork, registration: Registration) -> None:
    """What was held for it since it won a case is free again: it is not approved."""
    await held_registration(work, registration.uuid)
    await release(work, [registration.uuid])


def _note_passed_over(work: UnitOfWork, registration: Registration, others: Sequence[ProtectedKey]) -> None:
    """Keep whose protection the reviewer passed over: the registration holds the customer beside the other."""
    held = {f"registrations/{each.registration}": each.end_time.isoformat() for each in others}
    work.note(action="pass over a protection", resource=registration.name, details={"protected_until": held})


async def _ask_for_review(work: UnitOfWork, registration: Registration) -> Approval:
    owner, review = registration.owner, registration.review
    doubts = [reason for check in review.checks if not check.passed for reason in check.reasons]
    return await ask(
        work,
        APPROVALS,
        kind=KIND,
        subject=ApprovalSubject(
            name=registration.name,
            content_hash=registration.content_hash,
            owner=owner.member,
            team=owner.team,
            region=owner.region,
            parties=registration.parties,
        ),
        approver=ApproverRule(permission=REVIEW),
        reasons=(*told_to_owner(review.conflicts), *doubts),
        # A service that converts a lead asks for whoever wanted it: he decides nothing of it, nor does its owner.
        requester=acting(work.principal, owner),
    )


async def _registration_of(work: UnitOfWork, approval: Approval) -> Registration:
    return await registration_under_review(work, UUID(approval.subject.name.rpartition("/")[2]))


def _judged(review: Review, approval: Approval, verdicts: Sequence[CriterionVerdict]) -> Review:
    decision = approval.decision
    if decision is None:
        raise ApprovalNotPending(state=approval.state.value)
    return replace(review, verdicts=tuple(verdicts), reviewer=decision.by, comment=decision.comment, time=decision.time)
