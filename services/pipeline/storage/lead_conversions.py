"""Which leads came over, and what became of each: one row for a lead, for ever."""

from uuid import UUID

from sqlalchemy import Column, DateTime, Index, RowMapping, Table, Uuid, select, text

from chassis.work import UnitOfWork
from services.pipeline.domain.lead_conversion import Accepted
from services.pipeline.storage.metadata import METADATA

LEAD_CONVERSIONS = Table(
    "lead_conversions",
    METADATA,
    Column("lead", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("contact", Uuid),
    Column("registration", Uuid),
    Column("opportunity", Uuid),
    Column("time", DateTime(timezone=True), nullable=False),
)
Index("lead_conversions_account", LEAD_CONVERSIONS.c.account)
# Any number that no other advisory lock of this database is made of.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:lead, 7102))")


async def accepted_before(work: UnitOfWork, lead: UUID) -> Accepted | None:
    """What became of the lead; None where it comes for the first time, and then nobody else takes it meanwhile."""
    await work.begin()
    await work.connection.execute(_LOCK, {"lead": str(lead)})
    statement = select(LEAD_CONVERSIONS).where(LEAD_CONVERSIONS.c.lead == lead)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


def from_row(row: RowMapping) -> Accepted:
    """What became of a lead, in its row."""
    return Accepted(
        account=row["account"],
        contact=row["contact"],
        registration=row["registration"],
        opportunity=row["opportunity"],
    )


def keep_accepted(work: UnitOfWork, lead: UUID, accepted: Accepted) -> None:
    """Remember it, in the same transaction as all that came of it."""
    work.insert(
        LEAD_CONVERSIONS,
        {
            "lead": lead,
            "account": accepted.account,
            "contact": accepted.contact,
            "registration": accepted.registration,
            "opportunity": accepted.opportunity,
            "time": work.now,
        },
    )
