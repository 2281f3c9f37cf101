"""What learning brings: a model put in force only where it is of use, and else why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.events import Change
from trade.probability import Card
from trade.probability.sample import FEWEST, FEWEST_OF_EACH
from trade.reasons import Reason


@dataclass(frozen=True, slots=True)
class Topic:
    """What is learnt about: `codes` begins the codes of its reasons; of a record whose outcome is yes, it `happened`.

    "INTENT" and "converted", for example: the second is the name of the number of those in a reason.
    """

    codes: str
    happened: str

    def reason(self, code: str, parameters: Mapping[str, str] | None = None) -> Reason:
        """A reason of the topic."""
        return Reason(f"{self.codes}_{code}", parameters or {})

    @property
    def not_scored_yet(self) -> Reason:
        """A record that waits to be scored."""
        return self.reason("NOT_SCORED_YET")


@dataclass(frozen=True, slots=True)
class ModelLearned:
    """A model is in force: records are scored by it from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntModel:
    """A learnt model as plain data, with its card; the one with the highest number is in force.

    `body` holds the model under "model", and beside it what else a record is read by.
    """

    uuid: UUID
    version: int = 0
    number: int
    learn_time: datetime
    card: Card
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What learning brought: how many outcomes were known, and a model with its card unless they were too few.

    `happened` counts the outcomes that are yes. One that `failed` was ended by a defect.
    """

    outcomes: int
    happened: int
    card: Card | None = None
    body: Mapping[str, Any] | None = None
    failed: bool = False

    def silence(self, topic: Topic) -> Reason | None:
        """Why no model comes of it; None where one does."""
        if self.failed:
            return topic.reason("LEARNING_FAILED")
        if self.card is None:
            told = {
                "outcomes": self.outcomes,
                topic.happened: self.happened,
                "fewest": FEWEST,
                "of_each": FEWEST_OF_EACH,
            }
            return topic.reason("TOO_FEW_OUTCOMES", {name: str(number) for name, number in told.items()})
        if not self.card.is_of_use:
            return topic.reason(
                "MODEL_OF_NO_USE", {"outcomes": str(self.outcomes), "auc": f"{self.card.model.auc:.2f}"}
            )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """How the last attempt to learn ended; `time` is None before the first."""

    time: datetime | None = None
    outcomes: int = 0
    happened: int = 0
    silence: Reason | None = None


def never_learnt(topic: Topic) -> Learning:
    """Before the first attempt."""
    return Learning(silence=topic.reason("NEVER_LEARNT"))


def put_in_force(lesson: Lesson, *, topic: Topic, uuid: UUID, before: int, now: datetime) -> Change[LearntModel] | None:
    """The model that follows number `before`; None where the lesson is silent, and what is in force stays."""
    if lesson.silence(topic) is not None or lesson.card is None or lesson.body is None:
        return None
    model = LearntModel(uuid=uuid, number=before + 1, learn_time=now, card=lesson.card, body=lesson.body)
    return Change(model, (ModelLearned(),))
