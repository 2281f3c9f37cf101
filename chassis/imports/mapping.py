"""Which column fills which field: guessed from the headings, checked when somebody chose it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from chassis.imports.refusals import ImportColumnUnknown, ImportFieldTwice, ImportFieldUnknown, ImportWithoutColumns
from chassis.imports.row_reading import ImportField

# Column number from 1 to field path.
Columns = Mapping[int, str]

# What is longer is a text, not a heading, and is not searched for notes.
LONGEST_HEADING = 200
_NOTE = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_NOISE = re.compile(r"[\s_\-.*/:,'\"·、。]+")
_CUSTOM = re.compile(r"custom\.[a-z][a-z0-9_]{0,59}")


def heading_key(heading: str) -> str:
    """The heading without case, width, blanks, punctuation and notes: "Company_Name*（必填）" gives "companyname".

    Empty for a text that is too long to be a heading.
    """
    if len(heading) > LONGEST_HEADING:
        return ""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    without_notes = _NOISE.sub("", _NOTE.sub("", plain))
    return without_notes or _NOISE.sub("", plain)


def heading_index(fields: Iterable[ImportField]) -> dict[str, str]:
    """Every known heading key with the path of its field; the first field to claim a heading keeps it."""
    index: dict[str, str] = {}
    for field in fields:
        for heading in field.headings:
            index.setdefault(heading_key(heading), field.path)
    return index


def knows_heading(fields: Iterable[ImportField]) -> Callable[[str], bool]:
    """A test of whether a cell looks like a heading of one of the fields."""
    index = heading_index(fields)
    return lambda cell: bool(cell) and heading_key(cell) in index


def guess_columns(headers: Sequence[str], fields: Sequence[ImportField], *, allows_custom: bool) -> Columns:
    """The field each column most likely fills; the first of two columns for one field gets it.

    Columns nobody knows are left out. A heading such as "custom.date_of_birth" fills the custom field of that key.
    """
    index = heading_index(fields)
    columns: dict[int, str] = {}
    for column, header in enumerate(headers, start=1):
        path = index.get(heading_key(header), "")
        if not path and allows_custom and _CUSTOM.fullmatch(header.strip().casefold()):
            path = header.strip().casefold()
        if path and path not in columns.values():
            columns[column] = path
    return columns


def check_columns(
    columns: Columns, headers: Sequence[str], fields: Sequence[ImportField], *, allows_custom: bool
) -> Columns:
    """The chosen columns without those left out; refuses unknown fields and columns, and fields filled twice.

    A refusal names the place in the order in which the columns were chosen.
    """
    paths = {field.path for field in fields}
    chosen: dict[int, str] = {}
    for place, (column, path) in enumerate(columns.items()):
        if not 1 <= column <= len(headers):
            raise ImportColumnUnknown(field=f"columns[{place}].column", column=column)
        if not path:
            continue
        if path not in paths and not (allows_custom and _CUSTOM.fullmatch(path)):
            raise ImportFieldUnknown(field=f"columns[{place}].field", value=path, column=column)
        if path in chosen.values():
            raise ImportFieldTwice(field=f"columns[{place}].field", value=path, column=column)
        chosen[column] = path
    if not chosen:
        raise ImportWithoutColumns
    return chosen
