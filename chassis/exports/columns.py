"""Which columns an export has."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from kernel.errors import InvalidField

# What a cell holds: a text, or a number with which a spreadsheet can reckon; None for nothing.
Cell: TypeAlias = str | int | Decimal | None


@dataclass(eq=False, kw_only=True)
class ExportColumnUnknown(InvalidField):
    """There is no such column."""

    reason = "EXPORT_COLUMN_UNKNOWN"

    column: str


@dataclass(eq=False, kw_only=True)
class ExportColumnTwice(InvalidField):
    """The same column is named twice."""

    reason = "EXPORT_COLUMN_TWICE"

    column: str


def choose_columns(
    asked: Sequence[str], *, usual: Sequence[str], known: Container[str], custom: str = ""
) -> tuple[str, ...]:
    """The columns that were asked for, in that order; the usual ones where none was.

    `custom` is how a column begins that holds a field an administrator added: there is one for every key. Raises
    ExportColumnUnknown, ExportColumnTwice.
    """
    for place, column in enumerate(asked):
        is_custom = bool(custom) and column.startswith(custom) and column != custom
        if column not in known and not is_custom:
            raise ExportColumnUnknown(field=f"fields[{place}]", column=column)
        if column in asked[:place]:
            raise ExportColumnTwice(field=f"fields[{place}]", column=column)
    return tuple(asked) or tuple(usual)
