"""The opportunities quotes are made for, as pipeline told last."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.contracts.domain.quote_terms import Deal
from services.contracts.storage.quote_tables import KNOWN_OPPORTUNITIES


async def keep_opportunity(work: UnitOfWork, *, deal: Deal) -> None:
    """Keep what pipeline told of an opportunity; the consumer's gate lets nothing older pass."""
    await work.begin()
    row = {
        "opportunity": deal.opportunity,
        "account": deal.account,
        "owner": deal.owner,
        "team": deal.team,
        "region": deal.region,
        "tier": deal.tier,
    }
    statement = insert(KNOWN_OPPORTUNITIES).values(row)
    await work.connection.execute(
        statement.on_conflict_do_update(index_elements=[KNOWN_OPPORTUNITIES.c.opportunity], set_=row)
    )


async def find_opportunity(read: Read, opportunity: UUID, *, permission: str) -> Deal | None:
    """The opportunity, if the permission reaches it for the caller."""
    table = KNOWN_OPPORTUNITIES
    statement = scope(
        select(table).where(table.c.opportunity == opportunity), table, principal=read.principal, permission=permission
    )
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return Deal(**row) if row else None
