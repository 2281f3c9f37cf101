"""Pools of customers (公海): where accounts of nobody wait, who may take them from there, and how many."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from trade.pools.pool import Pool, PoolTerms, Standing

# There from the beginning and never closed, so that an account always has a pool to fall back into.
DEFAULT_POOL = UUID("00000000-0000-7000-8000-0000000000a2")
_SINCE = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(eq=False, kw_only=True)
class AccountPoolNotFound(Refusal):
    """There is no such pool, or the caller may neither claim from it nor administer it."""

    kind = Kind.NOT_FOUND
    reason = "ACCOUNT_POOL_NOT_FOUND"

    pool: str


@dataclass(eq=False, kw_only=True)
class AccountPoolClosed(Refusal):
    """The pool is closed: nothing is put into it any more."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_POOL_CLOSED"

    pool: str


@dataclass(eq=False, kw_only=True)
class AccountPoolStaysOpen(Refusal):
    """The default pool takes what fits nowhere else, and is not closed."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_POOL_STAYS_OPEN"

    pool: str


@dataclass(eq=False, kw_only=True)
class AccountPoolPartyUnknown(InvalidField):
    """A pool names a member, role, team or region that is not there."""

    reason = "ACCOUNT_POOL_PARTY_UNKNOWN"

    party: str


@dataclass(eq=False, kw_only=True)
class AccountPoolNotAdministered(Refusal):
    """Only the administrators of the pool hand accounts out of it and move them."""

    kind = Kind.NOT_ALLOWED
    reason = "ACCOUNT_POOL_NOT_ADMINISTERED"

    pool: str


@dataclass(eq=False, kw_only=True)
class AccountPoolNotYours(Refusal):
    """The pool is for others: the member is none of those who may get accounts from it."""

    kind = Kind.NOT_ALLOWED
    reason = "ACCOUNT_POOL_NOT_YOURS"

    pool: str


@dataclass(frozen=True, slots=True)
class AccountPoolCreated:
    """A pool was opened."""


@dataclass(frozen=True, slots=True)
class AccountPoolUpdated:
    """A pool changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPool(Pool):
    """A pool of customers (公海)."""

    @property
    def name(self) -> str:
        """The resource name, "accountPools/{uuid}"."""
        return f"accountPools/{self.uuid}"

    def check_open_to(self, who: Standing) -> None:
        """Pass for whoever may get accounts from the pool; raises AccountPoolNotYours."""
        if not self.is_open_to(who):
            raise AccountPoolNotYours(pool=self.name)

    def check_takes(self) -> None:
        """Pass where accounts may be put into the pool; raises AccountPoolClosed."""
        if self.terms.closed:
            raise AccountPoolClosed(pool=self.name)

    def changed(self, terms: PoolTerms, *, now: datetime) -> Change["AccountPool"]:
        """Change the terms; nothing changed is no event. Raises AccountPoolStaysOpen for the default pool."""
        if terms == self.terms:
            return Change(self, ())
        if terms.closed and self.uuid == DEFAULT_POOL:
            raise AccountPoolStaysOpen(pool=self.name)
        return Change(self.with_terms(terms, now=now), (AccountPoolUpdated(),))


def open_pool(*, uuid: UUID, terms: PoolTerms, now: datetime) -> Change[AccountPool]:
    """Open a pool."""
    pool = AccountPool(uuid=uuid, terms=terms, create_time=now, update_time=now)
    return Change(pool, (AccountPoolCreated(),))


def shipped_pool() -> AccountPool:
    """The default pool until somebody edits it: whoever sells may claim from it."""
    terms = PoolTerms(
        display_name="公海",
        roles=frozenset({"sales", "senior_sales"}),
        daily_cap=5,
        holding_cap=300,
        cool_down_days=30,
    )
    return AccountPool(uuid=DEFAULT_POOL, terms=terms, create_time=_SINCE, update_time=_SINCE)
