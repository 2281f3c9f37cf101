"""How people write amounts, sizes, dates and urgency in the cells of a list."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from kernel.money import Money, minor_digits
from services.leads.domain.facts import Urgency

URGENCIES: Mapping[str, Urgency] = {
    "高": Urgency.HIGH,
    "紧急": Urgency.HIGH,
    "急": Urgency.HIGH,
    "high": Urgency.HIGH,
    "urgent": Urgency.HIGH,
    "中": Urgency.MEDIUM,
    "一般": Urgency.MEDIUM,
    "普通": Urgency.MEDIUM,
    "medium": Urgency.MEDIUM,
    "normal": Urgency.MEDIUM,
    "低": Urgency.LOW,
    "不急": Urgency.LOW,
    "low": Urgency.LOW,
}

COUNTRIES: Mapping[str, str] = {
    "中国": "CN",
    "中华人民共和国": "CN",
    "china": "CN",
    "香港": "HK",
    "中国香港": "HK",
    "hong kong": "HK",
    "澳门": "MO",
    "中国澳门": "MO",
    "台湾": "TW",
    "中国台湾": "TW",
    "taiwan": "TW",
    "美国": "US",
    "usa": "US",
    "united states": "US",
    "英国": "GB",
    "uk": "GB",
    "united kingdom": "GB",
    "日本": "JP",
    "japan": "JP",
    "韩国": "KR",
    "south korea": "KR",
    "新加坡": "SG",
    "singapore": "SG",
    "德国": "DE",
    "germany": "DE",
    "法国": "FR",
    "france": "FR",
    "澳大利亚": "AU",
    "australia": "AU",
}

_CURRENCIES: Mapping[str, str] = {
    "人民币": "CNY",
    "元": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "¥": "CNY",
    "￥": "CNY",
    "美元": "USD",
    "美金": "USD",
    "usd": "USD",
    "$": "USD",
    "欧元": "EUR",
    "eur": "EUR",
    "€": "EUR",
    "日元": "JPY",
    "jpy": "JPY",
    "港币": "HKD",
    "港元": "HKD",
    "hkd": "HKD",
}
_SCALES: Mapping[str, int] = {
    "": 1,
    "千": 1000,
    "k": 1000,
    "万": 10_000,
    "w": 10_000,
    "m": 1_000_000,
    "百万": 1_000_000,
    "亿": 100_000_000,
}
_CURRENCY = re.compile("|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True)))
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(百万|千|万|亿|k|w|m)?")
_TO = re.compile(r"[-~至到—–]|to")
# Possessive throughout: no part gives back what it took, so that no text is read over and over.
_PEOPLE = re.compile(
    r"^[<>约近]?\s*+(\d++)\s*+[-~至到—–]?\s*+(?:\d++)?\s*+(?:人|名|people|employees)?\s*+(?:以上|以下|左右|\+)?$"
)
# No amount, size or date that somebody wrote is longer; Python itself refuses to read numbers of 4,300 digits.
LONGEST_NUMBER = 64
_TAGS = re.compile(r"[,，;；、|\n]+")
_DATE = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:(?:[T\s]+|(?<=日))(\d{1,2})[:时点](\d{1,2})?分?(?::(\d{1,2}))?(?:\.\d+)?)?$"
)


class Unreadable(ValueError):  # noqa: N818 - an outcome of reading, not a fault
    """A cell says something that cannot be read as what its column holds."""


def read_amounts(text: str, *, currency: str = "") -> tuple[Money, Money]:
    """The least and the most of "10万", "¥100,000", "10-20万", "USD 5000"; equal for a plain amount.

    A unit after the range holds for both ends. Amounts are CNY unless a currency is named. Finer than the minor
    unit is Unreadable, because rounding would change what the customer said.
    """
    _check_length(text)
    plain = text.casefold().replace(",", "").replace("，", "").replace(" ", "")
    named = _CURRENCY.search(plain)
    code = _currency(currency) if currency else (_CURRENCIES[named.group()] if named else "CNY")
    bare = _CURRENCY.sub("", plain)
    to = _TO.search(bare, 1)
    if to is None:
        amount = _money(bare, "", code)
        return amount, amount
    least, most = bare[: to.start()], bare[to.end() :]
    upper = _AMOUNT.fullmatch(most)
    return _money(least, (upper and upper.group(2)) or "", code), _money(most, "", code)


def read_people(text: str) -> int:
    """The least number of people in "500", "1,000人", "100-499人", "500人以上"."""
    _check_length(text)
    found = _PEOPLE.match(text.casefold().replace(",", ""))
    if found is None:
        raise Unreadable(text)
    return int(found.group(1))


def read_urgency(text: str) -> Urgency:
    """The urgency in Chinese or English words."""
    try:
        return URGENCIES[text.strip().casefold()]
    except KeyError:
        raise Unreadable(text) from None


def read_country(text: str) -> str:
    """The ISO 3166 code of a country written as code or as a usual name."""
    code = COUNTRIES.get(text.strip().casefold()) or text.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():  # noqa: PLR2004 - alpha-2
        raise Unreadable(text)
    return code


def read_instant(text: str, *, zone: ZoneInfo) -> datetime:
    """The instant in "2026-03-01", "2026/3/1 14:30", "2026年3月1日"; a bare date begins at midnight of the zone."""
    _check_length(text)
    found = _DATE.match(text.strip())
    try:
        if found is None:
            told = datetime.fromisoformat(text.strip())
        else:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            told = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(text) from None


def read_tags(text: str) -> tuple[str, ...]:
    """The tags of one cell, each once, in order."""
    return tuple(dict.fromkeys(tag.strip() for tag in _TAGS.split(text) if tag.strip()))


def full_name(*, surname: str, given_name: str) -> str:
    """One name out of two columns: Chinese without a blank and surname first, else given name first."""
    if (surname + given_name).isascii():
        return f"{given_name} {surname}".strip()
    return f"{surname}{given_name}"


def _check_length(text: str) -> None:
    if len(text) > LONGEST_NUMBER:
        raise Unreadable(text)


def _money(text: str, scale: str, currency: str) -> Money:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Unreadable(text)
    try:
        amount = Decimal(found.group(1)) * _SCALES[found.group(2) or scale]
    except InvalidOperation:
        raise Unreadable(text) from None
    minor = amount.scaleb(minor_digits(currency))
    if minor != minor.to_integral_value() or minor >= 10**17:
        raise Unreadable(text)
    return Money(minor=int(minor), currency=currency)


def _currency(text: str) -> str:
    plain = text.strip().casefold()
    code = _CURRENCIES.get(plain, plain.upper())
    if len(code) != 3 or not code.isascii() or not code.isalpha():  # noqa: PLR2004 - ISO 4217
        raise Unreadable(text)
    return code
