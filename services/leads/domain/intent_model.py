"""The model that tells purchase intents (意向模型): learnt anew on a schedule, put in force only where it is of use."""

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
class IntentModelLearned:
    """A model is in force: leads are scored by it from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """A learnt model as plain data, with its card; the one with the highest number is in force."""

    uuid: UUID
    version: int = 0
    number: int
    learn_time: datetime
    card: Card
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What learning brought: how many outcomes were known, and a model with its card unless they were too few.

    One that `failed` was ended by a defect.
    """

    outcomes: int
    converted: int
    card: Card | None = None
    body: Mapping[str, Any] | None = None
    failed: bool = False

    def silence(self) -> Reason | None:
        """Why no model comes of it; None where one does."""
        if self.failed:
            return Reason("INTENT_LEARNING_FAILED")
        if self.card is None:
            told = {"outcomes": self.outcomes, "converted": self.converted, "fewest": FEWEST, "of_each": FEWEST_OF_EACH}
            return Reason("INTENT_TOO_FEW_OUTCOMES", {name: str(number) for name, number in told.items()})
        if not self.card.is_of_use:
            return Reason(
                "INTENT_MODEL_OF_NO_USE", {"outcomes": str(self.outcomes), "auc": f"{self.card.model.auc:.2f}"}
            )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """How the last attempt to learn ended; `time` is None before the first."""

    time: datetime | None = None
    outcomes: int = 0
    converted: int = 0
    silence: Reason | None = None


NEVER_LEARNT = Learning(silence=Reason("INTENT_NEVER_LEARNT"))


def put_in_force(lesson: Lesson, *, uuid: UUID, before: int, now: datetime) -> Change[IntentModel] | None:
    """The model that follows number `before`; None where the lesson is silent, and what is in force stays."""
    if lesson.silence() is not None or lesson.card is None or lesson.body is None:
        return None
    model = IntentModel(uuid=uuid, number=before + 1, learn_time=now, card=lesson.card, body=lesson.body)
    return Change(model, (IntentModelLearned(),))
