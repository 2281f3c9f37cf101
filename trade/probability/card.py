"""How good a model is on records it has not seen: figures beside those of two rivals that cost nothing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

BINS = 10
TOP = 0.1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What probabilities are worth, judged by outcomes.

    `auc`: the chance that one who bought stands above one who did not (.5 is a coin). `brier`: mean squared error.
    `ece`: mean distance of promised and true share over ten bins of equal size. `lift`: how many times the base rate
    the best tenth buys.
    """

    auc: float
    brier: float
    ece: float
    lift: float


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a model (模型卡): learnt on the earlier records, judged on the later ones, beside its rivals.

    `refused` names the features that were left out because being filled in already tells the outcome.
    """

    learnt_from: int
    judged_on: int
    base_rate: float
    later_rate: float
    model: Judgement
    naive_bayes: Judgement
    constant: Judgement
    refused: tuple[str, ...]

    @property
    def is_of_use(self) -> bool:
        """Whether it tells more than the base rate does, by more than chance has to give."""
        return self.model.brier < self.constant.brier and self.model.auc > 0.5  # noqa: PLR2004 - a coin

    def to_mapping(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Card":
        """From plain data, as `to_mapping` gives it."""
        judged = {name: Judgement(**data[name]) for name in ("model", "naive_bayes", "constant")}
        return cls(**{**data, **judged, "refused": tuple(data["refused"])})


def judge(probabilities: Sequence[float], outcomes: Sequence[bool]) -> Judgement:
    """All four figures; a figure that has no meaning (no outcome of one kind) is that of a coin."""
    return Judgement(
        auc=auc(probabilities, outcomes),
        brier=math.fsum((p - y) ** 2 for p, y in zip(probabilities, outcomes, strict=True)) / len(outcomes),
        ece=expected_calibration_error(probabilities, outcomes),
        lift=lift(probabilities, outcomes),
    )


def auc(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float:
    """The area under the ROC curve by ranks (Mann and Whitney 1947); equals share their rank."""
    wins = sum(outcomes)
    if wins in {0, len(outcomes)}:
        return 0.5
    ranked = sorted(zip(probabilities, outcomes, strict=True))
    ranks, below = 0.0, 0
    for _, equals in groupby(ranked, key=lambda each: each[0]):
        of_equals = [outcome for _, outcome in equals]
        ranks += sum(of_equals) * (below + (len(of_equals) + 1) / 2)
        below += len(of_equals)
    return (ranks - wins * (wins + 1) / 2) / (wins * (len(outcomes) - wins))


def expected_calibration_error(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float:
    """ECE over bins of equal size (Naeini 2015, with equal mass)."""
    ranked = sorted(zip(probabilities, outcomes, strict=True), key=lambda each: each[0])  # equals in their own order
    error = 0.0
    for place in range(BINS):
        held = ranked[len(ranked) * place // BINS : len(ranked) * (place + 1) // BINS]
        error += abs(math.fsum(p - y for p, y in held))
    return error / len(ranked)


def lift(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float:
    """The share of wins in the best tenth over the share in all; equals at its edge count in part."""
    wins = sum(outcomes)
    if not wins:
        return 1.0
    room = len(outcomes) * TOP
    left, found = room, 0.0
    ranked = sorted(zip(probabilities, outcomes, strict=True), key=lambda each: -each[0])
    for _, equals in groupby(ranked, key=lambda each: each[0]):
        of_equals = [outcome for _, outcome in equals]
        taken = min(left, len(of_equals))
        found += taken / len(of_equals) * sum(of_equals)
        left -= taken
        if left <= 0:
            break
    return (found / room) / (wins / len(outcomes))
