"""How much or how many somebody says: a number, a range, about so many, at least, at most."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trade.text import listed

_SCALES: Mapping[str, int] = {
    "": 1,
    "千": 1000,
    "k": 1000,
    "万": 10_000,
    "w": 10_000,
    "百万": 1_000_000,
    "m": 1_000_000,
    "million": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
# Digits in groups of three, parted by a comma or a blank: 1,200 and 1 200 are one number, 10 20 is none.
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3}| \d{3})+(?![\d,])")
_BLANK = re.compile(r"(?<![\d ]) ++| ++(?!\d)")
# Possessive throughout: no part gives back what it took, so that no text is read over and over.
_NUMBER = r"(\d++(?:\.\d++)?+)(千万|百万|million|[千万亿kwm])?+"
_ABOUT = r"大?约为?|大概|将?近|接近|about|approx\.?|around|[~≈]"
_LEAST = r"不少于|不低于|至少|最少|超过|大于|高于|>=?|≥|atleast|morethan|over|above|from|min\.?"
_MOST = r"不超过|不多于|不高于|至多|最多|少于|小于|低于|<=?|≤|atmost|lessthan|upto|under|below|max\.?"
_SPAN = re.compile(
    rf"(?:(?P<about>{_ABOUT})|(?P<least>{_LEAST})|(?P<most>{_MOST}))?+{_NUMBER}"
    rf"(?:(?:--?|[~〜‐–—―−至到]|to|—{{2}})(?P<about_most>{_ABOUT})?+{_NUMBER})?+"
    r"(?:(?P<or_about>左右|上下|多|余)|(?P<or_more>及?以上|起步?|\+|ormore|andabove|andup)|"
    r"(?P<or_less>及?以下|及?以内|之内|内|orless|andbelow))?+"
)
# What somebody writes into a cell who does not tell: negotiable, open, a dash.
_UNTOLD = frozenset(
    listed("面议 面谈 待定 未定 待议 待确认 未确定 不定 不限 不详 不明 不清楚 未知 未提供 未透露 保密 暂无 没有 无")
    + listed("- -- — —— / n/a na none nil tbd tba negotiable unknown undisclosed")
)


class Unreadable(ValueError):  # noqa: N818 - an outcome of reading, not a fault
    """A cell says something that cannot be read as what its column holds."""


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most that somebody says, equal for a plain number; None where he does not tell the bound."""

    least: Decimal | None = None
    most: Decimal | None = None


UNTOLD = Span()


def is_untold(text: str) -> bool:
    """Whether the text, folded, says that nothing is told (面议)."""
    return text in _UNTOLD


def without(units: re.Pattern[str], text: str) -> str:
    """The text without these units; numbers that stood on both sides of one stay apart."""
    return units.sub("  ", text)


def read_span(text: str) -> Span:
    """The bounds of "10-20万", "约30万", "50万以上", "≤ 8,000"; the text is folded and names no unit.

    "About so many" is so many, 以上 names a least and no most, 以下 a most and no least; a scale after a range holds
    for both ends. Raises Unreadable.
    """
    found = _SPAN.fullmatch(_BLANK.sub("", _GROUPED.sub(_joined, text)))
    if found is None:
        raise Unreadable(text)
    number, scale, upper, upper_scale = found.group(4, 5, 7, 8)
    if upper is None:
        told = _scaled(number, scale)
        only_most = found["most"] or found["or_less"]
        only_least = found["least"] or found["or_more"]
        if only_least and only_most:
            raise Unreadable(text)
        return Span(None if only_most else told, None if only_least else told)
    if any(found.group("least", "most", "or_more", "or_less")):
        raise Unreadable(text)
    return Span(_scaled(number, scale or upper_scale), _scaled(upper, upper_scale))


def _joined(found: re.Match[str]) -> str:
    return found[0].replace(",", "").replace(" ", "")


def _scaled(number: str, scale: str | None) -> Decimal:
    return Decimal(number) * _SCALES[scale or ""]
