"""Which opportunities negotiate their contract, as pipeline told."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.work import Read, UnitOfWork
from services.contracts.storage.contract_tables import NEGOTIATIONS


async def keep_negotiating(work: UnitOfWork, *, opportunity: UUID, negotiating: bool) -> None:
    """Keep whether an opportunity negotiates."""
    await work.begin()
    statement = insert(NEGOTIATIONS).values(opportunity=opportunity, negotiating=negotiating)
    await work.connection.execute(
        statement.on_conflict_do_update(index_elements=[NEGOTIATIONS.c.opportunity], set_={"negotiating": negotiating})
    )


async def is_negotiating(read: Read, *, opportunity: UUID) -> bool:
    """Whether an opportunity negotiates."""
    statement = select(NEGOTIATIONS.c.negotiating).where(NEGOTIATIONS.c.opportunity == opportunity)
    return bool(await read.connection.scalar(statement))
