"""Pools of leads (线索池): where leads of nobody wait, who may take them from there, and how many."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from trade.pools.pool import Pool, PoolTerms, Standing

# There from the beginning and never closed, so that a lead always has a pool to fall back into.
DEFAULT_POOL = UUID("00000000-0000-7000-8000-0000000000a1")
_SINCE = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(eq=False, kw_only=True)
class LeadPoolNotFound(Refusal):
    """There is no such pool, or the caller may neither claim from it nor administer it."""

    kind = Kind.NOT_FOUND
    reason = "LEAD_POOL_NOT_FOUND"

    pool: str


@dataclass(eq=False, kw_only=True)
class LeadPoolClosed(Refusal):
    """The pool is closed: nothing is put into it any more."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_POOL_CLOSED"

    pool: str


@dataclass(eq=False, kw_only=True)
class LeadPoolStaysOpen(Refusal):
    """The default pool takes what fits nowhere else, and is not closed."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_POOL_STAYS_OPEN"

    pool: str


@dataclass(eq=False, kw_only=True)
class LeadPoolPartyUnknown(InvalidField):
    """A pool names a member, team or region that is not there."""

    reason = "LEAD_POOL_PARTY_UNKNOWN"

    party: str


@dataclass(eq=False, kw_only=True)
class LeadPoolNotAdministered(Refusal):
    """Only the administrators of the pool hand leads out of it and move them."""

    kind = Kind.NOT_ALLOWED
    reason = "LEAD_POOL_NOT_ADMINISTERED"

    pool: str


@dataclass(eq=False, kw_only=True)
class LeadPoolNotYours(Refusal):
    """The pool is for others: the member is none of those who may get leads from it."""

    kind = Kind.NOT_ALLOWED
    reason = "LEAD_POOL_NOT_YOURS"

    pool: str


@dataclass(frozen=True, slots=True)
class LeadPoolCreated:
    """A pool was opened."""


@dataclass(frozen=True, slots=True)
class LeadPoolUpdated:
    """A pool changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPool(Pool):
    """A pool of leads (线索池)."""

    @property
    def name(self) -> str:
        """The resource name, "leadPools/{uuid}"."""
        return f"leadPools/{self.uuid}"

    def check_open_to(self, who: Standing) -> None:
        """Pass for whoever may get leads from the pool; raises LeadPoolNotYours."""
        if not self.is_open_to(who):
            raise LeadPoolNotYours(pool=self.name)

    def check_takes(self) -> None:
        """Pass where leads may be put into the pool; raises LeadPoolClosed."""
        if self.terms.closed:
            raise LeadPoolClosed(pool=self.name)

    def changed(self, terms: PoolTerms, *, now: datetime) -> Change["LeadPool"]:
        """Change the terms; nothing changed is no event. Raises LeadPoolStaysOpen for the default pool."""
        if terms == self.terms:
            return Change(self, ())
        if terms.closed and self.uuid == DEFAULT_POOL:
            raise LeadPoolStaysOpen(pool=self.name)
        return Change(self.with_terms(terms, now=now), (LeadPoolUpdated(),))


def open_pool(*, uuid: UUID, terms: PoolTerms, now: datetime) -> Change[LeadPool]:
    """Open a pool."""
    pool = LeadPool(uuid=uuid, terms=terms, create_time=now, update_time=now)
    return Change(pool, (LeadPoolCreated(),))


def shipped_pool() -> LeadPool:
    """The default pool until somebody edits it: whoever sells may claim from it."""
    terms = PoolTerms(
        display_name="公共线索池",
        roles=frozenset({"sales", "senior_sales"}),
        daily_cap=10,
        holding_cap=200,
        cool_down_days=7,
    )
    return LeadPool(uuid=DEFAULT_POOL, terms=terms, create_time=_SINCE, update_time=_SINCE)
