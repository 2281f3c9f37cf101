"""A file of refused rows that comes back: which columns we added to it, and which of its rows nobody has mended."""

from collections.abc import Sequence
from functools import cache

from chassis.imports.shape import Row
from chassis.texts import LOCALES, Texts

QUOTES_MALFORMED = "ROW_QUOTES_MALFORMED"
ADDED_HEADINGS = ("IMPORT_LINE", "IMPORT_ERRORS")


def own_width(headers: Sequence[str]) -> int:
    """How many columns are the list's own; line and errors, which we added to its refused rows, are the last two."""
    width = len(headers) - len(ADDED_HEADINGS)
    added = tuple(headers[width:]) if width > 0 else ()
    return width if added in _added() else len(headers)


def still_malformed(row: Row, *, width: int) -> bool:
    """Whether the row still stands whole in its first cell, as we wrote it because its quotes were malformed.

    It reads like a row with one cell filled and would come in so. Dividing it into its cells, taking the quotation
    marks out of it, or emptying the cell of its errors says that it is mended.
    """
    first, *others = row.cells[:width]
    errors = row.cells[width + 1 : width + 2]
    return '"' in first and not any(others) and bool(errors) and errors[0] in _malformed()


@cache
def _added() -> frozenset[tuple[str, ...]]:
    texts = Texts()
    return frozenset(tuple(texts.render(each, {}, locale) for each in ADDED_HEADINGS) for locale in LOCALES)


@cache
def _malformed() -> frozenset[str]:
    texts = Texts()
    return frozenset(texts.render(QUOTES_MALFORMED, {}, locale) for locale in LOCALES)
