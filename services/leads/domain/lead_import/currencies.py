"""Currencies (币种) as people name them in a cell: by code, by word, or by a sign that several share."""

import re
from collections.abc import Iterable, Mapping, Sequence

from kernel.money import CURRENCIES

# What each word may mean, first what it means where nothing else is told: `$`, `¥` and 元 are signs of several.
_NAMED: Mapping[str, str] = {
    "人民币": "CNY",
    "rmb": "CNY",
    "yuan": "CNY",
    "块": "CNY",
    "¥": "CNY JPY",
    "元": "CNY USD HKD TWD MOP SGD AUD CAD NZD JPY EUR KRW",
    "圆": "CNY USD HKD TWD MOP SGD AUD CAD NZD JPY EUR KRW",
    "$": "USD HKD TWD MOP SGD AUD CAD NZD MXN BRL",
    "dollar": "USD HKD TWD SGD AUD CAD NZD",
    "dollars": "USD HKD TWD SGD AUD CAD NZD",
    "美元": "USD",
    "美金": "USD",
    "us$": "USD",
    "欧元": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "€": "EUR",
    "日元": "JPY",
    "日圆": "JPY",
    "yen": "JPY",
    "港币": "HKD",
    "港元": "HKD",
    "港纸": "HKD",
    "hk$": "HKD",
    "澳门元": "MOP",
    "澳门币": "MOP",
    "mop$": "MOP",
    "台币": "TWD",
    "新台币": "TWD",
    "nt$": "TWD",
    "英镑": "GBP",
    "£": "GBP",
    "新加坡元": "SGD",
    "新币": "SGD",
    "s$": "SGD",
    "澳元": "AUD",
    "澳币": "AUD",
    "a$": "AUD",
    "加元": "CAD",
    "加币": "CAD",
    "c$": "CAD",
    "新西兰元": "NZD",
    "nz$": "NZD",
    "韩元": "KRW",
    "韩币": "KRW",
    "₩": "KRW",
    "瑞士法郎": "CHF",
    "卢布": "RUB",
    "印度卢比": "INR",
    "₹": "INR",
    "泰铢": "THB",
}
_MEANINGS: Mapping[str, Sequence[str]] = {word: codes.split() for word, codes in _NAMED.items()} | {
    code.lower(): (code,) for code in CURRENCIES
}
CURRENCY_WORD = re.compile("|".join(sorted(map(re.escape, _MEANINGS), key=len, reverse=True)))
USUAL = ("CNY",)


def meanings(word: str) -> Sequence[str]:
    """The codes that a word for a currency may mean, the likeliest first; raises KeyError for any other word."""
    return _MEANINGS[word]


def agreed(told: Iterable[Sequence[str]]) -> str | None:
    """The one currency that all of them can mean, CNY where nobody names one; None where they contradict each other."""
    closest = sorted(told, key=len) or [USUAL]
    return next((code for code in closest[0] if all(code in codes for codes in closest)), None)
