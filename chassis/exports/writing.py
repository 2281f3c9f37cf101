"""Writing rows into a CSV file or a workbook, a few at a time, so that memory holds a few at a time."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from chassis.exports.columns import Cell
from chassis.imports.cells import harmless_cell

_BOM = "utf-8-sig"  # without it Excel reads UTF-8 as the system's code page
# What a cell of a workbook holds at most (Excel specifications and limits); writing more makes a broken file.
_LONGEST = 32_767


class FileKind(Enum):
    """What kind of file rows are written into; the value is how its name ends."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Table(Protocol):
    """A file under way."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add some rows."""

    def close(self) -> None:
        """End it; only then it is whole."""


class CsvTable:
    """Comma-separated values in UTF-8 with a byte order mark."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding=_BOM, newline="")
        self._rows = csv.writer(self._file)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add some rows; what would be taken for a formula is made harmless."""
        self._rows.writerows([_harmless(cell) for cell in row] for row in rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


class XlsxTable:
    """A workbook of one sheet, its first row standing above what is scrolled.

    Rows go to a file beside it one by one; the workbook is packed from that at its end.
    """

    def __init__(self, path: Path) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book: Any = xlsxwriter.Workbook(str(path), options)
        self._sheet: Any = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._next = 0

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add some rows; a text stays a text, also where the sheet is later kept as CSV."""
        for row in rows:
            for column, cell in enumerate(row):
                if isinstance(cell, (int, Decimal)):
                    self._sheet.write_number(self._next, column, cell)
                elif cell:
                    self._sheet.write_string(self._next, column, harmless_cell(cell)[:_LONGEST])
            self._next += 1

    def close(self) -> None:
        """Pack the workbook."""
        self._book.close()


def open_table(kind: FileKind, path: Path) -> Table:
    """A new file at the path."""
    return CsvTable(path) if kind is FileKind.CSV else XlsxTable(path)


def _harmless(cell: Cell) -> str:
    """A number is none of somebody's making: a negative one stays a number."""
    if isinstance(cell, str):
        return harmless_cell(cell)
    return "" if cell is None else str(cell)
