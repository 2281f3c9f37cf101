"""The opportunities quotes are made for, as pipeline told last."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis.prepared import Prepared
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.contracts.domain.quote_terms import Deal
from services.contracts.storage.quote_tables import KNOWN_OPPORTUNITIES


async def keep_opportunity(work: UnitOfWork, *, deal: Deal) -> None:
    """Keep what pipeline told of an opportunity; the consumer's gate lets nothing older pass."""
    await work.begin()
    await work.rows(
        _KEEP,
        opportunity=deal.opportunity,
        account=deal.account,
        owner=deal.owner,
        team=deal.team,
        region=deal.region,
        tier=deal.tier,
    )


async def find_opportunity(read: Read, opportunity: UUID, *, permission: str) -> Deal | None:
    """The opportunity, if the permission reaches it for the caller."""
    table = KNOWN_OPPORTUNITIES
    statement = scope(
        select(table).where(table.c.opportunity == opportunity), table, principal=read.principal, permission=permission
    )
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return Deal(**row) if row else None


def _keep() -> Insert:
    """Whatever was known of the opportunity gives way."""
    statement = insert(KNOWN_OPPORTUNITIES)
    changed = {column.name: statement.excluded[column.name] for column in KNOWN_OPPORTUNITIES.c}
    return statement.on_conflict_do_update(index_elements=[KNOWN_OPPORTUNITIES.c.opportunity], set_=changed)


_KEEP = Prepared(_keep())
