"""What a Chinese and a Latin name say for and against being one firm's."""

from rapidfuzz.distance import OSA

from trade.duplicates.fingerprint import Fingerprint
from trade.duplicates.seats import apart, elsewhere
from trade.names import CompanyName, is_pinyin, spelt_place
from trade.names.words import TRADES_IN_CHINESE

_SHORTEST_BRAND = 2
_SURE_BRAND = 3
_SURE_SPELLING = 6
_ALIKE_SPELLING = 0.6
_SHORTEST_INITIALS = 3
_osa = OSA.normalized_similarity


def across_scripts(chinese: Fingerprint, latin: Fingerprint) -> str:
    """The observation on 渠成科技 and "Qucheng Technology": brands by pinyin, trades by a table, places by both."""
    one, other = chinese.company, latin.company
    spelling = _without_place_of(one, other.spelling)
    end = _spelt_as_far_as(one, spelling)
    if not end:
        return _unlike(one, other)
    rest, trades = one.core[end:], other.trades
    agree = _trades_agree(rest, other)
    if apart(one, other) or agree is False or (len(one.brand) == end and _names_another_trade(one, spelling)):
        return "company_sister"
    if agree or not (rest or trades):
        if elsewhere(chinese, latin):
            return "company_same_elsewhere"
        return "company_spelt" if end > _SHORTEST_BRAND else "company_spelt_short"
    return "company_spelt_brand"


def _spelt_as_far_as(one: CompanyName, spelling: str) -> int:
    """How many characters a Latin brand spells; one that goes on spells the whole brand, none is 0."""
    letters = ""
    for end, sound in enumerate(one.sounds, start=1):
        letters += sound
        if letters == spelling:
            return end if end >= _SHORTEST_BRAND else 0
    if one.spelling == spelling or (len(one.brand) >= _SHORTEST_BRAND and spelling.startswith(one.spelling)):
        return len(one.brand)
    if len(one.brand) >= _SURE_BRAND and spelling.endswith(one.spelling) and is_pinyin(spelling):
        return len(one.brand)  # a place that no list knows stands before
    return 0


def _without_place_of(one: CompanyName, spelling: str) -> str:
    """A Latin name that begins with a place no list knows, but the Chinese name does."""
    for place in one.places:
        spelt = spelt_place(place)
        if spelling.startswith(spelt) and not one.spelling.startswith(spelt):
            return spelling.removeprefix(spelt)
    return spelling


def _names_another_trade(one: CompanyName, spelling: str) -> bool:
    """Whether the Latin brand goes on in pinyin behind the Chinese one, and differently."""
    more, rest = spelling[len(one.spelling) :], "".join(one.sounds[len(one.brand) :])
    if not more or not rest or more.startswith(rest) or rest.startswith(more):
        return False
    return is_pinyin(more)


def _unlike(one: CompanyName, other: CompanyName) -> str:
    initials = "".join(sound[0] for sound in one.sounds)
    if len(other.spelling) >= _SHORTEST_INITIALS and initials.startswith(other.spelling):
        return "company_short_form"
    if _trades_agree(one.core[len(one.brand) :], other) is False:
        return "company_different"
    # An English name of a Chinese firm need not sound like it; pinyin must.
    unlike = _osa(one.spelling, other.spelling) < _ALIKE_SPELLING
    return "company_different" if unlike and len(other.spelling) >= _SURE_SPELLING and is_pinyin(other.spelling) else ""


def _trades_agree(written: str, latin: CompanyName) -> bool | None:
    """None where a trade is missing or not in the table."""
    meant = [TRADES_IN_CHINESE[word] for word in latin.trades if word in TRADES_IN_CHINESE]
    if not meant or len(written) < _SHORTEST_BRAND:
        return None
    return any(trade in written or written in trade for trades in meant for trade in trades)
