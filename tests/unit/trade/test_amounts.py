"""Amounts in Chinese capitals (大写) and in English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money
from trade.amounts import in_capitals, in_english

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words: str) -> int:
    """What a clerk reads in the capitals, in 分; written apart from the code that writes them."""
    text = words.removeprefix("人民币").removesuffix("整")
    yuan, _, rest = text.partition("元") if "元" in text else ("", "", text)
    total = number(yuan) * 100
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in rest:
            before, _, rest = rest.partition(unit)
            total += DIGITS[before[-1]] * worth
    return total


def number(text: str) -> int:
    for unit, worth in (("亿", 10**8), ("万", 10**4)):
        high, found, low = text.rpartition(unit)
        if found:
            return number(high) * worth + number(low)
    total, digit = 0, 0
    for sign in text:
        if sign in PLACES:
            total, digit = total + digit * PLACES[sign], 0
        else:
            digit = DIGITS[sign]
    return total + digit


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角整"),
        (105, "人民币壹元零伍分"),
        (1_234_567, "人民币壹万贰仟叁佰肆拾伍元陆角柒分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (140_950, "人民币壹仟肆佰零玖元伍角整"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (10_000_000, "人民币壹拾万元整"),
        (10_000_100, "人民币壹拾万零壹元整"),
        (100_000_000, "人民币壹佰万元整"),
        (1_000_000_010_000, "人民币壹佰亿零壹佰元整"),
        (1_000_001_000_000, "人民币壹佰亿零壹万元整"),
        (123_450_000_000_000, "人民币壹万贰仟叁佰肆拾伍亿元整"),
    ],
)
def test_an_amount_in_capitals(minor: int, words: str) -> None:
    assert in_capitals(Money(minor=minor)) == words


@given(st.integers(min_value=0, max_value=10**15))
def test_capitals_are_read_back_as_the_amount(minor: int) -> None:
    assert read_back(in_capitals(Money(minor=minor))) == minor


@given(st.integers(min_value=0, max_value=10**15))
def test_capitals_never_hold_two_zeros_in_a_row_nor_one_before_a_unit(minor: int) -> None:
    words = in_capitals(Money(minor=minor)).replace("零元整", "")
    assert not any(wrong in words for wrong in ("零零", "零元", "零万", "零亿", "零拾", "零佰", "零仟", "零角", "零分"))


def test_yen_have_no_cents() -> None:
    assert in_capitals(Money(minor=1200, currency="JPY")) == "日元壹仟贰佰元整"


def test_dinars_have_three_decimals() -> None:
    assert in_capitals(Money(minor=1005, currency="KWD")) == "KWD壹元零伍厘"


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (1_234_567, "CNY Twelve Thousand Three Hundred Forty-Five and 67/100"),
        (0, "CNY Zero and 00/100"),
        (100_000_005, "CNY One Million and 05/100"),
    ],
)
def test_an_amount_in_english(minor: int, words: str) -> None:
    assert in_english(Money(minor=minor)) == words


def test_a_negative_amount_has_no_words() -> None:
    with pytest.raises(ValueError, match="negative"):
        in_capitals(Money(minor=-1))
