"""Amounts are whole numbers of minor units, and parts of an amount add up to it (G16)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import CurrenciesMixed, Money, split

CURRENCIES = st.sampled_from(["JPY", "CNY", "KWD"])
WEIGHTS = st.lists(st.decimals(min_value=0, max_value=1000, places=4), min_size=1, max_size=40)


def yuan(minor: int) -> Money:
    return Money(minor=minor)


def test_a_hundred_yuan_in_three_equal_parts() -> None:
    assert split(yuan(10_000), [1, 1, 1]) == [yuan(3334), yuan(3333), yuan(3333)]


def test_what_is_left_goes_to_those_that_lost_most_by_the_cut() -> None:
    shares = [Decimal("0.30"), Decimal("0.40"), Decimal("0.30")]
    assert split(yuan(1_000_001), shares) == [yuan(300_000), yuan(400_001), yuan(300_000)]


@given(minor=st.integers(0, 10**15), currency=CURRENCIES, weights=WEIGHTS)
def test_parts_add_up_to_the_whole_and_none_is_a_unit_away_from_its_share(
    minor: int, currency: str, weights: list[Decimal]
) -> None:
    whole = sum(weights)
    if not whole:
        return
    parts = split(Money(minor=minor, currency=currency), weights)
    assert sum(part.minor for part in parts) == minor
    assert {part.currency for part in parts} == {currency}
    assert all(abs(part.minor * whole - minor * weight) < whole for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(("minor", "weights"), [(-1, [1]), (1, []), (1, [0]), (1, [2, -1])])
def test_what_cannot_be_split_is_refused(minor: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        split(yuan(minor), weights)


def test_currencies_are_never_mixed() -> None:
    assert yuan(5) + yuan(3) - yuan(10) == yuan(-2)
    with pytest.raises(CurrenciesMixed):
        yuan(1) + Money(minor=1, currency="JPY")
