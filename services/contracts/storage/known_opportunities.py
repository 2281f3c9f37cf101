"""The opportunities quotes are made for, as pipeline told last."""

from dataclasses import fields
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis.prepared import Prepared
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.contracts.domain.quote_terms import Deal
from services.contracts.storage.quote_tables import KNOWN_OPPORTUNITIES


async def keep_opportunity(work: UnitOfWork, *, deal: Deal, lost: bool) -> None:
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
        lost=lost,
    )


async def find_opportunity(read: Read, opportunity: UUID, *, permission: str) -> Deal | None:
    """The opportunity, if the permission reaches it for the caller."""
    table = KNOWN_OPPORTUNITIES
    statement = scope(
        select(table).where(table.c.opportunity == opportunity), table, principal=read.principal, permission=permission
    )
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return Deal(**{each.name: row[each.name] for each in fields(Deal)}) if row else None


async def is_lost(read: Read, opportunity: UUID) -> bool:
    """Whether an opportunity is lost, whoever asks; one that is not known is not."""
    rows = await read.rows(_LOST, wanted=opportunity)
    return bool(rows and rows[0]["lost"])


def _keep() -> Insert:
    """Whatever was known of the opportunity gives way."""
    statement = insert(KNOWN_OPPORTUNITIES)
    changed = {column.name: statement.excluded[column.name] for column in KNOWN_OPPORTUNITIES.c}
    return statement.on_conflict_do_update(index_elements=[KNOWN_OPPORTUNITIES.c.opportunity], set_=changed)


_KEEP = Prepared(_keep())
_LOST = Prepared(
    select(KNOWN_OPPORTUNITIES.c.lost).where(KNOWN_OPPORTUNITIES.c.opportunity == bindparam("wanted", type_=Uuid))
)
