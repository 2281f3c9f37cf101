"""Taking leads over (线索转化): account, contact, and a registration or an opportunity, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.collaborators import Invitation
from chassis.organization import Snapshot
from chassis.principal import Principal
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, Unauthenticated
from services.pipeline.application.account_collaboration import carry_over
from services.pipeline.application.accounts import WRITING, match_or_create_account, ownership_of
from services.pipeline.application.contacts import match_or_create_contact
from services.pipeline.application.exemptions import exemption_for, note_exemption, protection_of_others
from services.pipeline.application.opportunities import open_opportunity
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.application.registration_review import submit_registration
from services.pipeline.application.registrations import create_registration
from services.pipeline.application.returning import out_of_pool
from services.pipeline.domain.account import Account, Origin, Ownership
from services.pipeline.domain.lead_conversion import Accepted, Target, ToldLead, opening_of, reachable
from services.pipeline.domain.registration_facts import RegistrationFacts
from services.pipeline.domain.registration_policy import Way
from services.pipeline.storage import accounts
from services.pipeline.storage.accounts import ALONE, READING
from services.pipeline.storage.erasing import is_erased
from services.pipeline.storage.lead_conversions import accepted_before, keep_accepted
from services.pipeline.storage.lead_histories import keep_history


async def accept_lead(
    work: UnitOfWork, *, told: ToldLead, desk: RegistrationDesk, collaborators: Sequence[Invitation] = ()
) -> Accepted:
    """A lead becomes everything at once, or nothing; a lead that came over before answers what became of it then.

    What happened to it before is kept with it. The customer is matched with known accounts first; whoever helped with
    the lead goes on helping, unless the account is somebody else's, who shares it himself. Raises NotAllowed for a
    member who may not write here, OwnerUnknown, OwnerCannotWork, AccountNotFound, AccountArchived, RegistrationNeeded,
    CustomerProtected, and the refusals of a registration's facts.
    """
    before = await accepted_before(work, told.lead)
    if before is not None:
        return before
    if await is_erased(work, told.lead):
        told = told.without_person()
    await work.begin()
    snapshot = await desk.organization.current()
    acting = _acting(snapshot, told.actor)
    acting.must(WRITING)
    ownership = ownership_of(snapshot, told.owner)
    account = await _account(work, told, acting, ownership)
    if account.ownership.owner == told.owner:
        await carry_over(work, account, collaborators, by=told.actor, snapshot=snapshot, zone=desk.zone)
    contact = None
    if told.person is not None:
        contact = (await match_or_create_contact(work, account=account, facts=told.person)).uuid
    accepted = Accepted(account=account.uuid, contact=contact)
    if told.target is Target.OPPORTUNITY:
        accepted = replace(accepted, opportunity=await _open(work, told, account, ownership, desk))
    else:
        accepted = replace(accepted, registration=await _register(work, told, account, desk))
    keep_accepted(work, told.lead, accepted)
    keep_history(work, told.history)
    return accepted


def _acting(snapshot: Snapshot, actor: str) -> Principal:
    """Whoever wanted it; one who has left meanwhile may do nothing here any more, and that is an answer."""
    try:
        return snapshot.principal(subject=actor)
    except Unauthenticated:
        raise NotAllowed(permission=WRITING) from None


async def _account(work: UnitOfWork, told: ToldLead, acting: Principal, ownership: Ownership) -> Account:
    """The account the member chose, as far as he sees it; else the one it is said to be, or is, or a new one."""
    if told.account is not None:
        reader = Read(work.connection, work.now, acting)
        chosen = await accounts.get_account(reader, told.account, permission=READING, hold=ALONE)
        chosen.must_live()
        return await out_of_pool(work, chosen, ownership)
    if told.linked is not None:
        linked = await accounts.account_by_itself(work, told.linked, hold=ALONE)
        if linked.delete_time is None:
            return await out_of_pool(work, linked, ownership)
    origin = told.origin
    return await match_or_create_account(
        work,
        facts=told.customer,
        ownership=ownership,
        phones=told.phones,
        emails=told.emails,
        origin=Origin(
            lead=told.lead,
            first_contact_time=origin.first_contact_time,
            channel=origin.channel,
            campaign=origin.campaign,
        ),
    )


async def _register(work: UnitOfWork, told: ToldLead, account: Account, desk: RegistrationDesk) -> UUID:
    """A registration filled with what the lead told; with all six fields it is submitted by itself."""
    # The registration looks its account up.
    await work.flush()
    registration = await create_registration(
        work, facts=_facts(told, account), owner=told.owner, origin=told.origin, desk=desk
    )
    if not registration.facts.missing:
        # The submission reads what was just begun.
        await work.flush()
        await submit_registration(work, uuid=registration.uuid, seen=None, desk=desk)
    return registration.uuid


def _facts(told: ToldLead, account: Account) -> RegistrationFacts:
    """What the registration is filled with; the account knows its own credit code better than a lead did."""
    facts = told.registration
    code = account.facts.credit_code or facts.customer.credit_code
    customer = replace(facts.customer, account=account.uuid, credit_code=code)
    return replace(facts, customer=customer, contact=reachable(facts.contact))


async def _open(
    work: UnitOfWork, told: ToldLead, account: Account, ownership: Ownership, desk: RegistrationDesk
) -> UUID:
    """An opportunity at once, where the policy needs no registration; which exemption it was stands in the audit."""
    others = await protection_of_others(work, account, owner=told.owner)
    if others:
        raise await desk.protected_by(others)
    exempt = await exemption_for(
        work,
        account,
        way=Way.CONVERSION,
        budget=told.registration.budget,
        owner=told.owner,
        rulebook=desk.rulebook,
    )
    opening = opening_of(told, account=account, team=ownership.team, region=ownership.region)
    opportunity = await open_opportunity(work, opening=opening)
    note_exemption(work, opportunity.uuid, exempt)
    return opportunity.uuid
