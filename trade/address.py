"""Postal addresses (地址) in the form in which two can be compared part by part."""

import re
from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

from trade.text import folded, is_han

_WESTERN_NUMBER = re.compile(r"^(?:no\.?\s*)?(\d+[a-z]?)\b[\s,]*|[\s,]+(\d+[a-z]?)$")
_CHINESE_NUMBER = re.compile(r"(\d+(?:[-之]\d+)?)号")
_SEPARATORS = re.compile(r"[^\w]+")
_CHINESE_LEVEL = re.compile(
    r"(?<=..)(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|自治州|地区|省|市|区|县|旗)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address in parts, as a person wrote them."""

    street_number: str = ""
    line_1: str = ""
    line_2: str = ""
    district: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""


class AddressKeys(Struct, frozen=True, array_like=True, gc=False):
    """The same address with each part in its comparable form; an absent part is empty."""

    number: str
    street: str
    second: str
    district: str
    city: str
    province: str
    postal_code: str


# Most records say no more than province and city, and the pairs of them are few.
@lru_cache(maxsize=4096)
def address_keys(address: Address) -> AddressKeys:
    """Fold every part; a house number (门牌号) written into the street is taken out of it."""
    street = folded(address.line_1)
    number = folded(address.street_number)
    if not number:
        number, street = _split_number(street)
    return AddressKeys(
        number=_CHINESE_NUMBER.sub(r"\1", number),
        street=_SEPARATORS.sub(" ", street).strip(),
        second=_SEPARATORS.sub(" ", folded(address.line_2)).strip(),
        district=place_key(address.district),
        city=place_key(address.city),
        province=place_key(address.province),
        postal_code=folded(address.postal_code).replace(" ", ""),
    )


# Places repeat from record to record.
@lru_cache(maxsize=4096)
def place_key(text: str) -> str:
    """A place without the word for its level: 上海市 and 上海, 浦东新区 and 浦东新 are one each."""
    place = folded(text)
    return _CHINESE_LEVEL.sub("", place) if is_han(place) else place


def _split_number(street: str) -> tuple[str, str]:
    pattern = _CHINESE_NUMBER if is_han(street) else _WESTERN_NUMBER
    found = pattern.search(street)
    if not found:
        return "", street
    number = next(group for group in found.groups() if group)
    return number, (street[: found.start()] + " " + street[found.end() :]).strip()
