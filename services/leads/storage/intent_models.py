"""Models of purchase intent in their table, and how the last attempt to learn one ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.prepared import Prepared
from chassis.work import Read, Record, UnitOfWork
from services.leads.domain.intent_model import NEVER_LEARNT, IntentModel, Learning
from services.leads.storage.intent_tables import INTENT_LEARNING, INTENT_MODELS
from services.leads.storage.reasons import reasons_from_json, reasons_to_json
from trade.probability import Card
from trade.reasons import Reason

_NAME = "intent"
_KEPT = 30
# Columns for whoever shows leads that no model has scored: they tell why (`silence_in`).
SILENCE = (
    select(INTENT_MODELS.c.number).exists().label("in_force"),
    select(INTENT_LEARNING.c.silence).where(INTENT_LEARNING.c.time.is_not(None)).scalar_subquery().label("silence"),
)
_LAST = Prepared(select(INTENT_LEARNING).where(INTENT_LEARNING.c.time.is_not(None)))


def _to_row(model: IntentModel) -> Mapping[str, object]:
    return {
        "uuid": model.uuid,
        "number": model.number,
        "learn_time": model.learn_time,
        "card": model.card.to_mapping(),
        "body": dict(model.body),
    }


MODEL_RECORD: Record[IntentModel] = Record(
    kind="lead_intent_model", collection="leadIntentModels", table=INTENT_MODELS, row=_to_row
)


async def newest_number(read: Read) -> int:
    """The number of the model in force, 0 for none."""
    return await read.connection.scalar(select(func.max(INTENT_MODELS.c.number))) or 0


async def model_in_force(read: Read) -> IntentModel | None:
    """The newest model."""
    statement = select(INTENT_MODELS).order_by(INTENT_MODELS.c.number.desc()).limit(1)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _from_row(row)


async def forget_models(work: UnitOfWork, *, newest: int) -> None:
    """Of older models their cards stay in the events; what they scored by is needed no more."""
    old = delete(INTENT_MODELS).where(INTENT_MODELS.c.number <= newest - _KEPT)
    await work.connection.execute(old)


def silence_in(row: Mapping[str, Any]) -> Reason | None:
    """Why no model is in force, in a row with the columns of `SILENCE`; None where one is."""
    if row["in_force"]:
        return None
    return next(iter(reasons_from_json(row["silence"] or ())), NEVER_LEARNT.silence)


async def last_learning(read: Read) -> Learning:
    """How the last attempt ended."""
    rows = await read.rows(_LAST)
    if not rows:
        return NEVER_LEARNT
    row = rows[0]
    silence = next(iter(reasons_from_json(row["silence"] or ())), None)
    return Learning(time=row["time"], outcomes=row["outcomes"], converted=row["converted"], silence=silence)


async def claim_learning(work: UnitOfWork, *, until: datetime) -> bool:
    """Whether it is time to learn; whoever is told so first has it to himself until then, and others are told no."""
    first = insert(INTENT_LEARNING).values(name=_NAME, due=work.now, outcomes=0, converted=0)
    await work.connection.execute(first.on_conflict_do_nothing())
    mine = update(INTENT_LEARNING).where(INTENT_LEARNING.c.name == _NAME, INTENT_LEARNING.c.due <= work.now)
    return (await work.connection.execute(mine.values(due=until))).rowcount == 1


async def keep_learning(work: UnitOfWork, learning: Learning, *, due: datetime) -> None:
    """Write how an attempt ended, and when the next is due."""
    values: dict[str, Any] = {
        "due": due,
        "time": learning.time,
        "outcomes": learning.outcomes,
        "converted": learning.converted,
        "silence": reasons_to_json([learning.silence]) if learning.silence else None,
    }
    await work.connection.execute(update(INTENT_LEARNING).where(INTENT_LEARNING.c.name == _NAME).values(values))


def _from_row(row: RowMapping) -> IntentModel:
    return IntentModel(
        uuid=row["uuid"],
        version=row["version"],
        number=row["number"],
        learn_time=row["learn_time"],
        card=Card.from_mapping(row["card"]),
        body=row["body"],
    )
