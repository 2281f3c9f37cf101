"""The organization in this process: loaded from its tables, renewed when they changed."""

import asyncio
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import database
from chassis.organization.loading import load_snapshot
from chassis.organization.snapshot import Snapshot
from chassis.organization.tables import OrganizationTables
from chassis.principal import Principal
from kernel.errors import Unauthenticated

_PATIENCE = 5.0  # seconds a snapshot still serves while its renewal runs; older than that, the caller waits
_MISS_AGE = 0.05  # seconds after which an unknown member is looked for again, so that a new one can sign in at once


class Organization:
    """Answers who a caller is from memory; asks the tables once per `max_age` seconds whether they changed.

    Versions only grow and no row is ever deleted, so the sum of all versions changes with every change.
    """

    def __init__(self, *, engine: AsyncEngine, tables: OrganizationTables, max_age: float = 1.0) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._tables = tables
        self._max_age = max_age
        self._snapshot: Snapshot | None = None
        self._version = -1
        self._checked = 0.0
        self._renewal: asyncio.Task[Snapshot] | None = None
        self._principals: dict[tuple[str, frozenset[str], frozenset[str]], Principal] = {}

    async def current(self) -> Snapshot:
        """The organization as it was at most a moment ago."""
        age = self._age()
        if self._snapshot is None or age > _PATIENCE:
            return await self.refresh()
        if age > self._max_age:
            self._renew()
        return self._snapshot

    async def refresh(self) -> Snapshot:
        """The organization as it is now; many callers at a time share one look at the tables."""
        return await asyncio.shield(self._renew())

    async def principal(
        self, *, subject: str, roles: Collection[str] = (), permissions: Collection[str] = ()
    ) -> Principal:
        """The caller with all that the roles grant; raises Unauthenticated for a member unknown or gone."""
        snapshot = await self.current()
        key = (subject, frozenset(roles), frozenset(permissions))
        known = self._principals.get(key)
        if known is not None:
            return known
        try:
            principal = snapshot.principal(subject=subject, roles=roles, permissions=permissions)
        except Unauthenticated:
            if self._age() < _MISS_AGE:
                raise
            return (await self.refresh()).principal(subject=subject, roles=roles, permissions=permissions)
        self._principals[key] = principal
        return principal

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._checked

    def _renew(self) -> asyncio.Task[Snapshot]:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._look())
            self._renewal.add_done_callback(_consume)
        return self._renewal

    async def _look(self) -> Snapshot:
        asked = asyncio.get_running_loop().time()
        async with database.connected(self._engine) as connection:
            version = await self._stored_version(connection)
            if self._snapshot is None or version != self._version:
                # Loaded after the version was read: at worst newer than it, and then loaded once more.
                self._snapshot = await load_snapshot(connection, self._tables)
                self._version = version
                self._principals.clear()
        self._checked = asked
        return self._snapshot

    async def _stored_version(self, connection: AsyncConnection) -> int:
        tables = (
            self._tables.members,
            self._tables.teams,
            self._tables.regions,
            self._tables.roles,
            self._tables.calendars,
        )
        sums = [select(func.coalesce(func.sum(table.c.version), 0)).scalar_subquery() for table in tables]
        row = (await connection.execute(select(*sums))).one()
        return sum(int(each) for each in row)


def _consume(renewal: asyncio.Task[Snapshot]) -> None:
    # A renewal nobody waits for may fail while the database is away; the next caller who must wait sees it.
    if not renewal.cancelled():
        renewal.exception()
