"""How long opportunities stay in a stage: days fall into buckets, which can be added, and give the median."""

from bisect import bisect_right
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

_DAY = 86_400
_TENTH = Decimal("0.1")
# The first day of each bucket: exact to the day for three weeks, then coarser, as far as a year.
BOUNDS: tuple[int, ...] = (*range(22), 24, 26, 28, 31, 35, 42, 49, 60, 75, 90, 120, 150, 180, 270, 365)


def bucket_of(seconds: int) -> str:
    """The bucket of a stay, by the first of its days; texts of equal length sort as the numbers do."""
    return f"{BOUNDS[bisect_right(BOUNDS, seconds // _DAY) - 1]:03}"


def median_days(buckets: Mapping[str, int]) -> Decimal | None:
    """The median in days, to a tenth: the middle stay lies evenly in its bucket. None without a stay.

    In the buckets of one day the day itself is told, for whole days are what is kept of a stay.
    """
    total = sum(buckets.values())
    if total <= 0:
        return None
    before, middle = 0, Decimal(total + 1) / 2
    for first in sorted(buckets):
        count = buckets[first]
        if before + count >= middle:
            return _within(int(first), count, middle - before)
        before += count
    raise AssertionError("the middle lies within the total")


def average_days(*, seconds: int, count: int) -> Decimal | None:
    """The average in days, to a tenth; None without a stay."""
    return (Decimal(seconds) / count / _DAY).quantize(_TENTH, ROUND_HALF_EVEN) if count else None


def _within(first: int, count: int, place: Decimal) -> Decimal:
    at = BOUNDS.index(first)
    width = (BOUNDS[at + 1] - first) if at + 1 < len(BOUNDS) else 1
    if width == 1:
        return Decimal(first).quantize(_TENTH)
    return (first + width * (place - Decimal("0.5")) / count).quantize(_TENTH, ROUND_HALF_EVEN)
