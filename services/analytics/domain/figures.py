"""Numbers as they are shown: a ratio prints what was divided by what, and nothing divided by nothing is no number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from services.analytics.domain.questions import Sum

NOT_KNOWN = "—"
Group = tuple[str, ...]
Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One count divided by another."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Decimal | None:
        """The quotient; None where nothing is divided by."""
        return Decimal(self.numerator) / self.denominator if self.denominator else None

    def percent(self) -> str:
        """As a percentage to a tenth, or —."""
        return NOT_KNOWN if self.value is None else f"{rounded(self.value * 100, 1)}%"

    def times(self) -> str:
        """As a number to a hundredth, or —."""
        return NOT_KNOWN if self.value is None else str(rounded(self.value, 2))


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a rate lies from another: in points of a percentage, and in percent of the other."""

    points: Decimal | None
    percent: Decimal | None


def difference(ours: Ratio, theirs: Ratio) -> Difference:
    """Ours against theirs; what cannot be compared is None."""
    mine, other = ours.value, theirs.value
    if mine is None or other is None:
        return Difference(None, None)
    points = rounded((mine - other) * 100, 1)
    return Difference(points, rounded((mine - other) / other * 100, 1) if other else None)


def rounded(value: Decimal, digits: int) -> Decimal:
    """Rounded half up, as people do."""
    return value.quantize(_unit(digits), ROUND_HALF_UP)


@cache
def _unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


class Tallies:
    """What was found for one group: counts, and amounts by currency."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._counts: dict[str, int] = {}
        self._amounts: dict[str, dict[str, int]] = {}
        self._values: dict[str, dict[str, int]] = {}

    def take(self, found: Sum) -> None:
        """One sum more. What is told apart stands in its whole as well, and is not counted twice."""
        measure = found.measure
        if found.value:
            values = self._values.setdefault(measure, {})
            values[found.value] = values.get(found.value, 0) + found.tally
            return
        self._counts[measure] = self._counts.get(measure, 0) + found.tally
        if found.total:
            amounts = self._amounts.setdefault(measure, {})
            amounts[found.currency] = amounts.get(found.currency, 0) + found.total

    def count(self, measure: str) -> int:
        """How many."""
        return self._counts.get(measure, 0)

    def amounts(self, measure: str) -> Amounts:
        """How much, by currency in minor units."""
        return self._amounts.get(measure, {})

    def total(self, measure: str) -> int:
        """The sum of what is no money."""
        return sum(self.amounts(measure).values())

    def values(self, measure: str) -> Mapping[str, int]:
        """How many of each value of the side that is told apart."""
        return self._values.get(measure, {})


def by_group(sums: Iterable[Sum]) -> dict[Group, Tallies]:
    """The sums of each group, the groups in the order of their names."""
    groups: dict[Group, Tallies] = {}
    for found in sums:
        groups.setdefault(found.group, Tallies()).take(found)
    return dict(sorted(groups.items()))


def altogether(sums: Iterable[Sum]) -> Tallies:
    """All groups together."""
    tallies = Tallies()
    for found in sums:
        tallies.take(found)
    return tallies
