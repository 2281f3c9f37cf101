"""Learning (训练) a model: when, and what comes of it."""

from datetime import timedelta

from chassis.learning.lesson import Learning, LearntModel, Lesson, put_in_force
from chassis.learning.models import Models
from chassis.work import Read, UnitOfWork

EVERY = timedelta(days=1)
# Longer than learning ever takes: who was killed while he learnt is followed by another.
_LEASE = timedelta(hours=1)


async def begin_learning(work: UnitOfWork, *, models: Models) -> bool:
    """Once a day somebody, and nobody beside him, learns from what became of records."""
    return await models.claim_learning(work, until=work.now + _LEASE)


async def keep_lesson(work: UnitOfWork, *, models: Models, lesson: Lesson) -> LearntModel | None:
    """A model that is of use is in force from now on; else the one before stays, and it is kept why."""
    topic = models.topic
    before = await models.newest_number(work)
    change = put_in_force(lesson, topic=topic, uuid=work.new_id(), before=before, now=work.now)
    learning = Learning(
        time=work.now, outcomes=lesson.outcomes, happened=lesson.happened, silence=lesson.silence(topic)
    )
    await models.keep_learning(work, learning, due=work.now + EVERY)
    if change is None:
        return None
    await models.forget(work, newest=change.aggregate.number)
    return work.save(models.record, change)


async def read_model(read: Read, *, models: Models) -> tuple[LearntModel | None, Learning]:
    """The model in force shows itself, with its card and how the last attempt to learn another ended."""
    return await models.in_force(read), await models.last_learning(read)
