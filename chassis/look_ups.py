"""How often each caller looked customers up (查重查询), by day: exact, because one statement counts and checks.

LOOK_UPS = look_ups(METADATA, "account")
await LOOK_UPS.count(work, day=today, most=200)          # None beyond the cap
await LOOK_UPS.ask_first(work, day=today, digest=asked)  # the same question counts once a day
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Column, Date, Integer, MetaData, PrimaryKeyConstraint, Table, Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.work import UnitOfWork

_KEPT = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUps:
    """The two tables of a service: how often each caller asked, and what already, as a keyed digest."""

    counts: Table
    questions: Table

    async def count(self, work: UnitOfWork, *, day: date, most: int) -> int | None:
        """Count one more; how many the caller has asked that day, None when he may not ask any more."""
        await work.begin()
        counted = self.counts.c.count
        statement = (
            insert(self.counts)
            .values(caller=work.principal.subject, day=day, count=1)
            .on_conflict_do_update(index_elements=["caller", "day"], set_={"count": counted + 1}, where=counted < most)
            .returning(counted)
        )
        asked: int | None = (await work.connection.execute(statement)).scalar_one_or_none()
        return asked

    async def asked(self, work: UnitOfWork, *, day: date) -> int:
        """How many the caller has asked that day."""
        mine = (self.counts.c.caller == work.principal.subject, self.counts.c.day == day)
        return await work.connection.scalar(select(self.counts.c.count).where(*mine)) or 0

    async def ask_first(self, work: UnitOfWork, *, day: date, digest: str) -> bool:
        """Whether the caller asks this for the first time that day; from now on he has."""
        await work.begin()
        row = {"caller": work.principal.subject, "day": day, "digest": digest}
        statement = insert(self.questions).values(row).on_conflict_do_nothing().returning(self.questions.c.digest)
        return (await work.connection.execute(statement)).scalar_one_or_none() is not None

    async def forget(self, connection: AsyncConnection, now: datetime) -> int:
        """Days long past count for nothing; how many went."""
        last = (now - _KEPT).date()
        gone = await connection.execute(delete(self.counts).where(self.counts.c.day < last))
        asked = await connection.execute(delete(self.questions).where(self.questions.c.day < last))
        return gone.rowcount + asked.rowcount


def look_ups(metadata: MetaData, kind: str) -> LookUps:
    """Declare the tables `{kind}_look_ups` and `{kind}_questions`."""
    by = (Column("caller", Text, nullable=False), Column("day", Date, nullable=False))
    counts = Table(
        f"{kind}_look_ups",
        metadata,
        *(column.copy() for column in by),
        Column("count", Integer, nullable=False),
        PrimaryKeyConstraint("caller", "day"),
    )
    questions = Table(
        f"{kind}_questions",
        metadata,
        *(column.copy() for column in by),
        Column("digest", Text, nullable=False),
        PrimaryKeyConstraint("caller", "day", "digest"),
    )
    return LookUps(counts=counts, questions=questions)
