"""What contracts told of the contracts of opportunities: signed, settled, ended early; in whatever order it comes."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.work import Read, UnitOfWork
from kernel.money import Money
from services.pipeline.storage.metadata import METADATA

CONTRACT_STANDINGS = Table(
    "contract_standings",
    METADATA,
    Column("contract", Uuid, primary_key=True),
    Column("opportunity", Uuid, nullable=False),
    Column("sign_time", DateTime(timezone=True)),
    Column("settle_time", DateTime(timezone=True)),
    Column("end_time", DateTime(timezone=True)),
    # What it is worth; of those told to a release that did not ask, not known.
    Column("amount_minor", BigInteger),
    Column("amount_currency", Text),
)
Index("contract_standings_opportunity", CONTRACT_STANDINGS.c.opportunity)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingContract:
    """A signed contract that was not ended early, what it is worth where that is known, and whether it is settled."""

    contract: UUID
    amount: Money | None
    settled: bool


async def keep_standing(
    work: UnitOfWork, *, contract: UUID, opportunity: UUID, amount: Money | None, told: str | None = None
) -> None:
    """Keep what a contract is worth, and that it was signed, settled or ended now; `told` is the column of that."""
    await work.begin()
    fresh: dict[str, object] = {told: work.now} if told else {}
    if amount is not None:
        fresh |= {"amount_minor": amount.minor, "amount_currency": amount.currency}
    kept = insert(CONTRACT_STANDINGS).values({"contract": contract, "opportunity": opportunity, **fresh})
    kept = kept.on_conflict_do_update(index_elements=["contract"], set_=fresh or {"opportunity": opportunity})
    await work.connection.execute(kept)


async def keep_owing(work: UnitOfWork, *, contract: UUID, opportunity: UUID, amount: Money | None) -> None:
    """Keep that something is owed again of a contract, and what it is worth."""
    await keep_standing(work, contract=contract, opportunity=opportunity, amount=amount)
    owing = update(CONTRACT_STANDINGS).where(CONTRACT_STANDINGS.c.contract == contract).values(settle_time=None)
    await work.connection.execute(owing)


async def standing_contract(read: Read, opportunity: UUID) -> StandingContract | None:
    """The first contract that was signed for the opportunity and still stands; None where none does."""
    told = CONTRACT_STANDINGS.c
    statement = (
        select(told.contract, told.settle_time, told.amount_minor, told.amount_currency)
        .where(told.opportunity == opportunity, told.sign_time.is_not(None), told.end_time.is_(None))
        .order_by(told.sign_time)
        .limit(1)
    )
    row = (await read.connection.execute(statement)).one_or_none()
    if row is None:
        return None
    amount = Money(minor=row.amount_minor, currency=row.amount_currency) if row.amount_currency else None
    return StandingContract(contract=row.contract, amount=amount, settled=row.settle_time is not None)


async def was_ended(read: Read, contract: UUID) -> bool:
    """Whether a contract was ended early."""
    told = CONTRACT_STANDINGS.c
    ended = select(told.contract).where(told.contract == contract, told.end_time.is_not(None))
    return (await read.connection.execute(ended)).one_or_none() is not None
