"""What an account shares with a won customer adds up to how much it resembles him (相似客户)."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.pipeline.domain.account_likeness import Likeness, Trait, Traits, likeness

ACCOUNT, WON, OTHER, HOUSE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=90)
EAST, WEST, FAIR = UUID(int=201), UUID(int=202), UUID(int=301)
WHOLE: dict[str, Any] = {"house": HOUSE, "industry": "software", "employees": 100, "region": EAST, "channel": FAIR}

customers = st.fixed_dictionaries(
    {
        "house": st.sampled_from([HOUSE, OTHER]),
        "industry": st.sampled_from(["", "software", "retail"]),
        "employees": st.integers(0, 5000),
        "region": st.sampled_from([None, EAST, WEST]),
        "channel": st.sampled_from([None, FAIR]),
    }
)


def found(told: dict[str, Any], *won: dict[str, Any]) -> Likeness | None:
    others = [Traits(account=UUID(int=number), **each) for number, each in enumerate(won, start=2)]
    return likeness(Traits(account=ACCOUNT, **told), others)


def test_all_points_together_are_a_hundred_and_a_twin_has_them() -> None:
    assert sum(trait.points for trait in Trait) == 100
    alike = found(WHOLE, WHOLE)
    assert alike is not None
    assert (alike.score, alike.like, alike.alike) == (100, WON, 1)


@given(customers, st.lists(customers, max_size=4))
def test_the_parts_add_up_to_a_score_within_a_hundred(told: dict[str, Any], won: list[dict[str, Any]]) -> None:
    alike = found(told, *won)
    if alike is not None:
        assert 0 < alike.score == sum(part.points for part in alike.parts) <= 100
        assert alike.alike <= len(won)


def test_what_nobody_knows_is_no_likeness() -> None:
    nothing = {"house": ACCOUNT, "industry": "", "employees": 0, "region": None, "channel": None}
    assert found(nothing, nothing | {"house": WON}) is None


def test_size_counts_the_less_the_further_apart_and_nothing_from_ten_times_on() -> None:
    told = {"house": ACCOUNT, "employees": 100}
    sizes = [found(told, {"house": WON, "employees": employees}) for employees in (100, 300, 1000)]
    assert [each.score if each else 0 for each in sizes] == [25, 13, 0]


def test_a_subsidiary_is_of_the_group_of_the_house_above_it() -> None:
    alike = found({"house": WON}, {"house": WON})
    assert alike is not None
    assert [(part.trait, part.points) for part in alike.parts] == [(Trait.GROUP, 15)]


def test_of_equals_the_one_won_last_is_told_and_all_of_fifty_points_are_counted() -> None:
    alike = found(WHOLE, WHOLE, WHOLE, {"house": OTHER, "industry": "software"})
    assert alike is not None
    assert (alike.like, alike.alike) == (WON, 2)


def test_an_account_is_not_compared_with_itself() -> None:
    mine = Traits(account=ACCOUNT, **WHOLE)
    assert likeness(mine, [mine]) is None
