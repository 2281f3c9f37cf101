"""From what a cell holds to the plain text that is read."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

CellValue = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

# What nobody sees where a text is shown (docs/adr/0067): control characters, marks of the writing direction, marks
# without width, and what is no character at all. A line end stays, for it parts phones and tags; so do the joiners
# U+200C and U+200D, which shape the letters beside them.
_UNSEEN = re.compile(
    "\r\n|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BLANKS = frozenset("\t\x0b\x0c\r\x85\u2028\u2029")
# Unicode's control pictures: U+2400 shows NUL, U+2401 the next, and so on; the one of DEL stands behind them.
_PICTURES = 0x2400
_PICTURE_OF_DELETE = "\u2421"
_REPLACEMENT = "\ufffd"
_NOT_IN_HEADINGS = re.compile("[\u2400-\u2421\ufffd\u200c\u200d]")
_TEXT_MARKER = re.compile(r"^'(?=[0-9=+\-@])")
_CUT_NUMBER = re.compile(r"^[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}$")
_SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)


def clean_text(text: str) -> str:
    """The text as people can read it: nothing in it unseen, without outer blanks and a spreadsheet's text marker.

    A control character becomes a blank or its picture, and marks that show nothing are left out. A leading apostrophe
    before a digit or a formula's first character is the spreadsheet's way to say "this is text"; everywhere else an
    apostrophe is part of the text. A formula stays the text it is written as.
    """
    if not text.isprintable():
        text = _UNSEEN.sub(_seen, text)
    text = text.strip()
    if text.startswith("'"):
        text = _TEXT_MARKER.sub("", text)
    return text


def mended_columns(texts: Sequence[str]) -> tuple[int, ...]:
    """The columns, from 1, in which `clean_text` changes more than blanks at the ends, of which people are told."""
    return tuple([column for column, text in enumerate(texts, start=1) if not text.isprintable() and _is_mended(text)])


def heading_text(cell: str) -> str:
    """The cell as a heading: without what stands for a control character, since it only names a field."""
    return _NOT_IN_HEADINGS.sub("", cell)


def cell_text(value: CellValue) -> str:
    """What a workbook's cell holds, as text: whole numbers in full, dates in ISO 8601, nothing in exponents.

    A spreadsheet keeps a phone number as the float 13800138000.0 and shows 1.38E+10; the digits are all there.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _plain_number(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def is_cut_number(text: str) -> bool:
    """Whether a spreadsheet wrote a long number such as a phone as 1.38E+10 and so lost its digits."""
    return "+" in text and _CUT_NUMBER.match(text) is not None


def is_spreadsheet_error(text: str) -> bool:
    """Whether the cell holds the failure of a formula, for example #N/A."""
    return text.startswith("#") and text in _SPREADSHEET_ERRORS


def harmless_cell(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would take it for a formula (CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _seen(found: re.Match[str]) -> str:
    """What stands in the place of something unseen."""
    unseen = found[0]
    if unseen == "\r\n":
        return "\n"
    if unseen in _BLANKS:
        return " "
    if unseen < " ":
        return chr(_PICTURES + ord(unseen))
    if unseen <= "\x9f":
        return _PICTURE_OF_DELETE if unseen == "\x7f" else _REPLACEMENT
    return ""


def _is_mended(text: str) -> bool:
    return _UNSEEN.sub(_seen, text).strip() != text.replace("\r\n", "\n").strip()


def _plain_number(value: float) -> str:
    """A float with the 15 digits a spreadsheet keeps, without exponent or trailing zeros."""
    number = Decimal(f"{value:.15g}")
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
