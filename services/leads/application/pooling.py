"""Taking leads from pools and giving them back (领取、分配、退回、转移)."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.pools import Move, Share, fitting_pools, standing_of
from chassis.work import Read, UnitOfWork
from services.leads.application.capture import WRITE, as_answered
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.pools import KEEPING
from services.leads.application.reading import READ
from services.leads.application.rule_kinds import ASSIGNMENT
from services.leads.application.writing import check_seen, lead_to_write
from services.leads.domain.handing_over import IN_WORDS, LeadOwnerUnknown
from services.leads.domain.lead import Lead
from services.leads.domain.pooling import Claim, check_may_get, released, taken_from_pool, transferred
from services.leads.domain.pools import DEFAULT_POOL, LeadPool
from services.leads.storage import pooled_leads
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_closed, write_handover
from services.leads.storage.pooled_leads import get_waiting, holding_of
from services.leads.storage.pools import MOVES, POOLS
from trade.pools.claiming import MoveKind
from trade.pools.pool import Standing
from trade.reasons import Reason


async def claim_lead(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: IntakeDesk) -> Lead:
    """A member takes a lead out of a pool that is open to him, as far as its caps let him; of two who do, one gets it.

    Raises NotAllowed, LeadNotFound, LeadNotInPool, StaleVersion, LeadPoolNotYours, LeadHolderFull,
    LeadClaimsOfTheDayUsed, LeadCoolingDown.
    """
    member = KEEPING.claimant(work.principal)
    return await _take(work, uuid=uuid, seen=seen, member=member, kind=MoveKind.CLAIMED, desk=desk)


async def hand_out_lead(work: UnitOfWork, *, uuid: UUID, seen: int | None, owner: UUID, desk: IntakeDesk) -> Lead:
    """An administrator of the pool gives a lead to a member it is open to; his holding cap holds, the others do not.

    Raises LeadNotFound, LeadNotInPool, StaleVersion, LeadPoolNotAdministered, LeadOwnerUnknown, LeadPoolNotYours,
    LeadHolderFull.
    """
    return await _take(work, uuid=uuid, seen=seen, member=owner, kind=MoveKind.HANDED_OUT, desk=desk)


async def _take(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, member: UUID, kind: MoveKind, desk: IntakeDesk
) -> Lead:
    # Whoever else gives him a lead waits here, and counts this one.
    await POOLS.hold(work, member)
    briefing = await desk.brief(work)
    lead, pool = await _waiting(work, briefing, uuid, seen)
    if kind is MoveKind.HANDED_OUT:
        KEEPING.check_administers(pool, work.principal)
    known = briefing.organization.members.get(member)
    if known is None or not known.active:
        raise LeadOwnerUnknown
    pool.check_open_to(standing_of(briefing.organization, member))
    today = datetime.combine(briefing.today, time(), tzinfo=briefing.zone)
    holding = await holding_of(work, member, lead=uuid, pool=pool.uuid, today=today)
    check_may_get(pool, holding, kind=kind, now=work.now)
    region = briefing.organization.region_of(known)
    claim = Claim(owner=member, team=known.team, region=region, author=_author(work), kind=kind)
    change = taken_from_pool(lead, pool, claim, timetable=briefing.timetable)
    saved = work.save(RECORD, change)
    write_handover(work, lead=saved, rules_version=briefing.version(ASSIGNMENT), today=briefing.today)
    MOVES.write(work, kind, subject=saved.uuid, about=saved.grade.value, pool=pool.uuid, member=member)
    return await as_answered(work, saved)


async def release_lead(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, words: str, pool: UUID | None, desk: IntakeDesk
) -> Lead:
    """Whoever may change a lead gives it back and says why: into the pool named, or into the one that fits.

    Raises LeadNotFound, StaleVersion, LeadMergedAway, LeadInPool, LeadCannotBeReleased, LeadPoolNotFound,
    LeadPoolClosed.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    briefing = await desk.brief(work)
    if pool is None:
        into = fitting_pools(briefing.organization, await POOLS.every(work), default=DEFAULT_POOL).of(
            lead.team, lead.region
        )
    else:
        into = await POOLS.get(work, pool, who=KEEPING.standing(briefing.organization, work.principal))
    why = (Reason("POOLED_BY_HAND", {"author": _author(work)}), Reason(IN_WORDS, {"words": words}))
    saved = work.save(RECORD, released(lead, into, reasons=why, now=work.now))
    if lead.owner is not None:
        write_closed(work, owner=lead.owner, today=briefing.today)
    MOVES.write(
        work,
        MoveKind.RELEASED,
        subject=saved.uuid,
        about=saved.grade.value,
        pool=into.uuid,
        member=lead.owner,
        reason=words,
    )
    return await as_answered(work, saved)


async def transfer_lead(work: UnitOfWork, *, uuid: UUID, seen: int | None, pool: UUID, desk: IntakeDesk) -> Lead:
    """An administrator of the pool a lead waits in moves it into another pool that he sees.

    Raises LeadNotFound, LeadNotInPool, StaleVersion, LeadPoolNotFound, LeadPoolNotAdministered, LeadAlreadyThere,
    LeadPoolClosed.
    """
    briefing = await desk.brief(work)
    lead, former = await _waiting(work, briefing, uuid, seen)
    KEEPING.check_administers(former, work.principal)
    into = await POOLS.get(work, pool, who=KEEPING.standing(briefing.organization, work.principal))
    saved = work.save(RECORD, transferred(lead, into, now=work.now))
    MOVES.write(
        work, MoveKind.TRANSFERRED, subject=saved.uuid, about=saved.grade.value, pool=into.uuid, former_pool=former.uuid
    )
    return await as_answered(work, saved)


async def list_pooled_leads(read: Read, *, pool: UUID, wanted: PageRequest, desk: IntakeDesk) -> Page[Lead]:
    """The leads of a pool show themselves, masked, to whoever may claim from it or administers it.

    Raises LeadPoolNotFound.
    """
    who = await _caller(read, desk)
    await POOLS.get(read, pool, who=who)
    return await pooled_leads.list_waiting(read, wanted, pool=pool, who=who, permission=READ)


async def list_moves(read: Read, *, wanted: PageRequest, desk: IntakeDesk) -> Page[Move]:
    """What became of the leads of a pool is told to whoever the pool shows itself to: who got what is no secret."""
    return await MOVES.list_page(read, wanted, who=await _caller(read, desk))


async def count_shares(read: Read, *, pool: UUID, since: datetime, desk: IntakeDesk) -> Sequence[Share]:
    """Who got how many leads of which grade from a pool, for those it shows itself to. Raises LeadPoolNotFound."""
    await POOLS.get(read, pool, who=await _caller(read, desk))
    return await MOVES.shares_of(read, pool, since=since)


async def _waiting(work: UnitOfWork, briefing: Briefing, uuid: UUID, seen: int | None) -> tuple[Lead, LeadPool]:
    """A lead with the pool it waits in, where that shows itself to the caller, at the version he saw."""
    who = KEEPING.standing(briefing.organization, work.principal)
    lead = await get_waiting(work, uuid, who=who, permission=WRITE)
    check_seen(lead, seen)
    known = {each.uuid: each for each in await POOLS.every(work)}
    assert lead.pool is not None  # noqa: S101 - tells the type checker what was just asked for
    return lead, known[lead.pool]


async def _caller(read: Read, desk: IntakeDesk) -> Standing:
    return KEEPING.standing((await desk.brief(read)).organization, read.principal)


def _author(work: UnitOfWork) -> str:
    return work.principal.display_name or work.principal.subject
