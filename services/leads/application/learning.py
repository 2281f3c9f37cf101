"""Learning (训练) a model of purchase intent: when, from what, and what comes of it."""

from datetime import timedelta

from chassis.work import Read, UnitOfWork
from services.leads.domain.intent_model import IntentModel, Learning, Lesson, put_in_force
from services.leads.storage.intent_models import (
    MODEL_RECORD,
    claim_learning,
    forget_models,
    keep_learning,
    last_learning,
    model_in_force,
    newest_number,
)

EVERY = timedelta(days=1)
# Longer than learning ever takes: who was killed while he learnt is followed by another.
_LEASE = timedelta(hours=1)


async def begin_learning(work: UnitOfWork) -> bool:
    """Once a day somebody, and nobody beside him, learns from what became of leads."""
    return await claim_learning(work, until=work.now + _LEASE)


async def keep_lesson(work: UnitOfWork, *, lesson: Lesson) -> IntentModel | None:
    """A model that is of use is in force from now on; else the one before stays, and it is kept why."""
    change = put_in_force(lesson, uuid=work.new_id(), before=await newest_number(work), now=work.now)
    learning = Learning(time=work.now, outcomes=lesson.outcomes, converted=lesson.converted, silence=lesson.silence())
    await keep_learning(work, learning, due=work.now + EVERY)
    if change is None:
        return None
    await forget_models(work, newest=change.aggregate.number)
    return work.save(MODEL_RECORD, change)


async def read_model(read: Read) -> tuple[IntentModel | None, Learning]:
    """The model in force shows itself, with its card and how the last attempt to learn another ended."""
    return await model_in_force(read), await last_learning(read)
