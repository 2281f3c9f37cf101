"""Why a target is missed or exceeded (缺口原因): parts that add up to the gap exactly.

What is received is leads × conversion × amount × collection. Each is held against its plan, and what it is responsible
for is its mean effect over every order in which the plan can be replaced by what there is (Shapley): no order is
preferred. Parts are whole units; what rounding leaves lies on the largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import floor, prod


class Cause(Enum):
    """What a gap can come from."""

    LEADS = "leads"  # 线索量
    CONVERSION = "conversion"  # 成单率
    AMOUNT = "amount"  # 客单价
    COLLECTION = "collection"  # 回款率
    RETENTION = "retention"  # 留存率


@dataclass(frozen=True, slots=True)
class Level:
    """One level on the way to what the target counts: how much there is, how much was planned, None if nothing was.

    Its cause is what leads to it from the level before.
    """

    cause: Cause
    actual: int
    planned: Fraction | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the gap, in the target's unit: above nothing helps, below it hurts."""

    cause: Cause
    part: int
    actual: Fraction
    planned: Fraction


@dataclass(frozen=True, slots=True)
class _Factor:
    """What a level makes of the one before it, and what it was to make."""

    cause: Cause
    actual: Fraction
    planned: Fraction


def reasons(levels: Sequence[Level]) -> Sequence[Reason]:
    """The parts of the gap of the last level, the largest first; together they are the gap.

    A level of which there is nothing, or no plan, says nothing by itself: it is read together with the one after it.
    """
    last = levels[-1]
    if not last.planned:
        return []
    factors = _factors(levels)
    gap = last.actual - int(last.planned)
    parts = _whole([_mean_effect(factors, place) for place in range(len(factors))], gap)
    found = [
        Reason(each.cause, part, each.actual, each.planned) for each, part in zip(factors, parts, strict=True) if part
    ]
    return sorted(found, key=lambda each: (-abs(each.part), each.cause.value)) if gap else []


def _factors(levels: Sequence[Level]) -> list[_Factor]:
    factors: list[_Factor] = []
    actual, planned, skipped = Fraction(1), Fraction(1), None
    for level in levels:
        if level is not levels[-1] and not (level.actual and level.planned):
            skipped = skipped or level.cause
            continue
        target = level.planned or Fraction(0)
        factors.append(_Factor(skipped or level.cause, level.actual / actual, target / planned))
        actual, planned, skipped = Fraction(level.actual), target, None
    return factors


def _mean_effect(factors: Sequence[_Factor], place: int) -> Fraction:
    """How much one factor changes on average, by those that were replaced before it."""
    effects = []
    for order in _orders(len(factors)):
        before = order[: order.index(place)]
        others = [factors[each].actual if each in before else factors[each].planned for each in order if each != place]
        effects.append(prod(others, start=Fraction(1)) * (factors[place].actual - factors[place].planned))
    return sum(effects, Fraction(0)) / len(effects)


@cache
def _orders(count: int) -> tuple[tuple[int, ...], ...]:
    return tuple(permutations(range(count)))


def _whole(parts: Sequence[Fraction], total: int) -> list[int]:
    """Whole units that add up to the total: each rounded, the rest on the largest."""
    rounded = [floor(part + Fraction(1, 2)) for part in parts]
    largest = max(range(len(parts)), key=lambda place: abs(parts[place]))
    rounded[largest] += total - sum(rounded)
    return rounded
