"""Pools of leads (线索池): where leads of nobody wait, who may take them from there, and how many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change

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
class Standing:
    """Where a member stands in the organization: his roles, his team with those above it, his region."""

    member: UUID
    roles: frozenset[str] = frozenset()
    teams: frozenset[UUID] = frozenset()
    region: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTerms:
    """What administrators decide about a pool: who may claim from it, who hands out, and how much.

    Whoever is a member, has a role, is of a team (or one beneath it) or of a region may claim. `daily_cap` is how many
    leads one may claim a day, `holding_cap` how many unconverted ones he may hold after it; None is any number. For
    `cool_down_days` a former owner may not claim a lead again.
    """

    display_name: str
    members: frozenset[UUID] = frozenset()
    roles: frozenset[str] = frozenset()
    teams: frozenset[UUID] = frozenset()
    regions: frozenset[UUID] = frozenset()
    administrators: frozenset[UUID] = frozenset()
    daily_cap: int | None = None
    holding_cap: int | None = None
    cool_down_days: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPool:
    """A pool of leads (线索池)."""

    uuid: UUID
    version: int = 0
    terms: PoolTerms
    create_time: datetime
    update_time: datetime

    @property
    def name(self) -> str:
        """The resource name, "leadPools/{uuid}"."""
        return f"leadPools/{self.uuid}"

    def is_open_to(self, who: Standing) -> bool:
        """Whether the member may get leads from the pool."""
        terms = self.terms
        return (
            who.member in terms.members
            or not who.roles.isdisjoint(terms.roles)
            or not who.teams.isdisjoint(terms.teams)
            or who.region in terms.regions
        )

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
        return Change(replace(self, terms=terms, update_time=now), (LeadPoolUpdated(),))


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


def pool_that_fits(pools: Sequence[LeadPool], *, teams: Collection[UUID], region: UUID | None) -> LeadPool:
    """The pool a lead falls back into: of its owner's team or one above it, else of its region, else the default pool.

    `teams` are the owner's and those above it. Of several that fit, the oldest.
    """
    open_pools = sorted((each for each in pools if not each.terms.closed), key=lambda each: each.uuid)
    rules = (
        lambda pool: not pool.terms.teams.isdisjoint(teams),
        lambda pool: region in pool.terms.regions,
        lambda pool: pool.uuid == DEFAULT_POOL,
    )
    return next(pool for fits in rules for pool in open_pools if fits(pool))
