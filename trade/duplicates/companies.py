"""What the names of two firms say for and against being one, each observation by the name of its weight."""

from rapidfuzz.distance import OSA

from trade.duplicates.fingerprint import Fingerprint
from trade.duplicates.rules import DuplicateRules
from trade.duplicates.scripts import across_scripts
from trade.duplicates.seats import apart, elsewhere
from trade.names import CompanyName, is_pinyin
from trade.names.words import VAGUE_TRADES

_LONG_NAME = 6
_SHORTEST_BRAND = 2
_LONGEST_SHORT_FORM = 4
_SURE_SPELLING = 6
_osa = OSA.normalized_similarity
_slips = OSA.distance


def of_company(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> str:
    """The observation on the firms' names; empty when they cannot be compared."""
    one, other = a.company, b.company
    if not one.core or not other.core:
        return ""
    if one.chinese is not other.chinese:
        return across_scripts(a, b) if one.chinese else across_scripts(b, a)
    if one.brand == other.brand or one.core == other.core:
        return _same_brand(a, b)
    return _chinese(a, b) if one.chinese else _latin(a, b, rules)


def _agreeing(a: Fingerprint, b: Fingerprint) -> str:
    """Brand and trade are the same: what do the places say?"""
    if elsewhere(a, b):
        return "company_same_elsewhere"
    return "company_same" if bool(a.seat) is bool(b.seat) else "company_same_place_open"


def _same_brand(a: Fingerprint, b: Fingerprint) -> str:
    one, other = a.company, b.company
    if apart(one, other):
        return "company_sister"
    if one.core == other.core:
        return _agreeing(a, b)
    if one.trades and other.trades:
        return "company_sister" if _trades_differ(one, other, len(one.brand)) else "company_similar"
    return _brand_only(a, b)


def _brand_only(a: Fingerprint, b: Fingerprint) -> str:
    """The brand is the same and one name has no more: do the places agree?"""
    if not a.seat or not b.seat:
        return "company_same_brand"
    return "company_same_brand_elsewhere" if elsewhere(a, b) else "company_same_brand_and_place"


def _trades_differ(one: CompanyName, other: CompanyName, start: int) -> bool:
    """Whether two trades stand behind the brand: 信息科技 and 科技 may be one, 生物科技 and 电子科技 are not."""
    if not one.chinese:
        return one.trades.isdisjoint(other.trades)
    short, long = sorted((one.core[start:], other.core[start:]), key=len)
    same = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    if not same and not (one.trades & other.trades) <= VAGUE_TRADES:
        return False
    letters = iter(long[same:])
    rest = short[same:]
    if all(letter in letters for letter in rest):
        return False
    return not same or set(rest).isdisjoint(long[same:])


def _latin(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> str:
    one, other = a.company, b.company
    if one.spelling == other.spelling:
        return _same_brand(a, b)
    short, long = sorted((one.spelling, other.spelling), key=len)
    if len(short) >= _SURE_SPELLING and long.startswith(short) and is_pinyin(long):
        return _brand_only(a, b)  # Qucheng Trading and Qucheng Shangmao
    if len(one.core) >= _LONG_NAME and not apart(one, other) and _is_misspelt(one, other, rules):
        return "company_similar"
    # "Acme" and "Acme Robotics" may be one house or two: no observation.
    return "" if one.brand in other.core or other.brand in one.core else "company_different"


def _chinese(a: Fingerprint, b: Fingerprint) -> str:
    """Different brands, as far as their ends are known."""
    short, long = (a.company, b.company) if len(a.company.brand) <= len(b.company.brand) else (b.company, a.company)
    continued = len(short.brand) >= _SHORTEST_BRAND and long.core.startswith(short.brand)
    if apart(short, long):
        return "company_sister" if continued and len(long.brand) - len(short.brand) > 1 else "company_different"
    if continued:
        return _longer(a, b, short, long)
    if short.sounds and long.sounds and _sound_alike(short, long):
        return "company_homophone" if len(short.brand) > _SHORTEST_BRAND else "company_homophone_short"
    return _nearly(short, long)


def _longer(a: Fingerprint, b: Fingerprint, short: CompanyName, long: CompanyName) -> str:
    """海尔电器 and 海尔智家: the longer brand may be the shorter one with a trade that no list knows."""
    place = len(short.brand)
    if place == len(short.core):
        return _brand_only(a, b)
    if _is_slip(short, long):
        return "company_one_slip"
    if len(long.brand) - place == 1:
        return "company_different"  # 渠成 and 渠成达 are two brands
    return "company_sister" if _trades_differ(short, long, place) else "company_similar"


def _nearly(short: CompanyName, long: CompanyName) -> str:
    if _is_slip(short, long):
        return "company_one_slip"
    if long.core.endswith(short.core) and len(long.core) - len(short.core) >= _SHORTEST_BRAND:
        return "company_same_brand"  # a place that no list knows stands before
    return "company_short_form" if _is_short_form(short, long) or _is_short_form(long, short) else "company_different"


def _sound_alike(one: CompanyName, other: CompanyName) -> bool:
    """Whether one name is the other by ear (同音), as far as the shorter goes, and no trade speaks against it."""
    if one.sounds == other.sounds:
        return True
    place = min(len(one.brand), len(other.brand))
    if place < _SHORTEST_BRAND or one.sounds[:place] != other.sounds[:place]:
        return False
    return len(one.core) == place or len(other.core) == place or not _trades_differ(one, other, place)


def _is_slip(one: CompanyName, other: CompanyName) -> bool:
    """One character too few, too many, wrong or exchanged, where enough others agree."""
    longest = max(len(one.core), len(other.core))
    return longest >= _LONGEST_SHORT_FORM and _slips(one.core, other.core, score_cutoff=1) <= 1


def _is_short_form(short: CompanyName, long: CompanyName) -> bool:
    """Whether a name of few characters stands for the other one: 上汽, 渠科."""
    if short.core != short.brand or not _SHORTEST_BRAND <= len(short.core) <= _LONGEST_SHORT_FORM:
        return False
    for full in (long.core, *(place + long.core for place in long.places)):
        letters = iter(full)
        if full[0] == short.core[0] and all(letter in letters for letter in short.core):
            return True
    return False


def _is_misspelt(one: CompanyName, other: CompanyName, rules: DuplicateRules) -> bool:
    if one.trades and other.trades and one.trades.isdisjoint(other.trades):
        return False
    # The whole name, because a misspelt trade is read as part of the brand; the first word carries the brand.
    first, first_other = one.core.partition(" ")[0], other.core.partition(" ")[0]
    return bool(
        _osa(one.core, other.core) >= rules.limits["company_similarity"]
        and _osa(first, first_other) >= rules.limits["name_similarity"]
    )
