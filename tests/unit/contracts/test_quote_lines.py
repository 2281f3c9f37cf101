"""G16: the amounts of a quote are exact, and its parts sum to the whole."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.domain.quote_lines import CouponsTooLarge, add_up, in_zhe, percent, shown
from tests.unit.contracts.quoting import a_line, a_quote

FRACTIONS = st.decimals(min_value=0, max_value=1, places=5)
LINES = st.lists(
    st.builds(
        lambda price, quantity, discount, rate: a_line(
            str(price), quantity=str(quantity), discount=str(discount), tax_rate=rate
        ),
        st.decimals(min_value=0, max_value=100_000, places=3),
        st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2),
        FRACTIONS,
        st.sampled_from([Decimal("0.13"), Decimal("0.06"), Decimal(0)]),
    ),
    min_size=1,
    max_size=8,
)


@given(lines=LINES, discount=FRACTIONS, currency=st.sampled_from(["JPY", "CNY", "KWD"]))
def test_parts_sum_to_the_whole(lines: list[object], discount: Decimal, currency: str) -> None:
    filled, sums = add_up(lines, currency=currency, discount=discount, coupons=0)  # type: ignore[arg-type]  # lines
    assert sum(line.net_minor for line in filled) == sums.net.minor
    assert sum(line.tax_minor for line in filled) == sums.tax.minor
    assert sum(line.list_minor for line in filled) == sums.listed.minor
    assert sums.gross.minor == sums.net.minor + sums.tax.minor
    assert all(line.net_minor >= 0 for line in filled)
    assert 0 <= sums.discount <= 1


@given(lines=LINES, discount=FRACTIONS, share=FRACTIONS)
def test_coupons_are_spread_over_the_lines_to_the_cent(lines: list[object], discount: Decimal, share: Decimal) -> None:
    _, before = add_up(lines, currency="CNY", discount=discount, coupons=0)  # type: ignore[arg-type]  # lines
    coupons = int(before.net.minor * share)
    filled, sums = add_up(lines, currency="CNY", discount=discount, coupons=coupons)  # type: ignore[arg-type]  # lines
    assert sums.net.minor == before.net.minor - coupons
    assert sum(line.net_minor for line in filled) == sums.net.minor


def test_amounts_are_rounded_half_up() -> None:
    quote = a_quote(a_line("0.125", quantity="1"), a_line("0.125", quantity="3"))
    assert [line.list_minor for line in quote.terms.lines] == [13, 38]
    assert quote.sums.gross.minor == 51 + 2 + 5


def test_yen_have_no_cents_and_dinars_have_thousandths() -> None:
    assert a_quote(a_line("1000", discount="0.0005"), currency="JPY").sums.net.minor == 1000
    assert a_quote(a_line("1000", discount="0.0005"), currency="KWD").sums.net.minor == 999_500


def test_coupons_worth_more_than_the_quote_are_refused() -> None:
    with pytest.raises(CouponsTooLarge):
        a_quote(a_line("100"), coupons=10_001)


@pytest.mark.parametrize(
    ("discount", "said"),
    [
        ("0.15", "85折"),
        ("0.2", "8折"),
        ("0.12", "88折"),
        ("0", ""),
        ("0.15004", "8.4996折"),
        ("0.95", "0.5折"),
        ("0.9", "1折"),
        ("1", "0折"),
    ],
)
def test_a_discount_is_said_as_in_chinese(discount: str, said: str) -> None:
    assert in_zhe(Fraction(discount)) == said


def test_what_is_over_a_limit_never_shows_as_the_limit() -> None:
    assert percent(Fraction("0.1500000001")) == "15.0001"
    assert shown(Fraction(1, 3)) == Decimal("0.333334")
    assert percent(Fraction("0.15")) == "15"
