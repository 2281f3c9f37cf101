"""Amounts in words, as contracts and bills want them: Chinese capitals (大写), and English."""

from collections.abc import Mapping

from kernel.money import Money, minor_digits

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_FRACTIONS = ("角", "分", "厘")
_MYRIAD = 10_000
_HUNDRED_MILLION = 100_000_000
_CURRENCIES: Mapping[str, str] = {"CNY": "人民币", "HKD": "港币", "USD": "美元", "EUR": "欧元", "JPY": "日元"}
_SMALL = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
_TENS = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_SCALES = ((10**12, "Trillion"), (10**9, "Billion"), (10**6, "Million"), (1000, "Thousand"), (100, "Hundred"))
_TWENTY = 20


def in_capitals(money: Money) -> str:
    """The amount in Chinese capitals with its currency, 人民币壹万贰仟元陆角柒分; without 分 it ends in 整.

    Follows 支付结算办法, annex 1: a 角 of nothing before 分 is written 零. Raises ValueError for a negative amount.
    """
    if money.minor < 0:
        raise ValueError("a negative amount has no capitals")
    digits = minor_digits(money.currency)
    whole, fraction = divmod(money.minor, 10**digits)
    parts = str(fraction).zfill(digits) if digits else ""
    words = f"{_whole(whole)}元" if whole or not fraction else ""
    words += _fraction(parts, after_whole=bool(whole))
    ends_early = not parts or parts[1:].strip("0") == ""
    return _CURRENCIES.get(money.currency, money.currency) + words + ("整" if ends_early else "")


def in_english(money: Money) -> str:
    """The amount in English: CNY Twelve Thousand Three Hundred Forty-Five and 67/100.

    Raises ValueError for a negative amount.
    """
    if money.minor < 0:
        raise ValueError("a negative amount has no words")
    digits = minor_digits(money.currency)
    whole, fraction = divmod(money.minor, 10**digits)
    cents = f" and {fraction:0{digits}}/{10**digits}" if digits else ""
    return f"{money.currency} {_spelled(whole)}{cents}"


def _whole(number: int) -> str:
    if number < _MYRIAD:
        return _group(number) or "零"
    unit, name = (_HUNDRED_MILLION, "亿") if number >= _HUNDRED_MILLION else (_MYRIAD, "万")
    high, low = divmod(number, unit)
    words = _whole(high) + name
    if not low:
        return words
    return words + ("零" if low < unit // 10 else "") + _whole(low)


def _group(number: int) -> str:
    words, waiting = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if waiting and words else "") + _DIGITS[digit] + _PLACES[place]
        waiting = not digit
    return words


def _fraction(parts: str, *, after_whole: bool) -> str:
    words, waiting = "", False
    for place, digit in enumerate(parts):
        if digit != "0":
            words += ("零" if waiting and (words or after_whole) else "") + _DIGITS[int(digit)] + _FRACTIONS[place]
        waiting = digit == "0"
    return words


def _spelled(number: int) -> str:
    for scale, name in _SCALES:
        if number >= scale:
            high, low = divmod(number, scale)
            return f"{_spelled(high)} {name}" + (f" {_spelled(low)}" if low else "")
    if number < _TWENTY:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
