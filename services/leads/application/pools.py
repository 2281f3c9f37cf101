"""Keeping pools of leads (线索池)."""

from collections.abc import Iterator
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Organization, Snapshot
from chassis.principal import Principal, Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, StaleVersion
from services.leads.domain.pools import (
    LeadPool,
    LeadPoolNotAdministered,
    LeadPoolPartyUnknown,
    PoolTerms,
    Standing,
    open_pool,
)
from services.leads.storage import pools
from services.leads.storage.pools import RECORD

_ADMIN, _WRITE = "leads.admin", "leads.write"
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


def caller_standing(organization: Snapshot, principal: Principal) -> Standing:
    """Where the caller stands."""
    return standing_of(organization, principal.member)


def claimant(principal: Principal) -> UUID:
    """The member who calls; raises NotAllowed for anybody else, who could not work a lead."""
    if principal.member is None:
        raise NotAllowed(permission=_WRITE)
    return principal.member


def check_administers(pool: LeadPool, principal: Principal) -> None:
    """Pass for the administrators of a pool, and for whoever keeps all; raises LeadPoolNotAdministered."""
    if principal.member not in pool.terms.administrators and principal.scope_of(_ADMIN) is not Scope.ALL:
        raise LeadPoolNotAdministered(pool=pool.name)


async def create_pool(work: UnitOfWork, *, terms: PoolTerms, organization: Organization) -> LeadPool:
    """A pool is opened for members, roles, teams or regions that are there. Raises LeadPoolPartyUnknown."""
    _check_parties(terms, await organization.current())
    return work.save(RECORD, open_pool(uuid=work.new_id(), terms=terms, now=work.now))


async def get_pool(read: Read, *, uuid: UUID, organization: Organization) -> LeadPool:
    """A pool shows itself to whoever may claim from it or administers it. Raises LeadPoolNotFound."""
    return await pools.get_pool(read, uuid, who=caller_standing(await organization.current(), read.principal))


async def list_pools(read: Read, *, wanted: PageRequest, organization: Organization) -> Page[LeadPool]:
    """Pools are listed by name, as far as they show themselves."""
    return await pools.list_page(read, wanted, who=caller_standing(await organization.current(), read.principal))


async def update_pool(
    work: UnitOfWork, *, uuid: UUID, seen: int, terms: PoolTerms, changed: frozenset[str], organization: Organization
) -> LeadPool:
    """The `changed` terms of a pool become those told; caps count from the next claim on, a closed pool only empties.

    Raises LeadPoolNotFound, StaleVersion, LeadPoolPartyUnknown, LeadPoolStaysOpen.
    """
    snapshot = await organization.current()
    pool = await pools.get_pool(work, uuid, who=caller_standing(snapshot, work.principal))
    if pool.version != seen:
        raise StaleVersion(resource=pool.name)
    kept = {name: getattr(terms if name in changed else pool.terms, name) for name in PoolTerms.__dataclass_fields__}
    following = PoolTerms(**kept)
    _check_parties(following, snapshot, before=pool.terms)
    change = pool.changed(following, now=work.now)
    return work.save(RECORD, change) if change.events else pool


def _check_parties(terms: PoolTerms, organization: Snapshot, *, before: PoolTerms | None = None) -> None:
    """Pass where everybody is there whom a pool names and did not name before; raises LeadPoolPartyUnknown."""
    named_before = {party for _, party, _ in _parties(before, organization)} if before else set()
    for field, party, known in _parties(terms, organization):
        if not known and party not in named_before:
            raise LeadPoolPartyUnknown(field=f"lead_pool.{field}", party=party)


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
