"""Keeping pools of customers (公海)."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Organization, Snapshot
from chassis.pools import standing_of, unknown_party
from chassis.principal import Principal, Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, StaleVersion
from services.pipeline.application.accounts import WRITING
from services.pipeline.domain.account_pools import (
    AccountPool,
    AccountPoolNotAdministered,
    AccountPoolPartyUnknown,
    open_pool,
)
from services.pipeline.storage.account_pools import POOLS
from trade.pools.pool import PoolTerms, Standing

_ADMIN = "pipeline.admin"


def caller_standing(organization: Snapshot, principal: Principal) -> Standing:
    """Where the caller stands."""
    return standing_of(organization, principal.member)


def claimant(principal: Principal) -> UUID:
    """The member who calls; raises NotAllowed for anybody else, who could not work an account."""
    if principal.member is None:
        raise NotAllowed(permission=WRITING)
    return principal.member


def check_administers(pool: AccountPool, principal: Principal) -> None:
    """Pass for the administrators of a pool, and for whoever keeps all; raises AccountPoolNotAdministered."""
    if principal.member not in pool.terms.administrators and principal.scope_of(_ADMIN) is not Scope.ALL:
        raise AccountPoolNotAdministered(pool=pool.name)


async def create_pool(work: UnitOfWork, *, terms: PoolTerms, organization: Organization) -> AccountPool:
    """A pool is opened for members, roles, teams or regions that are there. Raises AccountPoolPartyUnknown."""
    _check_parties(terms, await organization.current())
    return work.save(POOLS.record, open_pool(uuid=work.new_id(), terms=terms, now=work.now))


async def get_pool(read: Read, *, uuid: UUID, organization: Organization) -> AccountPool:
    """A pool shows itself to whoever may claim from it or administers it. Raises AccountPoolNotFound."""
    return await POOLS.get(read, uuid, who=caller_standing(await organization.current(), read.principal))


async def list_pools(read: Read, *, wanted: PageRequest, organization: Organization) -> Page[AccountPool]:
    """Pools are listed by name, as far as they show themselves."""
    return await POOLS.list_page(read, wanted, who=caller_standing(await organization.current(), read.principal))


async def update_pool(
    work: UnitOfWork, *, uuid: UUID, seen: int, terms: PoolTerms, changed: frozenset[str], organization: Organization
) -> AccountPool:
    """The `changed` terms of a pool become those told; caps count from the next claim on, a closed pool only empties.

    Raises AccountPoolNotFound, StaleVersion, AccountPoolPartyUnknown, AccountPoolStaysOpen.
    """
    snapshot = await organization.current()
    pool = await POOLS.get(work, uuid, who=caller_standing(snapshot, work.principal))
    if pool.version != seen:
        raise StaleVersion(resource=pool.name)
    kept = {name: getattr(terms if name in changed else pool.terms, name) for name in PoolTerms.__dataclass_fields__}
    following = PoolTerms(**kept)
    _check_parties(following, snapshot, before=pool.terms)
    change = pool.changed(following, now=work.now)
    return work.save(POOLS.record, change) if change.events else pool


def _check_parties(terms: PoolTerms, organization: Snapshot, *, before: PoolTerms | None = None) -> None:
    """Pass where everybody is there whom a pool names and did not name before; raises AccountPoolPartyUnknown."""
    stranger = unknown_party(terms, organization, before=before)
    if stranger is not None:
        field, party = stranger
        raise AccountPoolPartyUnknown(field=f"account_pool.{field}", party=party)
