"""The reasons of a gap add up to it, to the cent, whatever the numbers (A-05)."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.gaps import Cause, Level, reasons

numbers = st.integers(0, 10**7)
plans = st.none() | st.fractions(0, 10**7, max_denominator=1000)
CAUSES = (Cause.LEADS, Cause.CONVERSION, Cause.AMOUNT, Cause.COLLECTION)


@given(st.lists(st.tuples(numbers, plans), min_size=1, max_size=4), st.integers(1, 10**12))
def test_the_parts_add_up_to_the_gap_exactly(told: list[tuple[int, Fraction | None]], planned: int) -> None:
    levels = [Level(cause, actual, plan) for cause, (actual, plan) in zip(CAUSES, told, strict=False)]
    levels[-1] = Level(levels[-1].cause, levels[-1].actual, Fraction(planned))
    assert sum(each.part for each in reasons(levels)) == levels[-1].actual - planned


def test_half_the_leads_at_the_same_rate_and_amount_is_a_gap_of_leads_alone() -> None:
    levels = [
        Level(Cause.LEADS, 50, Fraction(100)),
        Level(Cause.CONVERSION, 5, Fraction(10)),
        Level(Cause.AMOUNT, 500_000, Fraction(1_000_000)),
    ]
    assert [(each.cause, each.part) for each in reasons(levels)] == [(Cause.LEADS, -500_000)]


def test_two_causes_share_what_they_do_together_and_no_order_is_preferred() -> None:
    """Planned 100 × 10% = 10 orders; 50 × 5% are there."""
    levels = [Level(Cause.LEADS, 500, Fraction(1000)), Level(Cause.CONVERSION, 25, Fraction(100))]
    found = {each.cause: each.part for each in reasons(levels)}
    assert sum(found.values()) == -75
    assert abs(found[Cause.LEADS] - found[Cause.CONVERSION]) <= 1  # -37.5 each


def test_leads_without_any_order_are_a_gap_of_conversion() -> None:
    levels = [
        Level(Cause.LEADS, 100, Fraction(100)),
        Level(Cause.CONVERSION, 0, Fraction(10)),
        Level(Cause.AMOUNT, 0, Fraction(1000)),
    ]
    assert [(each.cause, each.part) for each in reasons(levels)] == [(Cause.CONVERSION, -1000)]


def test_what_is_reached_exactly_has_no_reasons() -> None:
    assert reasons([Level(Cause.LEADS, 100, Fraction(100))]) == []
