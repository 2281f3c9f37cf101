"""A pool (线索池、公海): where what is nobody's waits, who may take it from there, and how much."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Self, TypeVar
from uuid import UUID


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
    one may claim a day, `holding_cap` how many he may hold after it; None is any number. For `cool_down_days` a former
    owner may not claim again what he had.
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
class Pool:
    """A pool; the service whose it is says what it is called, and refuses in its words."""

    uuid: UUID
    version: int = 0
    terms: PoolTerms
    create_time: datetime
    update_time: datetime

    def is_open_to(self, who: Standing) -> bool:
        """Whether the member may get something from the pool."""
        terms = self.terms
        return (
            who.member in terms.members
            or not who.roles.isdisjoint(terms.roles)
            or not who.teams.isdisjoint(terms.teams)
            or who.region in terms.regions
        )

    def with_terms(self, terms: PoolTerms, *, now: datetime) -> Self:
        """The pool by other terms; the same one where nothing differs."""
        return self if terms == self.terms else replace(self, terms=terms, update_time=now)


P = TypeVar("P", bound=Pool)


def fitting_pool(pools: Iterable[P], *, teams: Collection[UUID], region: UUID | None, default: UUID) -> P:
    """The pool something falls back into: of its owner's team or one above it, else its region, else the default.

    `teams` are the owner's and those above it. Of several that fit, the oldest.
    """
    open_pools = sorted((each for each in pools if not each.terms.closed), key=lambda each: each.uuid)
    rules: Sequence[Callable[[P], bool]] = (
        lambda pool: not pool.terms.teams.isdisjoint(teams),
        lambda pool: region in pool.terms.regions,
        lambda pool: pool.uuid == default,
    )
    return next(pool for fits in rules for pool in open_pools if fits(pool))


class FittingPools(Generic[P]):
    """Tells into which pool something falls back; looked up once for each team and region."""

    def __init__(self, pools: Sequence[P], *, default: UUID, above: Callable[[UUID | None], Collection[UUID]]) -> None:
        """`above` tells a team with those it is beneath."""
        self._pools = pools
        self._default = default
        self._above = above
        self._known: dict[tuple[UUID | None, UUID | None], P] = {}

    def of(self, team: UUID | None, region: UUID | None) -> P:
        """The pool of a team or one above it, else of a region, else the default one."""
        if (team, region) not in self._known:
            fitting = fitting_pool(self._pools, teams=self._above(team), region=region, default=self._default)
            self._known[team, region] = fitting
        return self._known[team, region]
