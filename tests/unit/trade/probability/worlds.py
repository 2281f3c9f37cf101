"""Invented worlds in which the true probability of every record is known."""

from random import Random

from trade.probability.features import Row
from trade.probability.model import probability

INDUSTRIES = {"制造": 0.0, "医疗": 1.2, "教育": -0.8, "物流": 0.3}


def world(records: int, *, seed: int, shift: float = -3.0) -> tuple[list[Row], list[bool], list[float]]:
    """Records, what became of them, and how probable it was; `note` and `source` tell nothing."""
    random = Random(seed)
    rows: list[Row] = []
    outcomes, truth = [], []
    for number in range(records):
        visits, industry = random.expovariate(0.2), random.choice(list(INDUSTRIES))
        budget = random.choice([None, 20_000, 80_000, 300_000])
        keen = 0.3 * min(visits, 12) if industry != "教育" else 0.0
        chance = probability(shift + keen + INDUSTRIES[industry] + (0.9 if budget == 300_000 else 0.0))
        rows.append(
            {
                "visits": visits,
                "industry": industry,
                "budget": budget,
                "source": random.choice("abc"),
                "note": f"no {number}",
            }
        )
        truth.append(chance)
        outcomes.append(random.random() < chance)
    return rows, outcomes, truth
