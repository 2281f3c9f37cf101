"""Firms' names taken apart: place, brand (字号), trade and legal form, as Chinese registries compose them."""

import re
from dataclasses import dataclass

from trade.names.affixes import Affixes
from trade.names.words import (
    CITIES,
    LEGAL_FORMS_CHINESE,
    LEGAL_FORMS_LATIN,
    PLACES_LATIN,
    PROVINCES,
    SAME_TRADE,
    TRADES_CHINESE,
    TRADES_LATIN,
    WIDE_PLACES,
    WIDE_PLACES_LATIN,
)
from trade.text import folded, is_han

_PLACES = Affixes((*PROVINCES, *CITIES, *WIDE_PLACES))
_LEVEL = re.compile(r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|自治州|省|市)?")
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:新区|区|县|开发区)")
_BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")
_BRANCH = re.compile(r"(.{4,}?(?:公司|集团|厂))(.{2,12}?)(?:分公司|办事处|分厂|代表处)$")
_BRANCH_ENDINGS = ("分公司", "办事处", "分厂", "代表处")
_LEGAL_FORMS = Affixes(LEGAL_FORMS_CHINESE)
_TRADES = Affixes(TRADES_CHINESE)
_SHORTEST_NAME = 2
_SHORTEST_BEHIND_DISTRICT = 4
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:[&'][a-z0-9]+)*")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyName:
    """A firm's name in its parts; `core` is brand and trade without place, brackets and legal form."""

    core: str
    brand: str
    trades: frozenset[str]
    places: frozenset[str]
    chinese: bool
    branch: bool = False


EMPTY = CompanyName(core="", brand="", trades=frozenset(), places=frozenset(), chinese=False)


def company_name(text: str) -> CompanyName:
    """Take a firm's name apart: 上海渠成科技（集团）有限公司 has the core 渠成科技, the brand 渠成, the place 上海.

    Where place and trade are all there is (北京银行), they are the brand. Wide places such as 中国 or "Asia" are noise.
    """
    name = folded(text)
    if not name:
        return EMPTY
    return _chinese(name) if is_han(name) else _latin(name)


def _chinese(name: str) -> CompanyName:
    places: list[str] = []
    joined = name
    if not name.isalnum():
        places = [place for part in _BRACKETS.findall(name) if (place := _PLACES.beginning(part.strip()))]
        joined = "".join(filter(str.isalnum, _BRACKETS.sub("", name)))
    branch = _BRANCH.fullmatch(joined) if joined.endswith(_BRANCH_ENDINGS) else None
    if branch:
        joined, places = branch[1], [*places, _PLACES.beginning(branch[2]) or branch[2]]
    leading, rest = _without_place(joined)
    rest = _without_ending(_LEGAL_FORMS, rest, keep=1)
    brand, trades = _brand_and_trades(rest)
    if not brand:
        # 北京银行, 中国移动 without a brand of its own: the place makes the name.
        brand = _without_ending(_LEGAL_FORMS, joined, keep=1)
        rest, leading = brand, []
    known = frozenset(places + leading) - WIDE_PLACES
    return CompanyName(core=rest, brand=brand, trades=trades, places=known, chinese=True, branch=branch is not None)


def _without_place(name: str) -> tuple[list[str], str]:
    """The places a name begins with, and what remains; at least two characters always remain."""
    places: list[str] = []
    rest = name
    while place := _PLACES.beginning(rest):
        level = _LEVEL.match(rest, len(place))
        end = level.end() if level else len(place)
        if len(rest) - end < _SHORTEST_NAME:
            break
        places.append(place)
        rest = rest[end:]
    district = _DISTRICT.match(rest) if places else None
    if district and len(rest) - district.end() >= _SHORTEST_BEHIND_DISTRICT:
        rest = rest[district.end() :]
    return places, rest


def _without_ending(words: Affixes, name: str, *, keep: int) -> str:
    while (ending := words.ending(name)) and len(name) - len(ending) > keep:
        name = name[: -len(ending)]
    return name


def _brand_and_trades(rest: str) -> tuple[str, frozenset[str]]:
    trades: set[str] = set()
    brand = rest
    while trade := _TRADES.ending(brand):
        if len(brand) - len(trade) == 1:
            # One character is no brand of its own: 新能源 is a trade, 金科技 keeps its last trade.
            break
        trades.add(SAME_TRADE.get(trade, trade))
        brand = brand[: -len(trade)]
    return brand, frozenset(trades)


def _latin(name: str) -> CompanyName:
    bare = _DOTTED.sub(lambda found: found[0].replace(".", ""), name.replace("hong kong", "hongkong"))
    words = [word for word in _LATIN_WORD.findall(bare) if word not in LEGAL_FORMS_LATIN] or _LATIN_WORD.findall(bare)
    places = frozenset(word for word in words if word in PLACES_LATIN)
    named = [SAME_TRADE.get(word, word) for word in words if word not in places]
    brand = [word for word in named if word not in TRADES_LATIN]
    if not brand:
        named = brand = words
        places = frozenset()
    return CompanyName(
        core=" ".join(named),
        brand=" ".join(brand),
        trades=frozenset(named) - frozenset(brand),
        places=places - WIDE_PLACES_LATIN,
        chinese=False,
    )
