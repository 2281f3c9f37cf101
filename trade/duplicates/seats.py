"""Whether two firms are at home in one place, by their names and by their addresses."""

from trade.duplicates.fingerprint import Fingerprint
from trade.names import CompanyName, spelt_place


def apart(one: CompanyName, other: CompanyName) -> bool:
    """Whether both names are of known places, and of different ones: 上海渠成 and 北京渠成 are two legal entities."""
    if not one.places or not other.places or not one.places.isdisjoint(other.places):
        return False
    # A branch without the place of its house may be of any.
    if one.placed_by_branch or other.placed_by_branch:
        return False
    if one.chinese is other.chinese:
        return True
    return {spelt_place(each) for each in one.places}.isdisjoint(spelt_place(each) for each in other.places)


def elsewhere(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the seats are different, where a name without a place has that of its address."""
    if not a.seat or not b.seat or not a.seat.isdisjoint(b.seat):
        return False
    # 广东渠成 may well sit in Shenzhen.
    return not (a.seat & _province(b) or b.seat & _province(a))


def _province(prints: Fingerprint) -> frozenset[str]:
    return frozenset({spelt_place(prints.address.province)} - {""})
