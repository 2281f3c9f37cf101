"""What happens to an account around a pool (公海): released, claimed, handed out, moved on, recycled."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.pipeline.domain.account import Account, AccountInUse, Ownership
from services.pipeline.domain.account_pools import AccountPool
from services.pipeline.domain.account_recycling import AccountPlan as Plan
from services.pipeline.domain.account_recycling import Business, Happening, fitted, warned
from trade.pools.claiming import ClaimedEnough, HadItLately, Holding, HoldsEnough, MoveKind, obstacle


@dataclass(eq=False, kw_only=True)
class AccountInPool(Refusal):
    """The account waits in a pool: it is claimed there, or handed out, before anybody works it."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_IN_POOL"

    pool: str


@dataclass(eq=False, kw_only=True)
class AccountNotInPool(Refusal):
    """The account is in no pool: somebody else was quicker, or it never was in one."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_NOT_IN_POOL"

    account: str


@dataclass(eq=False, kw_only=True)
class AccountAlreadyThere(Refusal):
    """The account is in that pool already."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_ALREADY_THERE"

    pool: str


@dataclass(eq=False, kw_only=True)
class ClaimsOfTheDayUsed(Refusal):
    """The member has claimed as many accounts from the pool today as one may."""

    kind = Kind.TOO_MANY
    reason = "ACCOUNT_CLAIMS_OF_THE_DAY_USED"

    most: int


@dataclass(eq=False, kw_only=True)
class HolderFull(Refusal):
    """The member holds as many accounts as one may who takes from the pool."""

    kind = Kind.TOO_MANY
    reason = "ACCOUNT_HOLDER_FULL"

    most: int


@dataclass(eq=False, kw_only=True)
class AccountCoolingDown(Refusal):
    """The member had the account not long ago; until then it is for others."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_COOLING_DOWN"

    until: str


@dataclass(frozen=True, slots=True)
class AccountPooled:
    """An account was put into a pool: by its owner, because he did not work it, or from another pool."""

    kind: MoveKind
    former_owner: UUID | None = None
    former_pool: UUID | None = None


@dataclass(frozen=True, slots=True)
class AccountTakenFromPool:
    """An account left a pool with a member: he claimed it, or it was handed out to him."""

    kind: MoveKind
    pool: UUID


@dataclass(frozen=True, slots=True)
class AccountRecyclingRescheduled:
    """The day moves on which an account falls back: by what was done with the customer, by rules or calendars."""


@dataclass(frozen=True, slots=True)
class AccountRecyclingWarned:
    """The day comes near on which an account falls back; who is told."""

    told: tuple[UUID, ...]


def check_not_pooled(account: Account) -> None:
    """Pass for an account that waits in no pool; raises AccountInPool."""
    if account.pool is not None:
        raise AccountInPool(pool=f"accountPools/{account.pool}")


def check_may_get(pool: AccountPool, holding: Holding, *, kind: MoveKind, now: datetime) -> None:
    """Pass where caps let a member get one more account; the day's cap and the cool-down (冷却期) are for claims alone.

    Raises HolderFull, ClaimsOfTheDayUsed, AccountCoolingDown.
    """
    match obstacle(pool.terms, holding, kind=kind, now=now):
        case HoldsEnough(most):
            raise HolderFull(most=most)
        case ClaimedEnough(most):
            raise ClaimsOfTheDayUsed(most=most)
        case HadItLately(until):
            raise AccountCoolingDown(until=until.isoformat())


def taken_from_pool(
    account: Account, pool: AccountPool, ownership: Ownership, *, kind: MoveKind, now: datetime
) -> Change[Account]:
    """The account leaves its pool with a member, whose time begins. Raises AccountNotInPool, AccountArchived."""
    if account.pool != pool.uuid:
        raise AccountNotInPool(account=account.name)
    change = account.assigned(ownership, now=now)
    return Change(change.aggregate, (*change.events, AccountTakenFromPool(kind, pool.uuid)))


def taken_on(account: Account, ownership: Ownership, *, now: datetime) -> Change[Account]:
    """An account that waits in a pool goes to whom its customer came to; what waits in none is no event."""
    if account.pool is None or ownership.owner is None:
        return Change(account, ())
    change = account.assigned(ownership, now=now)
    return Change(change.aggregate, (*change.events, AccountTakenFromPool(MoveKind.HANDED_OUT, account.pool)))


def released(account: Account, pool: AccountPool, *, open_with: Business | None, now: datetime) -> Change[Account]:
    """The owner gives a customer back with whom nothing is open (退回); one of nobody comes into a pool so, too.

    Raises AccountArchived, AccountInPool, AccountInUse, AccountPoolClosed.
    """
    account.must_live()
    check_not_pooled(account)
    pool.check_takes()
    if open_with is not None:
        raise AccountInUse(account=account.name, by=open_with.value)
    return _into(account, pool, MoveKind.RELEASED, now=now)


def recycled(account: Account, pool: AccountPool, *, now: datetime) -> Change[Account]:
    """The account is taken from an owner who did not work it (回收)."""
    return _into(account, pool, MoveKind.RECYCLED, now=now)


def transferred(account: Account, pool: AccountPool, *, now: datetime) -> Change[Account]:
    """An account goes from one pool into another (转移).

    Raises AccountNotInPool, AccountAlreadyThere, AccountPoolClosed.
    """
    pool.check_takes()
    if account.pool is None:
        raise AccountNotInPool(account=account.name)
    if account.pool == pool.uuid:
        raise AccountAlreadyThere(pool=pool.name)
    event = AccountPooled(MoveKind.TRANSFERRED, former_pool=account.pool)
    return Change(replace(account, pool=pool.uuid, update_time=now), (event,))


def refitted(
    account: Account, happenings: tuple[Happening, ...], *, kind: str, plan: Plan, now: datetime
) -> Change[Account]:
    """An owned account by rules, calendars and what happened; one that has an owner and no clock gets its clock now."""
    owned = account.with_spell(now=now)
    if owned.spell is None or account.delete_time is not None:
        return Change(account, ())
    spell = fitted(owned.spell, happenings, kind=kind, team=account.ownership.team, plan=plan, now=now)
    if spell == account.spell:
        return Change(account, ())
    return Change(replace(account, spell=spell, update_time=now), (AccountRecyclingRescheduled(),))


def noted(account: Account, *, now: datetime) -> Change[Account]:
    """The account as it is, so that its row tells again when it comes to something."""
    return Change(replace(account.with_spell(now=now), update_time=now), (AccountRecyclingRescheduled(),))


def forewarned(account: Account, *, told: tuple[UUID, ...], now: datetime) -> Change[Account]:
    """The owner is told of the day on which the account falls back; once of each."""
    if account.spell is None:
        return Change(account, ())
    following = replace(account, spell=warned(account.spell), update_time=now)
    return Change(following, (AccountRecyclingWarned(told),))


def _into(account: Account, pool: AccountPool, kind: MoveKind, *, now: datetime) -> Change[Account]:
    """Of nobody from now on: no clock runs, and its region stays."""
    whose = account.ownership
    following = replace(account, ownership=Ownership(region=whose.region), pool=pool.uuid, spell=None, update_time=now)
    return Change(following, (AccountPooled(kind, former_owner=whose.owner),))
