"""Scores in their table, and which records wait to be scored."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, dialect

from chassis.learning.models import Models
from chassis.prepared import Prepared, Row
from chassis.work import Read, UnitOfWork
from trade.probability import Part, Score

_MARKS_AT_ONCE = 2000
_DIALECT = dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy


class Scores:
    """Where a service keeps what its `models` say of its records, a row for each; the column `record` names it."""

    def __init__(self, table: Table, marks: Table, *, record: str, models: Models) -> None:
        self.table = table
        self._models = models
        self._marks = marks
        self._record = record
        name = table.name
        self._take_marks = text(
            f"with gone as (delete from {marks.name} where uuid in "  # noqa: S608 - our own names
            f"(select uuid from {marks.name} order by uuid limit :most) returning {record}) "
            f"update {name} set due = :now where {record} in (select {record} from gone) and due is null"
        )
        self._take_due = text(
            f"select {record} from {name} where due <= :now order by due, {record} "  # noqa: S608 - our own names
            "limit :most for update skip locked"
        )
        self._write_beside, self._write_due = (text(_writing(table, taken=taken)) for taken in (False, True))
        wanted = table.c[record] == any_(bindparam("records", type_=ARRAY(Uuid)))
        self._of = Prepared(select(table, *models.standing).where(wanted))
        told = (table.c[record], table.c.probability, table.c.model, table.c.time)
        self._probabilities = Prepared(select(*told).where(wanted, table.c.probability.is_not(None)))

    def write_unscored(self, work: UnitOfWork, record: UUID, **beside: object) -> None:
        """Gather the row of a new record, which waits to be scored."""
        work.insert(self.table, {self._record: record, "rank": 0.0, "due": work.now, **beside})

    def mark(self, work: UnitOfWork, record: UUID) -> None:
        """Gather that a record is to be scored anew."""
        work.insert(self._marks, {"uuid": work.new_id(), self._record: record})

    async def take_marks(self, read: Read) -> None:
        """Let marked records wait to be scored, where they do not wait already."""
        await read.connection.execute(self._take_marks, {"now": read.now, "most": _MARKS_AT_ONCE})

    async def take_due(self, read: Read, *, most: int) -> list[UUID]:
        """At most so many records that wait to be scored; they are held until the transaction ends."""
        return list(await read.connection.scalars(self._take_due, {"now": read.now, "most": most}))

    async def write(
        self,
        read: Read,
        scores: Mapping[UUID, Score],
        *,
        taken: bool,
        beside: Mapping[UUID, Mapping[str, object]] | None = None,
    ) -> None:
        """Write what was found of records; those that were `taken` because they were due are due no longer.

        Whoever goes over the stock leaves that alone: a record that somebody changed meanwhile is scored once more.
        """
        rows = [
            {
                self._record: str(record),
                "rank": score.probability or 0.0,
                "probability": score.probability,
                "model": score.model,
                "base": score.base,
                "parts": [[part.feature, part.value, part.weight] for part in score.parts],
                "time": score.time.isoformat() if score.time else None,
                **((beside or {}).get(record, {})),
            }
            for record, score in scores.items()
        ]
        if rows:
            statement = self._write_due if taken else self._write_beside
            await read.connection.execute(statement, {"rows": orjson.dumps(rows).decode()})

    async def of(self, read: Read, records: Collection[UUID]) -> Mapping[UUID, Score]:
        """What is known of records; the caller has checked the sight.

        One that waits for its first score has the model 0, and its silence tells why. A score without a probability was
        told by a model that had nothing to say: its silence is the caller's to tell.
        """
        rows = await read.rows(self._of, records=list(records)) if records else []
        return {row[self._record]: self._from_row(row) for row in rows}

    def _from_row(self, row: Row) -> Score:
        if not row["model"]:
            return Score(time=row["time"], silence=self._models.silence_in(row) or self._models.topic.not_scored_yet)
        if row["probability"] is None:
            return Score(model=row["model"], time=row["time"])
        parts: list[Any] = row["parts"]
        return Score(
            probability=row["probability"],
            model=row["model"],
            time=row["time"],
            base=row["base"],
            parts=tuple(Part(*part) for part in parts),
        )

    async def probabilities_of(self, read: Read, records: Collection[UUID]) -> Mapping[UUID, Score]:
        """The scores of those records that have a probability, without what adds up to them."""
        rows = await read.rows(self._probabilities, records=list(records)) if records else []
        return {
            row[self._record]: Score(probability=row["probability"], model=row["model"] or 0, time=row["time"])
            for row in rows
        }


def _writing(table: Table, *, taken: bool) -> str:
    """The statement that writes rows told as JSON."""
    written = [column for column in table.c if column.name != "due"]
    names = ", ".join(column.name for column in written)
    typed = ", ".join(f"{column.name} {column.type.compile(dialect=_DIALECT)}" for column in written)
    record, *others = (column.name for column in written)
    changed = ", ".join(f"{name} = excluded.{name}" for name in others)
    statement = (
        f"insert into {table.name} ({names}) select {names} "  # noqa: S608 - our own names
        f"from jsonb_to_recordset(cast(:rows as jsonb)) as r({typed}) "
        f"on conflict ({record}) do update set {changed}"
    )
    return f"{statement}, due = null" if taken else statement
