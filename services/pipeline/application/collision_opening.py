"""Opening cases about customers whom two members claim (撞单立案)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.organization import Snapshot
from chassis.principal import Principal
from chassis.reach import grounds
from chassis.work import UnitOfWork
from kernel.errors import NotAllowed
from services.pipeline.application.accounts import ownership_of
from services.pipeline.application.collision_claims import (
    Claim,
    Held,
    claim_as_looked_up,
    claim_by_opportunity,
    claim_by_registration,
    claim_to_account,
    claimed_evidence,
    claiming_party,
    contested_by,
    holder_against,
    holding_party,
    rival_of,
)
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.application.rule_kinds import COLLISION
from services.pipeline.domain.account_look_up import By
from services.pipeline.domain.collision_case import CollisionCase, CollisionOrigin, Party, Start, open_case
from services.pipeline.domain.collision_refusals import (
    CollisionCaseExists,
    CollisionClaimEmpty,
    CollisionClaimUnfit,
    CollisionCustomerUnclear,
    CollisionDecidedFinally,
    CollisionNothingToContest,
)
from services.pipeline.domain.registration import Registration
from services.pipeline.storage.collision_cases import DECIDE, keep_opened, last_case_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What whoever opens a case tells: the customer by one of these, and what the claim rests on.

    `evidence` names opportunities and their evidence; `claimant` is None for the caller himself.
    """

    registration: UUID | None = None
    opportunity: UUID | None = None
    account: UUID | None = None
    looked_up: tuple[tuple[By, str], ...] = ()
    statement: str = ""
    evidence: tuple[tuple[UUID, UUID], ...] = ()
    claimant: UUID | None = None

    def must_be_clear(self) -> None:
        """Pass for one customer and a claim; raises CollisionCustomerUnclear and CollisionClaimEmpty."""
        by_name = [each for each in (self.registration, self.opportunity, self.account) if each is not None]
        if len(by_name) + len(self.looked_up) != 1:
            raise CollisionCustomerUnclear
        if self.registration is None and self.opportunity is None and not (self.statement and self.evidence):
            raise CollisionClaimEmpty


async def open_collision_case(work: UnitOfWork, *, told: Told, desk: RegistrationDesk) -> CollisionCase:
    """Whoever was refused because a customer is somebody else's has it decided whose he is.

    He claims by a registration or an opportunity of his own, or by words with evidence the system has; a manager who
    may approve on both sides claims for one of his people. Of whoever has the customer he learns what a look-up tells.
    Raises CollisionCustomerUnclear, CollisionClaimEmpty, CollisionClaimUnfit, CollisionNothingToContest,
    CollisionCaseExists, CollisionDecidedFinally, NotAllowed, OwnerUnknown, OwnerCannotWork, and the refusals of what
    he names and of look-ups.
    """
    told.must_be_clear()
    await work.begin()
    claim = await _claim(work, told, desk)
    place = _place(await desk.organization.current(), work.principal, told, claim)
    held = await holder_against(work, claim.contested, claimant=place.member)
    own = place.member == work.principal.member
    if not own:
        _must_decide_about(work.principal, place, held)
    if held is None:
        raise CollisionNothingToContest
    before = await _last_between(work, claim, place, held)
    if before is not None:
        before.must_admit(place.member, now=work.now)
    shown = await claimed_evidence(work, told.evidence, claimant=place.member)
    claimant = await claiming_party(work, claim, place=place, statement=told.statement, evidence=shown)
    origin = CollisionOrigin.CLAIM if own else CollisionOrigin.MANAGER
    start = Start(opener=work.principal.subject, origin=origin, time=work.now)
    return await _open(work, claim, claimant, held, start=start, desk=desk)


async def open_for_submission(
    work: UnitOfWork, registration: Registration, *, opener: str, desk: RegistrationDesk
) -> CollisionCase | None:
    """A registration of a customer whom another one protects, or has submitted for, opens a case by itself.

    None where nobody does, where a case of these two is open, or where one was finally decided against the owner.
    """
    owner = registration.owner
    await work.begin()
    contested = await contested_by(work, registration, desk=desk)
    held = await rival_of(work, contested, claimant=owner.member)
    if held is None:
        return None
    claim = Claim(contested=contested, owner=owner.member, registration=registration)
    place = Held(member=owner.member, team=owner.team, region=owner.region)
    before = await _last_between(work, claim, place, held)
    if before is not None:
        try:
            before.must_admit(owner.member, now=work.now)
        except (CollisionCaseExists, CollisionDecidedFinally):
            return None
    claimant = await claiming_party(work, claim, place=place)
    start = Start(opener=opener, origin=CollisionOrigin.SUBMISSION, time=work.now)
    return await _open(work, claim, claimant, held, start=start, desk=desk)


async def _claim(work: UnitOfWork, told: Told, desk: RegistrationDesk) -> Claim:
    if told.registration is not None:
        return await claim_by_registration(work, told.registration, desk=desk)
    if told.opportunity is not None:
        return await claim_by_opportunity(work, told.opportunity, desk=desk)
    if told.account is not None:
        return await claim_to_account(work, told.account, desk=desk)
    by, value = told.looked_up[0]
    return await claim_as_looked_up(work, by, value, desk=desk)


def _place(snapshot: Snapshot, principal: Principal, told: Told, claim: Claim) -> Held:
    """Who claims, with his team and region of now; raises CollisionClaimUnfit where what he names is not his."""
    member = told.claimant or claim.owner or principal.member
    if member is None or claim.owner not in {None, member}:
        raise CollisionClaimUnfit(field="registration" if claim.registration else "opportunity")
    whose = ownership_of(snapshot, member)
    return Held(member=member, team=whose.team, region=whose.region)


def _must_decide_about(principal: Principal, claimant: Held, holder: Held | None) -> None:
    """Pass for a manager of both; raises NotAllowed, also where nobody has the customer: he is told no more."""
    for each in (claimant, holder):
        reached = each and grounds(principal, DECIDE, owner=each.member, team=each.team, region=each.region)
        if reached is None:
            raise NotAllowed(permission=DECIDE)


async def _last_between(work: UnitOfWork, claim: Claim, place: Held, held: Held) -> CollisionCase | None:
    account = claim.contested.account
    named: Sequence[Registration | None] = (claim.registration, held.registration)
    return await last_case_between(
        work,
        place.member,
        held.member,
        account=account.uuid if account is not None else None,
        registrations=[each.uuid for each in named if each is not None],
    )


async def _open(
    work: UnitOfWork,
    claim: Claim,
    claimant: Party,
    held: Held,
    *,
    start: Start,
    desk: RegistrationDesk,
) -> CollisionCase:
    contested, force = claim.contested, await desk.rulebook.current(work, COLLISION)
    change = open_case(
        uuid=work.new_id(),
        account=contested.account.uuid if contested.account is not None else None,
        claimant=claimant,
        holder=await holding_party(work, held, contested),
        start=start,
        rules=force.rules,
        rules_version=force.version,
    )
    return keep_opened(work, change)
