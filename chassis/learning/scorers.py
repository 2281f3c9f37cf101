"""The model in force, held in memory and ready to score by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.learning.models import Models
from chassis.work import Read
from trade.probability import Model


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model of a number; `beside` holds what else a record is read by."""

    number: int
    model: Model
    beside: Mapping[str, Any]


class Scorers:
    """Who scores at present: a model is read once, however many records are scored by it."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._held: Scorer | None = None

    async def current(self, read: Read) -> Scorer | None:
        """The model in force; None while nothing was learnt."""
        number = await self._models.newest_number(read)
        if self._held is None or self._held.number != number:
            found = await self._models.in_force(read) if number else None
            self._held = Scorer(found.number, Model.from_mapping(found.body["model"]), found.body) if found else None
        return self._held
