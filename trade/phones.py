"""Phone numbers in international form (E.164), with what tells a mobile from a shared switchboard."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from trade.reasons import Reason
from trade.text import tidy

_SEVERAL = re.compile(r"[;；/、,，|\n]|\bor\b|或")
_EXTENSION = re.compile(r"(?:转分机|分机号?|转|ext\.?|extension|x|#)[\s:：.]*(\d{1,6})\s*$", re.IGNORECASE)
# A Chinese extension after a hyphen: 021-61234567-802.
_HYPHENED_EXTENSION = re.compile(r"(\d{7,8})\s*-\s*(\d{1,5})$")
_BARE_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CHINESE_MOBILE = re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9]\d{9})")
# Area codes: two digits with eight behind them, three with seven or eight; and the numbers of 400 and 800.
_CHINESE_LANDLINE = re.compile(r"(?:(?:\+|00)?86)?0?((?:10|2[0-57-9])[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})")
_CHINESE_TOLL_FREE = re.compile(r"(?:\+?86)?([48]00\d{7})")
_LABEL = re.compile(r"^[^\d+(]{1,12}[:：]")
_NOISE = str.maketrans("", "", " -().\u00a0\u2010\u2011\u2012\u2013\u2014")


class Line(StrEnum):
    """What kind of line a number is; the fewer people share it, the more it says."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    TOLL_FREE = "toll_free"
    OTHER = "other"


_LINES = {
    phonenumbers.PhoneNumberType.MOBILE: Line.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE: Line.LANDLINE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: Line.OTHER,
    phonenumbers.PhoneNumberType.TOLL_FREE: Line.TOLL_FREE,
    phonenumbers.PhoneNumberType.SHARED_COST: Line.TOLL_FREE,
    phonenumbers.PhoneNumberType.UAN: Line.TOLL_FREE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number as written, its E.164 form and extension (分机), or the reason why it has none."""

    text: str
    e164: str = ""
    extension: str = ""
    line: Line = Line.OTHER
    problem: Reason | None = None

    @property
    def key(self) -> str:
        """The last eight digits: equal for one number with and without its area or country code."""
        return "".join(letter for letter in (self.e164 or self.text) if letter.isdigit())[-8:]


def phones(text: str, *, region: str = "CN") -> tuple[Phone, ...]:
    """Every number in a field that may hold several: "13800001111 / 021-61234567 转 802"."""
    if text.isascii() and text.isdecimal():
        return (phone(text, region=region),)
    found = (phone(part, region=region) for part in _SEVERAL.split(tidy(text)) if part.strip())
    return tuple({(each.e164 or each.text, each.extension): each for each in found}.values())


def phone(text: str, *, region: str = "CN") -> Phone:
    """Read one number, taking `region` (ISO 3166) for numbers without a country code.

    What cannot be dialled stays as text with a reason; it is never dropped.
    """
    # Most are a mobile number and nothing else: eleven digits in which there is nothing to look for.
    if region == "CN" and _BARE_MOBILE.fullmatch(text):
        return Phone(text=text, e164=f"+86{text}", line=Line.MOBILE)
    tidied = tidy(text)
    number, extension = _split_extension(_LABEL.sub("", tidied).strip(), region)
    # The library costs 40 µs; the forms nearly every Chinese number has are read without it.
    known = _chinese(number.translate(_NOISE)) if region == "CN" else None
    if known:
        return Phone(text=tidied, e164=f"+86{known[0]}", extension=extension, line=known[1])
    return _dialled(tidied, number, extension, region)


def _chinese(bare: str) -> tuple[str, Line] | None:
    mobile = _CHINESE_MOBILE.fullmatch(bare)
    if mobile:
        return mobile[1], Line.MOBILE
    toll_free = _CHINESE_TOLL_FREE.fullmatch(bare)
    if toll_free:
        return toll_free[1], Line.TOLL_FREE
    # Without the leading 0 or the country code, ten digits may be anything.
    landline = _CHINESE_LANDLINE.fullmatch(bare) if bare.startswith(("0", "+", "86")) else None
    return (landline[1], Line.LANDLINE) if landline else None


def _dialled(text: str, number: str, extension: str, region: str) -> Phone:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return Phone(text=text, problem=Reason("PHONE_NOT_A_NUMBER"))
    if not phonenumbers.is_valid_number(parsed):
        return Phone(text=text, problem=Reason("PHONE_NOT_DIALLABLE"))
    return Phone(
        text=text,
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        extension=extension or parsed.extension or "",
        line=_LINES.get(phonenumbers.number_type(parsed), Line.OTHER),
    )


def _split_extension(text: str, region: str) -> tuple[str, str]:
    marked = _EXTENSION.search(text)
    if marked:
        return text[: marked.start()], marked[1]
    hyphened = _HYPHENED_EXTENSION.search(text) if region == "CN" else None
    if hyphened:
        return text[: hyphened.end(1)], hyphened[2]
    return text, ""
