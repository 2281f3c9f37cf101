"""Which opportunities negotiate their contract, as pipeline told."""

from uuid import UUID

from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.contracts.storage.contract_tables import NEGOTIATIONS


async def keep_negotiating(work: UnitOfWork, *, opportunity: UUID, negotiating: bool) -> None:
    """Keep whether an opportunity negotiates; of one that never did there is nothing to keep."""
    await work.begin()
    if not negotiating:
        await work.rows(_LEAVE, wanted=opportunity)
        return
    await work.rows(_ENTER, opportunity=opportunity, negotiating=True)


async def is_negotiating(read: Read, *, opportunity: UUID) -> bool:
    """Whether an opportunity negotiates."""
    rows = await read.rows(_NEGOTIATING, wanted=opportunity)
    return bool(rows and rows[0]["negotiating"])


_NEGOTIATING = Prepared(select(NEGOTIATIONS.c.negotiating).where(NEGOTIATIONS.c.opportunity == bindparam("wanted")))
_LEAVE = Prepared(
    update(NEGOTIATIONS).where(NEGOTIATIONS.c.opportunity == bindparam("wanted")).values(negotiating=False)
)
_ENTER = Prepared(
    insert(NEGOTIATIONS).on_conflict_do_update(
        index_elements=[NEGOTIATIONS.c.opportunity], set_={"negotiating": literal(True)}
    )
)
