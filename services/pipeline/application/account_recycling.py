"""Running recycling clocks of accounts (回收): warning owners, taking from them what they do not work, each once."""

from collections.abc import Sequence
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.managers import Managers
from chassis.pools import fitting_pools
from chassis.rounds import Walk, carry_on
from chassis.work import Read, UnitOfWork
from chassis.work_time import calendars_mark
from kernel.events import Change
from services.pipeline.application.account_pooling import keep_with_people
from services.pipeline.application.account_recycling_desk import RecyclingBriefing, RecyclingDesk
from services.pipeline.application.accounts import WRITING
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_pooling import forewarned, noted, recycled
from services.pipeline.domain.account_pools import DEFAULT_POOL, AccountPool
from services.pipeline.storage import account_recycling_notices
from services.pipeline.storage.account_pools import MOVES, POOLS
from services.pipeline.storage.account_recycling_notices import (
    RecyclingNotice,
    RecyclingNoticeKind,
    write_recycling_notice,
)
from services.pipeline.storage.account_rows import ACCOUNT_RECORD
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.metadata import ROUNDS
from services.pipeline.storage.recycling_accounts import owned_after, take_due
from trade.pools.claiming import MoveKind
from trade.pools.clock import RecycleStep
from trade.pools.pool import FittingPools

RECYCLE, BY_NEW_LIMITS = "recycle accounts", "reschedule account recycling"
AT_ONCE = 100


async def recycle_due(work: UnitOfWork, *, desk: RecyclingDesk) -> int:
    """Every clock whose time has come is set by what happened until now, and takes its step; how many were looked at.

    The accounts are held, and each step stands on its account in the transaction that tells of it: whoever else
    sweeps, and whatever dies, each is taken once.
    """
    await work.begin()
    due = await take_due(work, most=AT_ONCE)
    if not due:
        return 0
    briefing = await desk.brief(work, due)
    pools = fitting_pools(briefing.organization, await POOLS.every(work), default=DEFAULT_POOL)
    managers = Managers(briefing.organization, permission=WRITING)
    for account in due:
        await _run(work, briefing, account, pools=pools, managers=managers)
    return len(due)


async def _run(
    work: UnitOfWork,
    briefing: RecyclingBriefing,
    account: Account,
    *,
    pools: FittingPools[AccountPool],
    managers: Managers,
) -> None:
    """The owner is told some days before; then the account goes into the pool that fits, and his managers are told."""
    change = briefing.refit(work, account)
    spell = change.aggregate.spell
    step = spell.step_due(work.now) if spell is not None else None
    if step is RecycleStep.RECYCLE:
        await _recycle(work, change, pools, managers)
    elif step is RecycleStep.WARN:
        _warn(work, change)
    else:
        # Where nothing moved, its row says otherwise than its clock: left so, it would be looked at without end.
        work.save(ACCOUNT_RECORD, change if change.events else noted(account, now=work.now))


def _warn(work: UnitOfWork, change: Change[Account]) -> None:
    account = change.aggregate
    assert account.spell is not None and account.spell.clock.falls is not None  # noqa: S101, PT018 - as just seen
    clock, told = account.spell.clock, (account.spell.clock.owner,)
    kind, falls = RecyclingNoticeKind.WARNED, account.spell.clock.falls
    write_recycling_notice(work, account, kind, clock=clock, falls=falls, told=told)
    work.save(ACCOUNT_RECORD, change.then(lambda fitted: forewarned(fitted, told=told, now=work.now)))


async def _recycle(
    work: UnitOfWork, change: Change[Account], pools: FittingPools[AccountPool], managers: Managers
) -> None:
    account = change.aggregate
    assert account.spell is not None and account.spell.clock.falls is not None  # noqa: S101, PT018 - as just seen
    clock, falls, whose = account.spell.clock, account.spell.clock.falls, account.ownership
    pool = pools.of(whose.team, whose.region)
    told = (clock.owner, *managers.of(owner=whose.owner, team=whose.team, region=whose.region))
    kind = RecyclingNoticeKind.RECYCLED
    write_recycling_notice(work, account, kind, clock=clock, falls=falls, told=told, pool=pool.uuid)
    MOVES.write(work, MoveKind.RECYCLED, subject=account.uuid, about=account.tier, pool=pool.uuid, member=clock.owner)
    await keep_with_people(work, change.then(lambda fitted: recycled(fitted, pool, now=work.now)))


async def list_notices(read: Read, *, wanted: PageRequest) -> Page[RecyclingNotice]:
    """What clocks came to shows itself to those who see the rows of the accounts' owners then."""
    return await account_recycling_notices.list_page(read, wanted, permission=READING)


async def reschedule(work: UnitOfWork, *, desk: RecyclingDesk) -> int:
    """Accounts fall back when rules and calendars say so now, a few at a time; how many were looked at."""
    standing = await desk.brief(work, ())
    version, rules = standing.force.version, standing.force.rules

    async def following(after: UUID | None, most: int) -> Sequence[Account]:
        return await owned_after(work, after, most)

    async def bring(accounts: Sequence[Account]) -> int:
        briefing = await desk.brief(work, accounts)
        changes = [change for account in accounts if (change := briefing.refit(work, account)).events]
        for change in changes:
            work.save(ACCOUNT_RECORD, change)
        return len(changes)

    goal = f"version {version}, {rules.mark}, calendars {calendars_mark(standing.organization)}"
    return await carry_on(work, ROUNDS, Walk(name=BY_NEW_LIMITS, goal=goal, following=following, bring=bring))
