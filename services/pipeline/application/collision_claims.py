"""What somebody claims a customer by, and who has him: found whatever the claimant sees, told as a look-up is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.pipeline.application.account_look_up import asked_keys, count_question, identity_asked
from services.pipeline.application.registration_desk import READ, RegistrationDesk
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_look_up import By
from services.pipeline.domain.collision_case import Party
from services.pipeline.domain.collision_facts import of_opportunity
from services.pipeline.domain.collision_refusals import CollisionClaimUnfit
from services.pipeline.domain.collision_timeline import Fact, FactKind, timeline
from services.pipeline.domain.customer_keys import customer_keys, keys_of_account, protecting
from services.pipeline.domain.opportunity_refusals import OpportunityNotFound
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.resemblance import resemblances, sought
from services.pipeline.storage import accounts, registrations
from services.pipeline.storage.account_finding import find_known
from services.pipeline.storage.collision_facts import timeline_of
from services.pipeline.storage.opportunities import get_opportunity
from services.pipeline.storage.protections import protected_keys
from services.pipeline.storage.registrations import live_rivals, registration_under_review
from trade.look_up import LookUpUnclear

_MOST_RIVALS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """The customer a claim is about: the account he is, where he is one, and what tells him."""

    account: Account | None
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a claimant says: by which registration or opportunity of his, in which words, by which evidence."""

    contested: Contested
    owner: UUID | None = None
    registration: Registration | None = None
    opportunity: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who has a customer: by a registration, or because he looks after the account."""

    member: UUID
    team: UUID | None
    region: UUID | None
    registration: Registration | None = None


async def claim_by_registration(work: UnitOfWork, uuid: UUID, *, desk: RegistrationDesk) -> Claim:
    """The registration's owner claims the customer it names; it counts as a look-up. Raises RegistrationNotFound."""
    registration = await registrations.get_registration(work, uuid, permission=READ)
    contested = await contested_by(work, registration, desk=desk)
    await count_question(work, about=contested.keys, resource=registration.name, desk=desk)
    return Claim(contested=contested, owner=registration.owner.member, registration=registration)


async def contested_by(read: Read, registration: Registration, *, desk: RegistrationDesk) -> Contested:
    """The customer a registration names, as the account he is already."""
    known = await desk.accounts_of(read, registration)
    return _contested(known[0] if known else None, customer_keys(registration.facts))


async def claim_by_opportunity(work: UnitOfWork, uuid: UUID, *, desk: RegistrationDesk) -> Claim:
    """Whoever works an opportunity claims its customer. Raises OpportunityNotFound."""
    opportunity = await get_opportunity(work, uuid, permission=READ)
    opportunity.must_be_open()
    contested = _contested(await accounts.account_by_itself(work, opportunity.account), frozenset())
    await count_question(work, about=contested.keys, resource=opportunity.name, desk=desk)
    return Claim(contested=contested, owner=opportunity.owner, opportunity=uuid)


async def claim_to_account(work: UnitOfWork, uuid: UUID, *, desk: RegistrationDesk) -> Claim:
    """A customer whose account the caller sees is claimed. Raises AccountNotFound and AccountArchived."""
    account = await accounts.get_account(work, uuid, permission=READ)
    account.must_live()
    contested = _contested(account, frozenset())
    await count_question(work, about=contested.keys, resource=account.name, desk=desk)
    return Claim(contested=contested)


async def claim_as_looked_up(work: UnitOfWork, by: By, value: str, *, desk: RegistrationDesk) -> Claim:
    """A customer is claimed by what he is looked up by. Raises LookUpUnclear and LookUpCapReached."""
    wanted = sought(identity_asked(by, value))
    if not wanted.keys:
        raise LookUpUnclear
    await count_question(work, about=wanted.keys, resource="collisionCases/-", desk=desk)
    same = [each.account for each in resemblances(wanted, await find_known(work, wanted)) if each.is_meant]
    owned = next((each for each in same if each.ownership.owner is not None), None)
    return Claim(contested=_contested(owned or next(iter(same), None), asked_keys(by, value)))


async def holder_against(read: Read, contested: Contested, *, claimant: UUID) -> Held | None:
    """Who has the customer against a claimant: who protects him, who looks after him, who submitted him first."""
    guards = [each for each in await protected_keys(read, protecting(contested.keys)) if each.owner != claimant]
    if guards:
        last = max(guards, key=lambda each: (each.end_time, each.registration))
        return await _held_by(read, last.registration)
    account = contested.account
    if account is not None and account.ownership.owner not in {None, claimant}:
        whose = account.ownership
        return Held(member=whose.owner, team=whose.team, region=whose.region) if whose.owner else None
    return await rival_of(read, contested, claimant=claimant)


async def rival_of(read: Read, contested: Contested, *, claimant: UUID) -> Held | None:
    """Who protects the customer by a registration, else who submitted one first that waits for its review."""
    rivals = await live_rivals(read, contested.keys, owner=claimant, most=_MOST_RIVALS)
    strongest = next((each for each in rivals if each.end_time is not None), None) or next(iter(rivals), None)
    return await _held_by(read, strongest.registration) if strongest is not None else None


async def claimed_evidence(read: Read, named: Sequence[tuple[UUID, UUID]], *, claimant: UUID) -> tuple[Fact, ...]:
    """The facts behind evidence that a claim names: of opportunities the claimant works; raises CollisionClaimUnfit."""
    found: list[Fact] = []
    for opportunity, evidence in named:
        source = f"opportunities/{opportunity}/evidence/{evidence}"
        try:
            told = await get_opportunity(read, opportunity, permission=READ)
        except OpportunityNotFound:
            raise CollisionClaimUnfit(field="evidence") from None
        fact = next((each for each in of_opportunity(told) if each.source == source), None)
        if fact is None or told.owner != claimant:
            raise CollisionClaimUnfit(field="evidence")
        found.append(replace(fact, kind=FactKind.EVIDENCE_NAMED))
    return tuple(found)


async def holding_party(read: Read, held: Held, contested: Contested) -> Party:
    """The holder's side, with his timeline."""
    registration = held.registration
    return Party(
        member=held.member,
        team=held.team,
        region=held.region,
        registration=registration.uuid if registration else None,
        authors=registration.authors if registration else frozenset(),
        timeline=await timeline_of(read, held.member, account=contested.account, keys=contested.keys),
    )


async def claiming_party(
    read: Read,
    claim: Claim,
    *,
    place: Held,
    statement: str = "",
    evidence: Sequence[Fact] = (),
) -> Party:
    """The claimant's side, with his timeline and the evidence he names."""
    registration, contested = claim.registration, claim.contested
    known = await timeline_of(read, place.member, account=contested.account, keys=contested.keys)
    return Party(
        member=place.member,
        team=place.team,
        region=place.region,
        registration=registration.uuid if registration else None,
        opportunity=claim.opportunity,
        statement=statement,
        evidence=tuple(fact.source for fact in evidence),
        authors=registration.authors if registration else frozenset(),
        timeline=timeline((*known, *evidence)),
    )


async def _held_by(read: Read, registration: UUID) -> Held:
    found = await registration_under_review(read, registration)
    owner = found.owner
    return Held(member=owner.member, team=owner.team, region=owner.region, registration=found)


def _contested(account: Account | None, keys: frozenset[str]) -> Contested:
    """With the account, its own keys tell the customer as well."""
    return Contested(account=account, keys=keys | keys_of_account(account) if account is not None else keys)
