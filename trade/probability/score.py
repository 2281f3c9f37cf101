"""A probability as it is told (评分): with the number of its model and the reasons that add up, or its silence."""

from dataclasses import dataclass
from datetime import datetime

from trade.probability.features import Row, Value
from trade.probability.model import Opinion
from trade.reasons import Reason


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature adds to the logit, and the value that it had, as a text."""

    feature: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A probability from 0 to 1, the number of the model that tells it, and what adds up to its logit; or the silence.

    `time` is as of when it was told. Without parts the probability rests on no model, and `silence` says why.
    """

    probability: float | None = None
    model: int = 0
    time: datetime | None = None
    base: float = 0.0
    parts: tuple[Part, ...] = ()
    silence: Reason | None = None

    def reasons(self, codes: str) -> tuple[Reason, ...]:
        """What adds up to the logit: what all records have in common, then the features, the heaviest first.

        `codes` begins the code of each reason.
        """
        if not self.parts:
            return ()
        base = Reason(f"{codes}_BASE", {"weight": _weighed(self.base)})
        parts = sorted(self.parts, key=lambda part: (-abs(part.weight), part.feature))
        return (
            base,
            *(
                Reason(f"{codes}_{part.feature.upper()}", {"value": part.value, "weight": _weighed(part.weight)})
                for part in parts
            ),
        )


def score_of(row: Row, opinion: Opinion, *, model: int, now: datetime) -> Score:
    """What the model of a number says of a record."""
    parts = tuple(Part(name, _told(row.get(name)), weight) for name, weight in opinion.parts.items() if weight)
    return Score(probability=opinion.probability, model=model, time=now, base=opinion.base, parts=parts)


def _told(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _weighed(weight: float) -> str:
    return f"{weight:+.4f}"
