"""What programs that learn have in common: they run beside the service and behind it, and nobody waits for them.

The first line on standard input is what the service says first, each other line is a record at an earlier moment with
what became of it; on standard output a program tells one lesson.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from chassis.imports.apart import go_first
from chassis.learning.lesson import Lesson
from trade.probability import Row
from trade.probability.sample import TooFewOutcomes

Told = Mapping[str, Any]
_BEHIND = 10  # steps of niceness


def teach(lesson_of: Callable[[Iterable[Told], Told], Lesson]) -> None:
    """Read, learn, tell: `lesson_of` takes the records, one at a time, and the first line."""
    go_first()
    os.nice(_BEHIND)
    first = orjson.loads(sys.stdin.buffer.readline())
    lesson = lesson_of(_lines(), first)
    card = lesson.card.to_mapping() if lesson.card else None
    told = {"outcomes": lesson.outcomes, "happened": lesson.happened, "card": card, "body": lesson.body}
    sys.stdout.buffer.write(orjson.dumps(told))


def lesson_from(rows: Sequence[Row], outcomes: Sequence[bool], *, beside: Told | None = None) -> Lesson:
    """What records teach, the oldest first; `beside` is kept with the model, for whoever scores by it."""
    from trade.probability.learning import learn  # noqa: PLC0415 - the service knows this module, and loads no numpy

    try:
        learned = learn(rows, outcomes)
    except TooFewOutcomes:
        return Lesson(outcomes=len(outcomes), happened=sum(outcomes))
    body = {"model": learned.model.to_mapping(), **(beside or {})}
    return Lesson(outcomes=len(outcomes), happened=sum(outcomes), card=learned.card, body=body)


def _lines() -> Iterator[Told]:
    for line in sys.stdin.buffer:
        yield orjson.loads(line)
