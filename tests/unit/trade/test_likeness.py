"""Whom a customer resembles most, by points for what both share (相似客户)."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from trade.likeness import ALIKE, MostAlike, most_alike, near_points

FIRST, SECOND, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)


@dataclass(frozen=True)
class Part:
    points: int


def test_the_most_points_win_and_the_first_of_equals() -> None:
    forty, sixty = (Part(40),), (Part(35), Part(25))
    found = most_alike([(FIRST, forty), (SECOND, sixty), (THIRD, sixty)])
    assert found == MostAlike(like=SECOND, parts=sixty, alike=2)


def test_from_fifty_points_on_another_one_counts_as_alike() -> None:
    found = most_alike([(FIRST, (Part(ALIKE),)), (SECOND, (Part(ALIKE - 1),))])
    assert found is not None
    assert found.alike == 1


def test_who_shares_nothing_with_anybody_resembles_nobody() -> None:
    assert most_alike([(FIRST, ()), (SECOND, ())]) is None


@pytest.mark.parametrize(
    ("one", "other", "points"), [(100, 100, 20), (100, 1000, 0), (100, 10, 0), (100, 316, 10), (0, 100, 0)]
)
def test_amounts_are_nearer_the_fewer_times_one_is_the_other(one: float, other: float, points: int) -> None:
    assert near_points(20, one, other) == points
    assert near_points(20, other, one) == points
