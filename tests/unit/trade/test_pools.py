"""The engine of pools and recycling, free of what lies in them: which pool fits, and how limits are written."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from trade.pools.limits import canonical, limits_from
from trade.pools.pool import FittingPools, Pool, PoolTerms
from trade.rule_body import RuleBody, RuleBodyInvalid

NOW = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
TEAM, ABOVE, EAST, DEFAULT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=300)


class Rule(Enum):
    """Two rules of no service."""

    LATE = "late"
    UNUSED = "unused"


def a_pool(number: int, **terms: Any) -> Pool:
    told = PoolTerms(**{"display_name": "池", **terms})
    return Pool(uuid=UUID(int=number), terms=told, create_time=NOW, update_time=NOW)


def test_of_pools_that_fit_alike_the_oldest_takes_and_each_place_is_looked_up_once() -> None:
    asked: list[UUID | None] = []

    def above(team: UUID | None) -> set[UUID]:
        asked.append(team)
        return {team, ABOVE} if team else set()

    pools = [
        a_pool(303, teams=frozenset({ABOVE})),
        a_pool(302, teams=frozenset({ABOVE})),
        a_pool(301, regions=frozenset({EAST})),
        a_pool(300),
    ]
    fitting = FittingPools(pools, default=DEFAULT, above=above)
    assert [fitting.of(TEAM, EAST).uuid.int for _ in range(3)] == [302, 302, 302]
    assert (fitting.of(None, EAST).uuid.int, fitting.of(None, None).uuid) == (301, DEFAULT)
    assert asked == [TEAM, None, None]


def test_a_pool_by_the_same_terms_is_the_same() -> None:
    pool = a_pool(301)
    assert pool.with_terms(pool.terms, now=NOW) is pool
    assert pool.with_terms(PoolTerms(display_name="东"), now=NOW).terms.display_name == "东"


def test_limits_stand_by_rule_in_the_order_of_the_rules() -> None:
    found = limits_from(RuleBody({"unused": 9, "late": 5, "warn": 4}), Rule)
    assert (list(found.days.items()), found.warn) == ([(Rule.LATE, 5), (Rule.UNUSED, 9)], 4)


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({}, "late"),
        ({"warn": 1}, "late"),
        ({"late": 0}, "late"),
        ({"late": 501}, "late"),
        ({"late": 9, "unused": 5, "warn": 5}, "warn"),
        ({"later": 5}, "later"),
    ],
)
def test_limits_nobody_could_keep_are_refused_by_their_place(told: dict[str, Any], place: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refused:
        limits_from(RuleBody(told), Rule)
    assert refused.value.field == place


def test_limits_that_differ_are_told_apart() -> None:
    one, other = (limits_from(RuleBody({"late": days}), Rule) for days in (5, 6))
    assert canonical({"a": one}) == canonical({"a": limits_from(RuleBody({"late": 5.0}), Rule)})
    assert len({canonical({"a": one}), canonical({"a": other}), canonical({"b": one})}) == 3
