"""Models in their table, and how the last attempt to learn one ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.learning.lesson import Learning, LearntModel, Topic, never_learnt
from chassis.prepared import Prepared, Row
from chassis.work import Read, Record, UnitOfWork
from trade.probability import Card
from trade.reasons import Reason

_KEPT = 30


class Models:
    """Where a service keeps the models of one topic; `kind` is what their events call one."""

    def __init__(self, tables: tuple[Table, Table], *, topic: Topic, kind: str, collection: str) -> None:
        self.topic = topic
        self.record: Record[LearntModel] = Record(kind=kind, collection=collection, table=tables[0], row=_to_row)
        self._models, self._learning = tables
        self._name = topic.codes.lower()
        learnt = self._learning.c.time.is_not(None)
        silence = select(self._learning.c.silence).where(learnt).scalar_subquery().label("silence")
        # Columns for whoever reads scores, so that one that is missing tells why (`silence_in`).
        self.standing = (select(self._models.c.number).exists().label("in_force"), silence)
        self._standing = Prepared(select(*self.standing))
        self._last = Prepared(select(self._learning).where(learnt))

    async def newest_number(self, read: Read) -> int:
        """The number of the model in force, 0 for none."""
        return await read.connection.scalar(select(func.max(self._models.c.number))) or 0

    async def in_force(self, read: Read) -> LearntModel | None:
        """The newest model."""
        statement = select(self._models).order_by(self._models.c.number.desc()).limit(1)
        row = (await read.connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _from_row(row)

    async def forget(self, work: UnitOfWork, *, newest: int) -> None:
        """Of older models their cards stay in the events; what they scored by is needed no more."""
        await work.connection.execute(delete(self._models).where(self._models.c.number <= newest - _KEPT))

    async def why_silent(self, read: Read) -> Reason | None:
        """Why no model is in force; None where one is."""
        (row,) = await read.rows(self._standing)
        return self.silence_in(row)

    def silence_in(self, row: Row) -> Reason | None:
        """The same in a row with the columns of `standing`."""
        if row["in_force"]:
            return None
        return _reason_in(row["silence"]) or never_learnt(self.topic).silence

    async def last_learning(self, read: Read) -> Learning:
        """How the last attempt ended."""
        rows = await read.rows(self._last)
        if not rows:
            return never_learnt(self.topic)
        row = rows[0]
        return Learning(
            time=row["time"],
            outcomes=row["outcomes"],
            happened=row[self.topic.happened],
            silence=_reason_in(row["silence"]),
        )

    async def claim_learning(self, work: UnitOfWork, *, until: datetime) -> bool:
        """Whether it is time to learn; whoever is told so first has it to himself until then, others are told no."""
        table = self._learning
        first = insert(table).values({"name": self._name, "due": work.now, "outcomes": 0, self.topic.happened: 0})
        await work.connection.execute(first.on_conflict_do_nothing())
        mine = update(table).where(table.c.name == self._name, table.c.due <= work.now)
        return (await work.connection.execute(mine.values(due=until))).rowcount == 1

    async def keep_learning(self, work: UnitOfWork, learning: Learning, *, due: datetime) -> None:
        """Write how an attempt ended, and when the next is due."""
        values: dict[str, Any] = {
            "due": due,
            "time": learning.time,
            "outcomes": learning.outcomes,
            self.topic.happened: learning.happened,
            "silence": [[learning.silence.code, dict(learning.silence.parameters)]] if learning.silence else None,
        }
        await work.connection.execute(update(self._learning).where(self._learning.c.name == self._name).values(values))


def _reason_in(told: Sequence[Any] | None) -> Reason | None:
    """The reason of a JSON column, where there is one."""
    return Reason(*told[0]) if told else None


def _to_row(model: LearntModel) -> Mapping[str, object]:
    return {
        "uuid": model.uuid,
        "number": model.number,
        "learn_time": model.learn_time,
        "card": model.card.to_mapping(),
        "body": dict(model.body),
    }


def _from_row(row: RowMapping) -> LearntModel:
    return LearntModel(
        uuid=row["uuid"],
        version=row["version"],
        number=row["number"],
        learn_time=row["learn_time"],
        card=Card.from_mapping(row["card"]),
        body=row["body"],
    )
