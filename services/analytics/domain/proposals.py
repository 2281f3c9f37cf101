"""What could be done about a gap, in rules that are easily said (A-05)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import sqrt

from services.analytics.domain.figures import Ratio, Tallies
from services.analytics.domain.targets import Kpi

# From how many opportunities on a region is judged, and how sure it must be that its rate is lower (95%, two-sided).
LEAST_JUDGED = 30
_SURE = 1.96
_BY_CONVERSION = frozenset({Kpi.ORDERS, Kpi.SIGNED, Kpi.RECEIVED, Kpi.ORDER_RATE})


class Advice(Enum):
    """What is proposed."""

    ADD_SENIOR_SALES = "add_senior_sales"  # 增派资深销售


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal, with the rate it follows from and that of all others together."""

    advice: Advice
    ratio: Ratio
    others: Ratio


def proposals(subject: str, kpi: Kpi, found: Mapping[str, Tallies]) -> Sequence[Proposal]:
    """A region that makes clearly fewer orders of its opportunities than the others together needs senior people."""
    if not subject.startswith("regions/") or kpi not in _BY_CONVERSION or subject not in found:
        return []
    own, everybody = _rate(found[subject]), _rate(found[""])
    others = Ratio(everybody.numerator - own.numerator, everybody.denominator - own.denominator)
    return [Proposal(Advice.ADD_SENIOR_SALES, own, others)] if clearly_lower(own, others) else []


def clearly_lower(own: Ratio, others: Ratio) -> bool:
    """Whether a rate lies below another beyond chance: two proportions, pooled."""
    if own.denominator < LEAST_JUDGED or others.denominator < LEAST_JUDGED:
        return False
    mine, theirs = own.numerator / own.denominator, others.numerator / others.denominator
    pooled = (own.numerator + others.numerator) / (own.denominator + others.denominator)
    spread = sqrt(max(pooled * (1 - pooled), 0) * (1 / own.denominator + 1 / others.denominator))
    return spread > 0 and (theirs - mine) / spread > _SURE


def _rate(tallies: Tallies) -> Ratio:
    return Ratio(tallies.count("orders"), tallies.count("opportunities"))
