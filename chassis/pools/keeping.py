"""Keeping pools (线索池、公海): by whom they are opened, seen, changed and administered, whatever waits in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Organization, Snapshot
from chassis.pools.parties import standing_of, unknown_party
from chassis.pools.storage import Pools
from chassis.principal import Principal, Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, Refusal, StaleVersion
from kernel.events import Change
from trade.pools.pool import Pool, PoolTerms, Standing

P = TypeVar("P", bound=Pool)


class Opening(Protocol[P]):
    """Opens a pool of the kind."""

    def __call__(self, *, uuid: UUID, terms: PoolTerms, now: datetime) -> Change[P]:
        """A new pool by such terms."""


class Changing(Protocol[P]):
    """Changes the terms of a pool of the kind."""

    def __call__(self, pool: P, terms: PoolTerms, /, *, now: datetime) -> Change[P]:
        """The pool by other terms; nothing changed is no event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolKeeping(Generic[P]):
    """How the pools of one kind are kept; it refuses in the words of the service whose they are.

    `working` is the permission to work what lies in them; a stranger whom terms name is told by field and name, a pool
    that somebody does not administer by its name.
    """

    pools: Pools[P]
    opening: Opening[P]
    changing: Changing[P]
    working: str
    stranger: Callable[[str, str], Refusal]
    not_administered: Callable[[str], Refusal]

    def standing(self, organization: Snapshot, principal: Principal) -> Standing:
        """Where the caller stands."""
        return standing_of(organization, principal.member)

    def claimant(self, principal: Principal) -> UUID:
        """The member who calls; raises NotAllowed for anybody else, who could not work what he claims."""
        if principal.member is None:
            raise NotAllowed(permission=self.working)
        return principal.member

    def check_administers(self, pool: P, principal: Principal) -> None:
        """Pass for the administrators of a pool, and for whoever keeps all; others are refused."""
        if (
            principal.member not in pool.terms.administrators
            and principal.scope_of(self.pools.keeping) is not Scope.ALL
        ):
            raise self.not_administered(self._name(pool.uuid))

    async def create(self, work: UnitOfWork, *, terms: PoolTerms, organization: Organization) -> P:
        """A pool is opened for members, roles, teams or regions that are there; a stranger is refused."""
        self._check_parties(terms, await organization.current())
        return work.save(self.pools.record, self.opening(uuid=work.new_id(), terms=terms, now=work.now))

    async def get(self, read: Read, *, uuid: UUID, organization: Organization) -> P:
        """A pool shows itself to whoever may claim from it or administers it; to others it is missing."""
        return await self.pools.get(read, uuid, who=self.standing(await organization.current(), read.principal))

    async def list_page(self, read: Read, *, wanted: PageRequest, organization: Organization) -> Page[P]:
        """Pools are listed by name, as far as they show themselves."""
        who = self.standing(await organization.current(), read.principal)
        return await self.pools.list_page(read, wanted, who=who)

    async def update(
        self,
        work: UnitOfWork,
        *,
        uuid: UUID,
        seen: int,
        terms: PoolTerms,
        changed: frozenset[str],
        organization: Organization,
    ) -> P:
        """The `changed` terms become those told; caps count from the next claim on, a closed pool only empties.

        Raises StaleVersion, and the refusals of a missing pool, a stranger, and a default pool that would be closed.
        """
        snapshot = await organization.current()
        pool = await self.pools.get(work, uuid, who=self.standing(snapshot, work.principal))
        if pool.version != seen:
            raise StaleVersion(resource=self._name(uuid))
        names = PoolTerms.__dataclass_fields__
        following = PoolTerms(**{name: getattr(terms if name in changed else pool.terms, name) for name in names})
        self._check_parties(following, snapshot, before=pool.terms)
        change = self.changing(pool, following, now=work.now)
        return work.save(self.pools.record, change) if change.events else pool

    def _check_parties(self, terms: PoolTerms, organization: Snapshot, *, before: PoolTerms | None = None) -> None:
        """Pass where everybody is there whom a pool names and did not name before."""
        stranger = unknown_party(terms, organization, before=before)
        if stranger is not None:
            raise self.stranger(*stranger)

    def _name(self, uuid: UUID) -> str:
        return f"{self.pools.collection}/{uuid}"
