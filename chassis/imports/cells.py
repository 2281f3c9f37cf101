"""From what a cell holds to the plain text that is read."""

import datetime as dt
import re
from decimal import Decimal

CellValue = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

# Marks without width, and what is no character at all: they mean nothing in a cell and hide nothing. Control characters
# stay, and refuse the row (docs/adr/0067).
_WIDTHLESS = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\ufffe\uffff\ud800-\udfff]")
_TEXT_MARKER = re.compile(r"^'(?=[0-9=+\-@\t\r])")
_CUT_NUMBER = re.compile(r"^[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}$")
_SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)


def clean_text(text: str) -> str:
    """The text as people see it: without marks that have no width, outer blanks, and a spreadsheet's text marker.

    A leading apostrophe before a digit or a formula's first character is the spreadsheet's way to say "this is
    text"; everywhere else an apostrophe is part of the text. A formula stays the text it is written as.
    """
    if not text.isprintable():
        text = _WIDTHLESS.sub("", text)
    text = text.strip()
    if text.startswith("'"):
        text = _TEXT_MARKER.sub("", text)
    return text


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


def _plain_number(value: float) -> str:
    """A float with the 15 digits a spreadsheet keeps, without exponent or trailing zeros."""
    number = Decimal(f"{value:.15g}")
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
