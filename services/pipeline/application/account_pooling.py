"""Taking accounts from pools (公海) and giving them back, with their people (领取、分配、退回、转移)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.pools import Move, Share, fitting_pools, standing_of
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from kernel.events import Change
from services.pipeline.application.account_pools import KEEPING
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.application.accounts import WRITING, Shown, ownership_of, seen_account, with_phase
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_pooling import check_may_get, released, taken_from_pool, transferred
from services.pipeline.domain.account_pools import DEFAULT_POOL, AccountPool
from services.pipeline.domain.account_recycling import open_business
from services.pipeline.storage import contacts, pooled_accounts
from services.pipeline.storage.account_pools import MOVES, POOLS
from services.pipeline.storage.account_profiles import keep_account
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.contacts import CONTACT_RECORD
from services.pipeline.storage.pooled_accounts import Along, get_waiting, holding_of, what_comes_along
from trade.pools.claiming import MoveKind

_NOTHING = Along()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An account in a pool, and what it brings along."""

    account: Account
    along: Along


async def claim_account(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: RecyclingDesk) -> Shown:
    """A member takes an account out of a pool that is open to him, within his caps; of two who do, one gets it.

    Raises NotAllowed, AccountNotFound, AccountNotInPool, StaleVersion, AccountPoolNotYours, HolderFull,
    ClaimsOfTheDayUsed, AccountCoolingDown, OwnerUnknown, OwnerCannotWork.
    """
    member = KEEPING.claimant(work.principal)
    return await _take(work, uuid=uuid, seen=seen, member=member, kind=MoveKind.CLAIMED, desk=desk)


async def hand_out_account(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, owner: UUID, desk: RecyclingDesk
) -> Shown:
    """An administrator of the pool gives an account to a member it is open to; of his caps the holding cap holds.

    Raises AccountNotFound, AccountNotInPool, StaleVersion, AccountPoolNotAdministered, AccountPoolNotYours,
    HolderFull, OwnerUnknown, OwnerCannotWork.
    """
    return await _take(work, uuid=uuid, seen=seen, member=owner, kind=MoveKind.HANDED_OUT, desk=desk)


async def _take(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, member: UUID, kind: MoveKind, desk: RecyclingDesk
) -> Shown:
    # Whoever else gives him an account waits here, and counts this one.
    await POOLS.hold(work, member)
    account, pool = await _waiting(work, uuid, seen, desk)
    if kind is MoveKind.HANDED_OUT:
        KEEPING.check_administers(pool, work.principal)
    organization = await desk.organization.current()
    ownership = ownership_of(organization, member)
    pool.check_open_to(standing_of(organization, member))
    today = datetime.combine(work.now.astimezone(desk.zone).date(), time(), tzinfo=desk.zone)
    holding = await holding_of(work, member, account=uuid, pool=pool.uuid, today=today)
    check_may_get(pool, holding, kind=kind, now=work.now)
    change = taken_from_pool(account, pool, ownership, kind=kind, now=work.now)
    saved = await keep_with_people(work, await desk.clocked(work, change))
    MOVES.write(work, kind, subject=uuid, about=saved.tier, pool=pool.uuid, member=member)
    return await with_phase(work, saved)


async def release_account(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, words: str, pool: UUID | None, desk: RecyclingDesk
) -> Waiting:
    """Whoever may change an account gives it back and says why: into the pool named, or into the one that fits.

    Raises AccountNotFound, StaleVersion, AccountArchived, AccountInPool, AccountInUse, AccountPoolNotFound,
    AccountPoolClosed.
    """
    account = await seen_account(work, uuid, seen)
    briefing, whose = await desk.brief(work, [account]), account.ownership
    if pool is None:
        fitting = fitting_pools(briefing.organization, await POOLS.every(work), default=DEFAULT_POOL)
        into = fitting.of(whose.team, whose.region)
    else:
        into = await POOLS.get(work, pool, who=KEEPING.standing(briefing.organization, work.principal))
    open_with = open_business(briefing.happened.get(uuid, ()), now=work.now)
    saved = await keep_with_people(work, released(account, into, open_with=open_with, now=work.now))
    MOVES.write(
        work, MoveKind.RELEASED, subject=uuid, about=saved.tier, pool=into.uuid, member=whose.owner, reason=words
    )
    return await _along(work, saved)


async def transfer_account(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, pool: UUID, desk: RecyclingDesk
) -> Waiting:
    """An administrator of the pool an account waits in moves it into another pool that he sees.

    Raises AccountNotFound, AccountNotInPool, StaleVersion, AccountPoolNotFound, AccountPoolNotAdministered,
    AccountAlreadyThere, AccountPoolClosed.
    """
    await work.begin()
    account, former = await _waiting(work, uuid, seen, desk)
    KEEPING.check_administers(former, work.principal)
    who = KEEPING.standing(await desk.organization.current(), work.principal)
    into = await POOLS.get(work, pool, who=who)
    saved = keep_account(work, transferred(account, into, now=work.now))
    MOVES.write(work, MoveKind.TRANSFERRED, subject=uuid, about=saved.tier, pool=into.uuid, former_pool=former.uuid)
    return await _along(work, saved)


async def keep_with_people(work: UnitOfWork, change: Change[Account]) -> Account:
    """An account goes to another owner, or to nobody, and all its people go along."""
    saved = keep_account(work, change)
    for person in await contacts.people_of(work, saved.uuid):
        work.save(CONTACT_RECORD, person.assigned(saved.ownership, now=work.now))
    return saved


async def list_pooled_accounts(read: Read, *, pool: UUID, wanted: PageRequest, desk: RecyclingDesk) -> Page[Waiting]:
    """The accounts of a pool show themselves, masked, to whoever may claim from it or administers it.

    Raises AccountPoolNotFound.
    """
    who = KEEPING.standing(await desk.organization.current(), read.principal)
    await POOLS.get(read, pool, who=who)
    page = await pooled_accounts.list_waiting(read, wanted, pool=pool, who=who, permission=READING)
    along = await what_comes_along(read, [account.uuid for account in page.items])
    return page.of([Waiting(account=each, along=along.get(each.uuid, _NOTHING)) for each in page.items])


async def list_moves(read: Read, *, wanted: PageRequest, desk: RecyclingDesk) -> Page[Move]:
    """What became of the accounts of a pool is told to whoever the pool shows itself to: who got what is no secret."""
    who = KEEPING.standing(await desk.organization.current(), read.principal)
    return await MOVES.list_page(read, wanted, who=who)


async def count_shares(read: Read, *, pool: UUID, since: datetime, desk: RecyclingDesk) -> Sequence[Share]:
    """Who got how many accounts of which tier from a pool, for those it shows itself to. Raises AccountPoolNotFound."""
    await POOLS.get(read, pool, who=KEEPING.standing(await desk.organization.current(), read.principal))
    return await MOVES.shares_of(read, pool, since=since)


async def _along(work: UnitOfWork, account: Account) -> Waiting:
    found = await what_comes_along(work, [account.uuid])
    return Waiting(account=account, along=found.get(account.uuid, _NOTHING))


async def _waiting(work: UnitOfWork, uuid: UUID, seen: int | None, desk: RecyclingDesk) -> tuple[Account, AccountPool]:
    """An account with the pool it waits in, where that shows itself to the caller, at the version he saw."""
    who = KEEPING.standing(await desk.organization.current(), work.principal)
    account = await get_waiting(work, uuid, who=who, permission=WRITING)
    if seen is not None and account.version != seen:
        raise StaleVersion(resource=account.name)
    known = {each.uuid: each for each in await POOLS.every(work)}
    assert account.pool is not None  # noqa: S101 - tells the type checker what was just asked for
    return account, known[account.pool]
