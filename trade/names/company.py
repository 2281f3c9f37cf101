"""Firms' names taken apart: place, brand (字号), trade and legal form, as Chinese registries compose them."""

import re
from functools import lru_cache

from msgspec import Struct

from trade.names.affixes import Affixes
from trade.names.readings import is_pinyin, syllables
from trade.names.words import (
    CITIES,
    COUNTY_CITIES,
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

_PLACES = Affixes((*PROVINCES, *CITIES, *COUNTY_CITIES, *WIDE_PLACES))
_WELL_KNOWN = frozenset((*PROVINCES, *CITIES))
_LEVEL = re.compile(r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|自治州|省|市|县|区)?")
_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:新区|区|县|开发区|镇)")
_UNLISTED_PLACE = re.compile(r"([\u4e00-\u9fff]{2,3}?)县|([\u4e00-\u9fff]{2})市")
_BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")
_BRANCH_ENDINGS = ("分公司", "办事处", "分厂", "代表处", "营业部", "分店", "分部", "事业部", "分支机构")
_BRANCH = re.compile(rf"(.{{4,}}?(?:公司|集团|厂))(.{{2,12}}?)(?:{'|'.join(_BRANCH_ENDINGS)})$")
_LEGAL_FORMS = Affixes(LEGAL_FORMS_CHINESE)
_TRADES = Affixes(TRADES_CHINESE)
_SHORTEST_NAME = 2
_SHORTEST_BEHIND_DISTRICT = 4
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:[&'][a-z0-9]+)*")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
# 渠成科技 Qucheng Co., Ltd.: the same name once more in Latin letters. Brands such as ABB stand before.
_LATIN_BESIDE = re.compile(r"(?<=[\u4e00-\u9fff]{2})[\s/|-]*[a-z][a-z0-9&.,' -]{2,}$")
_LATIN_BEFORE = re.compile(r"^[a-z][a-z0-9&.,' -]{2,}[\s/|-](?=[\u4e00-\u9fff]{4})")
_PLACES_LATIN = PLACES_LATIN | {"".join(syllables(place)) for place in (*PROVINCES, *CITIES, *COUNTY_CITIES)}
_LEADING_LATIN = Affixes(_PLACES_LATIN)
_SHORTEST_SPELLING = 4
_SPACED_SYLLABLES = 4
_PLACE_IN_LATIN = {"香港": "hongkong", "澳门": "macau", "陕西": "shaanxi", "内蒙古": "neimenggu", "西藏": "tibet"}
_BRANCH_LATIN = re.compile(r"(?<=.{6})[,\s]+\w+\s+(?:branch(?: office)?|representative office|office)$")
_LEGAL_PINYIN = re.compile(r"(?:gufen|jituan|konggu)*(?:youxian(?:zeren)?)?gongsi$|jituan$")


class CompanyName(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A firm's name in its parts; `core` is brand and trade without place, brackets and legal form."""

    core: str
    brand: str
    trades: frozenset[str]
    places: frozenset[str]
    chinese: bool
    branch: bool = False
    placed_by_branch: bool = False
    """Whether the only place is that of the branch (分公司), which says nothing about the house."""
    spelling: str = ""
    """The brand in Latin letters, in one piece: 渠成 and "Qu Cheng" are both `qucheng`."""
    sounds: tuple[str, ...] = ()
    """The syllables of a Chinese core, one for each character; empty where it is not all Chinese."""


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
        places = [place for part in _BRACKETS.findall(name) if (place := _place_in(part.strip()))]
        bare = _LATIN_BEFORE.sub("", _LATIN_BESIDE.sub("", _BRACKETS.sub("", name)))
        joined = "".join(filter(str.isalnum, bare))
    branch = _BRANCH.fullmatch(joined) if joined.endswith(_BRANCH_ENDINGS) else None
    if branch:
        joined = branch[1]
    leading, rest = _without_place(joined)
    rest = _without_ending(_LEGAL_FORMS, rest, keep=1)
    brand, trades = _brand_and_trades(rest)
    if not brand:
        # 北京银行, 中国移动 without a brand of its own: the place makes the name.
        brand = _without_ending(_LEGAL_FORMS, joined, keep=1)
        rest, leading = brand, []
    seat = frozenset(places + leading) - WIDE_PLACES
    read = syllables(rest)
    sounds = tuple(read) if len(read) == len(rest) else ()
    return CompanyName(
        core=rest,
        brand=brand,
        trades=trades,
        places=seat or (frozenset({_place_in(branch[2]) or branch[2]}) if branch else seat),
        chinese=True,
        branch=branch is not None,
        placed_by_branch=branch is not None and not seat,
        spelling="".join(sounds[: len(brand)] or syllables(brand)),
        sounds=sounds,
    )


def _place_in(text: str) -> str:
    """The place a bracket or a branch begins with; empty for none."""
    place = _PLACES.beginning(text)
    if not place and (unlisted := _UNLISTED_PLACE.fullmatch(text)):
        return unlisted[0][:-1]
    return place


def _without_place(name: str) -> tuple[list[str], str]:
    """The places a name begins with, and what remains; at least two characters always remain."""
    places: list[str] = []
    rest = name
    while place := _PLACES.beginning(rest):
        level = _LEVEL.match(rest, len(place))
        end = level.end() if level else len(place)
        # 海伦 is a city, 海伦哲家具 is the brand 海伦哲: a single letter is none.
        if len(rest) - end < _SHORTEST_NAME or (end == len(place) and _is_within_brand(place, rest[end:])):
            break
        if not (places and rest[end - 1] == "区"):  # 北京市朝阳区 is not 朝阳
            places.append(place)
        rest = rest[end:]
    if not places and (unlisted := _UNLISTED_PLACE.match(rest)) and _has_brand(rest[unlisted.end() :]):
        return [unlisted[0][:-1]], rest[unlisted.end() :]
    district = _DISTRICT.match(rest) if places else None
    if district and len(rest) - district.end() >= _SHORTEST_BEHIND_DISTRICT and _has_brand(rest[district.end() :]):
        if district[0][-1] == "县":  # as good a place as its province
            places.append(district[1])
        rest = rest[district.end() :]
    return places, rest


def _has_brand(rest: str) -> bool:
    named = _without_ending(_LEGAL_FORMS, rest, keep=1)
    return len(named) >= _SHORTEST_NAME and _TRADES.ending(named) != named


def _is_within_brand(place: str, rest: str) -> bool:
    if place in _WELL_KNOWN:
        return False
    named = _without_ending(_LEGAL_FORMS, rest, keep=0)
    return len(named) - len(_TRADES.ending(named)) == 1


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
    bare = _BRANCH_LATIN.sub("", bare) if bare.endswith(("branch", "office")) else bare
    beside = _BRACKETS.search(bare)
    written = _LATIN_WORD.findall(_BRACKETS.sub(" ", bare) if beside else bare)
    words = [word for word in written if word not in LEGAL_FORMS_LATIN] or written
    joined = "".join(words)
    if (legal := _LEGAL_PINYIN.search(joined)) and legal.start():
        return _spelt_out(joined[: legal.start()])
    places = frozenset(word for word in words if word in _PLACES_LATIN)
    named = [SAME_TRADE.get(word, word) for word in words if word not in places]
    brand = [word for word in named if word not in TRADES_LATIN]
    if not brand:
        named = brand = words
        places = frozenset()
    if not places and len(brand) >= _SPACED_SYLLABLES and brand == named and all(map(is_pinyin, brand)):
        return _spelt_out("".join(brand))  # Wu Xi Qu Cheng Ke Ji
    where = frozenset(_LATIN_WORD.findall(beside[1])) - LEGAL_FORMS_LATIN if beside else frozenset()
    return CompanyName(
        core=" ".join(named),
        brand=" ".join(brand),
        trades=frozenset(named) - frozenset(brand),
        places=(places or where) - WIDE_PLACES_LATIN,
        chinese=False,
        spelling="".join(brand),
    )


def _spelt_out(letters: str) -> CompanyName:
    """A name that is pinyin to its end (Shanghai Qucheng Keji Youxian Gongsi): where the brand ends cannot be told."""
    place = _LEADING_LATIN.beginning(letters)
    rest = letters[len(place) :]
    if len(rest) < _SHORTEST_SPELLING:
        place, rest = "", letters
    return CompanyName(
        core=rest,
        brand=rest,
        trades=frozenset(),
        places=frozenset({place} - {""}),
        chinese=False,
        spelling=rest,
    )


def places_before(text: str) -> tuple[str, ...]:
    """The places an address begins with, the widest first: 广东省深圳市南山区 is 广东, 深圳."""
    found: list[str] = []
    rest = text
    while place := _PLACES.beginning(rest):
        level = _LEVEL.match(rest, len(place))
        rest = rest[level.end() if level else len(place) :]
        found.append(place)
    return tuple(found)


@lru_cache(maxsize=1024)
def spelt_place(place: str) -> str:
    """A place in Latin letters: 上海 is `shanghai`, 香港 `hongkong`."""
    return place if place.isascii() else _PLACE_IN_LATIN.get(place) or "".join(syllables(place))
