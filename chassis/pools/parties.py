"""Where members stand in the organization, as pools look at them, and whether whom a pool names is there."""

from collections.abc import Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from chassis.organization import Snapshot
from trade.pools.pool import FittingPools, Pool, PoolTerms, Standing

P = TypeVar("P", bound=Pool)
# Whoever is no member stands nowhere: only one who keeps all pools sees any.
_NOWHERE = UUID(int=0)


def standing_of(organization: Snapshot, member: UUID | None) -> Standing:
    """Where a member stands, as pools look at him."""
    known = organization.members.get(member) if member else None
    if known is None or not known.active:
        return Standing(member=member or _NOWHERE)
    teams = team_and_above(organization, known.team)
    return Standing(member=known.uuid, roles=known.roles, teams=teams, region=organization.region_of(known))


def team_and_above(organization: Snapshot, team: UUID | None) -> frozenset[UUID]:
    """A team with those it is beneath; empty for no team."""
    if team is None:
        return frozenset()
    known = organization.teams.get(team)
    return frozenset({team, *(known.path if known else ())})


def fitting_pools(organization: Snapshot, pools: Sequence[P], *, default: UUID) -> FittingPools[P]:
    """Tells into which pool something falls back, by the teams there are."""
    return FittingPools(pools, default=default, above=lambda team: team_and_above(organization, team))


def unknown_party(
    terms: PoolTerms, organization: Snapshot, *, before: PoolTerms | None = None
) -> tuple[str, str] | None:
    """The field and the name of the first whom a pool names, did not name before, and who is not there."""
    named_before = {party for _, party, _ in _parties(before, organization)} if before else set()
    strangers = ((field, party) for field, party, known in _parties(terms, organization) if not known)
    return next((each for each in strangers if each[1] not in named_before), None)


def _parties(terms: PoolTerms, organization: Snapshot) -> Iterator[tuple[str, str, bool]]:
    for field in ("members", "administrators"):
        for member in sorted(getattr(terms, field)):
            yield field, f"members/{member}", member in organization.members
    for role in sorted(terms.roles):
        yield "roles", role, role in organization.roles
    for team in sorted(terms.teams):
        yield "teams", f"teams/{team}", team in organization.teams
    for region in sorted(terms.regions):
        yield "regions", f"regions/{region}", region in organization.regions
