"""How often each caller looked customers up, by day: exact, because one statement counts and checks."""

from datetime import date, datetime, timedelta

from sqlalchemy import Column, Date, Integer, PrimaryKeyConstraint, Table, Text, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.work import UnitOfWork
from services.pipeline.storage.metadata import METADATA

ACCOUNT_LOOK_UPS = Table(
    "account_look_ups",
    METADATA,
    Column("caller", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("caller", "day"),
)
# What was asked already that day by other ways than a look-up, as a keyed digest: the same counts once.
ACCOUNT_QUESTIONS = Table(
    "account_questions",
    METADATA,
    Column("caller", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("caller", "day", "digest"),
)
_KEPT = timedelta(days=31)


async def count_look_up(work: UnitOfWork, *, caller: str, day: date, most: int) -> int | None:
    """Count one more; how many the caller has asked today, None when he may not ask any more."""
    await work.begin()
    counted = ACCOUNT_LOOK_UPS.c.count
    statement = (
        insert(ACCOUNT_LOOK_UPS)
        .values(caller=caller, day=day, count=1)
        .on_conflict_do_update(index_elements=["caller", "day"], set_={"count": counted + 1}, where=counted < most)
        .returning(counted)
    )
    asked: int | None = (await work.connection.execute(statement)).scalar_one_or_none()
    return asked


async def ask_first(work: UnitOfWork, *, caller: str, day: date, digest: str) -> bool:
    """Whether the caller asks this for the first time that day; from now on he has."""
    await work.begin()
    row = {"caller": caller, "day": day, "digest": digest}
    statement = insert(ACCOUNT_QUESTIONS).values(row).on_conflict_do_nothing().returning(ACCOUNT_QUESTIONS.c.digest)
    return (await work.connection.execute(statement)).scalar_one_or_none() is not None


async def forget_look_ups(connection: AsyncConnection, now: datetime) -> int:
    """Days long past count for nothing; how many went."""
    last = (now - _KEPT).date()
    gone = await connection.execute(delete(ACCOUNT_LOOK_UPS).where(ACCOUNT_LOOK_UPS.c.day < last))
    asked = await connection.execute(delete(ACCOUNT_QUESTIONS).where(ACCOUNT_QUESTIONS.c.day < last))
    return gone.rowcount + asked.rowcount
