"""Registering opportunities (商机报备)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Snapshot
from chassis.principal import Principal
from chassis.reach import grounds
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, StaleVersion
from services.pipeline.application.account_look_up import count_question
from services.pipeline.application.registration_desk import READ, REVIEW, WRITE, RegistrationDesk
from services.pipeline.domain.account import Account, AccountNotFound
from services.pipeline.domain.customer_keys import customer_keys
from services.pipeline.domain.opportunity_refusals import OpportunityNotFound
from services.pipeline.domain.owner_refusals import OwnerCannotWork
from services.pipeline.domain.registration import Registration, RegistrationOwner, begin_registration
from services.pipeline.domain.registration_checks import CriterionCheck, check_criteria, told_to_owner
from services.pipeline.domain.registration_facts import NO_ORIGIN, RegistrationFacts, RegistrationOrigin
from services.pipeline.domain.registration_opening import check_fits
from services.pipeline.domain.registration_refusals import (
    RegistrationAccountUnknown,
    RegistrationCreditCodeOther,
    RegistrationOpportunityUnfit,
    RegistrationOwnerUnknown,
)
from services.pipeline.storage import accounts, registrations
from services.pipeline.storage.opportunities import get_opportunity
from services.pipeline.storage.registrations import RECORD
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a submission would meet: fields not filled in, what the machine found, and other registrations."""

    missing: tuple[str, ...]
    checks: Sequence[CriterionCheck]
    conflicts: tuple[Reason, ...]


async def create_registration(
    work: UnitOfWork,
    *,
    facts: RegistrationFacts,
    owner: UUID | None,
    origin: RegistrationOrigin = NO_ORIGIN,
    desk: RegistrationDesk,
) -> Registration:
    """A registration is begun as a draft, by its owner or by whoever may write for him.

    Raises RegistrationOwnerUnknown, OwnerCannotWork, RegistrationAccountUnknown, RegistrationCreditCodeOther,
    RegistrationOpportunityUnfit, NotAllowed, and the refusals of the facts.
    """
    whose = ownership(await desk.organization.current(), owner or work.principal.member)
    if not _writes_for(work.principal, whose):
        raise NotAllowed(permission=WRITE)
    checked = await _for_opportunity(work, facts.checked(today=desk.day(work.now)), owner=whose.member)
    code = checked.customer.credit_code
    checked = await _of_known_account(work, checked)
    if code and code != checked.customer.credit_code:
        raise RegistrationCreditCodeOther
    by = acting(work.principal, whose)
    change = begin_registration(uuid=work.new_id(), facts=checked, origin=origin, owner=whose, by=by, now=work.now)
    return work.save(RECORD, change)


async def get_registration(read: Read, *, uuid: UUID) -> Registration:
    """A registration shows itself to whoever reaches it: a partner sees only his own. Raises RegistrationNotFound."""
    return await registrations.get_registration(read, uuid, permission=READ)


async def list_registrations(read: Read, *, wanted: PageRequest) -> Page[Registration]:
    """Registrations are listed as far as the caller's scope reaches."""
    return await registrations.list_registrations(read, wanted, permission=READ)


async def update_registration(
    work: UnitOfWork,
    *,
    uuid: UUID,
    seen: int,
    edit: Callable[[RegistrationFacts], RegistrationFacts],
    desk: RegistrationDesk,
) -> Registration:
    """A draft, or a registration sent back, is corrected by somebody who saw its present version.

    Raises RegistrationNotFound, StaleVersion, RegistrationNotEditable, RegistrationAccountUnknown,
    RegistrationOpportunityUnfit, and the refusals of the facts.
    """
    registration = await registrations.get_registration(work, uuid, permission=WRITE)
    if registration.version != seen:
        raise StaleVersion(resource=registration.name)
    facts = edit(registration.facts).checked(today=desk.day(work.now))
    before = registration.facts
    if facts.opportunity != before.opportunity:
        facts = await _for_opportunity(work, facts, owner=registration.owner.member)
    if facts.customer.account != before.customer.account:
        facts = await _of_known_account(work, facts)
    elif facts.customer.account is not None:
        # Who the customer is, his account says; it may be one its owner does not see.
        facts = _named(facts, await accounts.account_by_itself(work, facts.customer.account))
    change = registration.changed(facts=facts, by=acting(work.principal, registration.owner), now=work.now)
    return work.save(RECORD, change) if change.events else registration


async def check_registration(work: UnitOfWork, *, uuid: UUID, desk: RegistrationDesk) -> Findings:
    """What a submission would meet is told before it; of whoever does not review it, it counts as a look-up.

    A draft that tells of the same customer as before today counts once. Raises RegistrationNotFound, LookUpCapReached.
    """
    registration = await registrations.get_registration(work, uuid, permission=READ)
    owner, keys = registration.owner, customer_keys(registration.facts)
    judges = grounds(work.principal, REVIEW, owner=owner.member, team=owner.team, region=owner.region) is not None
    if keys and not judges:
        await count_question(work, about=keys, resource=registration.name, desk=desk)
    conflicts = await desk.conflicts(work, registration)
    return Findings(
        missing=registration.facts.missing,
        checks=check_criteria(registration.facts, (await desk.rules(work)).rules, today=desk.day(work.now)),
        conflicts=conflicts if judges else told_to_owner(conflicts),
    )


def ownership(snapshot: Snapshot, owner: UUID | None) -> RegistrationOwner:
    """Whose a registration is, with his team and region of today: he is here and may work what comes of it.

    Raises RegistrationOwnerUnknown and OwnerCannotWork.
    """
    member = snapshot.members.get(owner) if owner else None
    if member is None or not member.active:
        raise RegistrationOwnerUnknown
    if not snapshot.principal(subject=f"members/{owner}").may(WRITE):
        raise OwnerCannotWork(field="registration.owner")
    return RegistrationOwner(member=member.uuid, team=member.team, region=snapshot.region_of(member))


async def _of_known_account(work: UnitOfWork, facts: RegistrationFacts) -> RegistrationFacts:
    """The facts with the name of the account they speak of; raises RegistrationAccountUnknown."""
    named = facts.customer.account
    if named is None:
        return facts
    try:
        account = await accounts.get_account(work, named, permission=READ)
    except AccountNotFound:
        raise RegistrationAccountUnknown from None
    if account.delete_time is not None:
        raise RegistrationAccountUnknown
    return _named(facts, account)


def _named(facts: RegistrationFacts, account: Account) -> RegistrationFacts:
    known = account.facts
    customer = facts.customer.named_as(
        company_name="" if known.person else known.display_name,
        contact_name=known.display_name if known.person else "",
        credit_code=known.credit_code,
    )
    return replace(facts, customer=customer)


async def _for_opportunity(work: UnitOfWork, facts: RegistrationFacts, *, owner: UUID) -> RegistrationFacts:
    """The facts with the customer of the opportunity they are for; raises RegistrationOpportunityUnfit."""
    if facts.opportunity is None:
        return facts
    try:
        found = await get_opportunity(work, facts.opportunity, permission=READ)
    except OpportunityNotFound:
        raise RegistrationOpportunityUnfit from None
    check_fits(found, owner=owner, account=facts.customer.account)
    return replace(facts, customer=replace(facts.customer, account=found.account))


def acting(principal: Principal, owner: RegistrationOwner) -> str:
    """Who writes or asks: the caller, or whoever wanted it of the service that calls, else the owner."""
    return principal.subject if principal.member else principal.on_behalf_of or f"members/{owner.member}"


def _writes_for(principal: Principal, owner: RegistrationOwner) -> bool:
    return grounds(principal, WRITE, owner=owner.member, team=owner.team, region=owner.region) is not None
