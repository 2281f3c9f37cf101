"""What contracts told of the contracts of opportunities: signed, settled, ended early; in whatever order it comes."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Table, Uuid, select
from sqlalchemy.dialects.postgresql import insert

from chassis.work import Read, UnitOfWork
from services.pipeline.storage.metadata import METADATA

CONTRACT_STANDINGS = Table(
    "contract_standings",
    METADATA,
    Column("contract", Uuid, primary_key=True),
    Column("opportunity", Uuid, nullable=False),
    Column("sign_time", DateTime(timezone=True)),
    Column("settle_time", DateTime(timezone=True)),
    Column("end_time", DateTime(timezone=True)),
)
Index("contract_standings_opportunity", CONTRACT_STANDINGS.c.opportunity)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingContract:
    """A signed contract that was not ended early, and whether it is paid."""

    contract: UUID
    settled: bool


async def keep_standing(work: UnitOfWork, *, contract: UUID, opportunity: UUID, told: str) -> None:
    """Keep that a contract was signed, settled or ended now; `told` is the column of that."""
    await work.begin()
    row = {"contract": contract, "opportunity": opportunity, told: work.now}
    kept = insert(CONTRACT_STANDINGS).values(row)
    kept = kept.on_conflict_do_update(index_elements=["contract"], set_={told: work.now})
    await work.connection.execute(kept)


async def standing_contract(read: Read, opportunity: UUID) -> StandingContract | None:
    """The first contract that was signed for the opportunity and still stands; None where none does."""
    told = CONTRACT_STANDINGS.c
    statement = (
        select(told.contract, told.settle_time)
        .where(told.opportunity == opportunity, told.sign_time.is_not(None), told.end_time.is_(None))
        .order_by(told.sign_time)
        .limit(1)
    )
    row = (await read.connection.execute(statement)).one_or_none()
    return StandingContract(contract=row.contract, settled=row.settle_time is not None) if row else None
