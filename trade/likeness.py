"""Likeness (相似客户): whom a customer resembles most, by points for what both share."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

# From so many points on another one counts as alike.
ALIKE = 50


class Pointed(Protocol):
    """What two have in common in one respect, and how many points that is worth."""

    @property
    def points(self) -> int:
        """From 1 to a hundred."""


P = TypeVar("P", bound=Pointed)


@dataclass(frozen=True, slots=True)
class MostAlike(Generic[P]):
    """The one that is resembled most, what both share, and how many there are that are alike."""

    like: UUID
    parts: tuple[P, ...]
    alike: int


def most_alike(shared: Iterable[tuple[UUID, tuple[P, ...]]]) -> MostAlike[P] | None:
    """Of others with what each shares, the one with most points, the first of equals; None where all share nothing."""
    like, best, most, alike = UUID(int=0), tuple[P, ...](), 0, 0
    for other, parts in shared:
        score = sum(part.points for part in parts)
        alike += score >= ALIKE
        if score > most:
            like, best, most = other, parts, score
    return MostAlike(like, best, alike) if best else None


def near_points(most: int, one: float, other: float) -> int:
    """All points for the same amount, none from ten times as much on: sizes and budgets span decades.

    What is not known, zero or less, is near nothing.
    """
    if one <= 0 or other <= 0:
        return 0
    return max(0, round(most * (1 - abs(math.log10(one / other)))))
