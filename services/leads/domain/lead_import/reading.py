"""How people write names, amounts, sizes, dates and urgency in the cells of a list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from kernel.errors import InvalidField
from kernel.money import Money, minor_digits
from services.leads.domain.facts import Urgency
from services.leads.domain.lead_import.countries import country_code
from services.leads.domain.lead_import.currencies import CURRENCY_WORD, agreed, meanings
from services.leads.domain.lead_import.spans import UNTOLD, Unreadable, is_untold, read_span, without
from trade.text import folded

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

# No amount, size or date that somebody wrote is longer; Python itself refuses to read numbers of 4,300 digits.
LONGEST_NUMBER = 64
_LARGEST_MINOR = 10**17
_LARGEST_COUNT = 2**31
# What most cells say is read without looking any further.
_USUAL_AMOUNT = re.compile(r"(\d{1,9})(万)?元?")
_USUAL_SIZE = re.compile(r"(\d{1,9})(万)?人?")
_TEN_THOUSAND = 10_000
# Lists say the same amounts and sizes over and over.
_REMEMBERED = 4096
_PEOPLE_UNITS = re.compile("人|名|位|员工|职工|people|persons|employees|staff")
_TAGS = re.compile(r"[,，;；、|\n]+")
# Chinese characters, the rarer ones too, Japanese syllables, Korean blocks; the dot parts names of other tongues.
_EAST_ASIAN = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af·]+")
_DATE = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:(?:[T\s]+|(?<=日))(\d{1,2})[:时点](\d{1,2})?分?(?::(\d{1,2}))?(?:\.\d+)?)?$"
)


@dataclass(eq=False, kw_only=True)
class BudgetCurrenciesContradict(InvalidField):
    """The cell names one currency and the column of currencies another: which one holds is not guessed.

    The amount itself is not told, because not everybody who reads of the row may see it.
    """

    reason = "BUDGET_CURRENCIES_CONTRADICT"

    field: str = "lead.budget"
    written: str
    column: str


@lru_cache(maxsize=_REMEMBERED)
def read_amounts(text: str, *, currency: str = "") -> tuple[Money | None, Money | None]:
    """The least and the most of "10万", "¥100,000", "10-20万", "约30万", "USD 5000"; equal for a plain amount.

    "50万以上" tells no most, "50万以下" no least, and 面议 neither. A unit after the range holds for both ends. Amounts
    are CNY unless the cell or the column of currencies names another. Finer than the minor unit is Unreadable, because
    rounding would change what the customer said. Raises BudgetCurrenciesContradict too.
    """
    _check_length(text)
    usual = None if currency else _USUAL_AMOUNT.fullmatch(text)
    if usual:
        amount = Money(minor=_whole(usual) * 10 ** minor_digits("CNY"))
        return amount, amount
    plain = folded(text)
    if is_untold(plain):
        return None, None
    span = read_span(without(CURRENCY_WORD, plain))
    named = [meanings(word) for word in CURRENCY_WORD.findall(plain)]
    code = agreed(named)
    if code is None:
        raise Unreadable(text)
    if currency:
        column = read_currency(currency)
        both = agreed([*named, column])
        if both is None:
            raise BudgetCurrenciesContradict(written=code, column=column[0])
        code = both
    return _money(span.least, code), _money(span.most, code)


def read_currency(text: str) -> Sequence[str]:
    """The codes that a cell of the column of currencies may mean, the likeliest first."""
    try:
        return meanings(folded(text))
    except KeyError:
        raise Unreadable(text) from None


@lru_cache(maxsize=_REMEMBERED)
def read_people(text: str) -> int | None:
    """The least number of people in "500", "1,000人", "100-499人", "约500人", "1.2万人", "500人以上".

    None where no least is told: "50人以下" may be a firm of three, and 不详 says nothing at all.
    """
    _check_length(text)
    usual = _USUAL_SIZE.fullmatch(text)
    if usual and _whole(usual) < _LARGEST_COUNT:
        return _whole(usual)
    plain = folded(text)
    span = UNTOLD if is_untold(plain) else read_span(without(_PEOPLE_UNITS, plain))
    least, most = span.least, span.most
    if least is None:
        return None
    if least != int(least) or least >= _LARGEST_COUNT or (most is not None and most < least):
        raise Unreadable(text)
    return int(least)


def read_urgency(text: str) -> Urgency:
    """The urgency in Chinese or English words."""
    try:
        return URGENCIES[text.strip().casefold()]
    except KeyError:
        raise Unreadable(text) from None


def read_country(text: str) -> str:
    """The ISO 3166 code of a country written as code or as a usual name."""
    try:
        return country_code(text)
    except KeyError:
        raise Unreadable(text) from None


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
    """One name out of two columns: surname first without a blank in East Asian writing, else given name first."""
    if _EAST_ASIAN.fullmatch(surname + given_name):
        return f"{surname}{given_name}"
    return f"{given_name} {surname}".strip()


def _check_length(text: str) -> None:
    if len(text) > LONGEST_NUMBER:
        raise Unreadable(text)


def _whole(usual: re.Match[str]) -> int:
    return int(usual[1]) * (_TEN_THOUSAND if usual[2] else 1)


def _money(amount: Decimal | None, currency: str) -> Money | None:
    if amount is None:
        return None
    minor = amount.scaleb(minor_digits(currency))
    if minor >= _LARGEST_MINOR or minor != minor.to_integral_value():
        raise Unreadable(f"{amount} {currency}")
    return Money(minor=int(minor), currency=currency)
