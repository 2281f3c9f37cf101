"""A look through a workbook before it is parsed, for reasons to refuse it that a person can do something about."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from chassis.imports.refusals import (
    FileBroken,
    FileExpandsTooMuch,
    FileFormatUnknown,
    FileHasTooManyColumns,
    FileHasTooManyRows,
)
from chassis.imports.shape import MAX_COLUMNS, MAX_ROWS

MAX_UNPACKED_MIB = 300
MAX_CELLS = 5_000_000
_PIECE = 1024 * 1024
_LOCAL_HEADER = 30
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,7})["']""")
_OPENING = re.compile(rb"<(?:\w+:)?(c|row)[ />]")
# What a place may need in bytes: ` r="XFD1048576"` may be cut by the end of a piece.
_OVERLAP = 32


def refuse_dangerous_workbook(path: Path) -> None:
    """Refuse what is no workbook, unpacks too far, or has a cell so far out that the sheet's area is huge.

    The parser lays a sheet out as a rectangle from its first to its last cell, so that a single cell in
    XFD1048576 would need hundreds of gigabytes. The sizes stated in the archive are not believed. What is hidden from
    this look meets the limits of the process that parses.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not any(entry.filename == "xl/workbook.xml" for entry in entries):
                raise FileFormatUnknown
            _scan_entries(path, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError) as error:
        raise FileBroken from error


def _scan_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    left = MAX_UNPACKED_MIB * 1024 * 1024
    for entry in entries:
        is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        area = _Area()
        for piece in unpacked(path, entry):
            left -= len(piece)
            if left < 0:
                raise FileExpandsTooMuch(limit_mib=MAX_UNPACKED_MIB)
            if is_sheet:
                area.scan(piece)


def unpacked(path: Path, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's content in pieces of bounded size, unpacked without regard to its stated size."""
    if entry.flag_bits & 1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise FileBroken
    with path.open("rb") as file:
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER:
            raise FileBroken
        file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
        left = entry.compress_size
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        while left > 0 and (packed := file.read(min(_PIECE, left))):
            left -= len(packed)
            if entry.compress_type == zipfile.ZIP_STORED:
                yield packed
                continue
            while packed:
                yield inflate.decompress(packed, _PIECE)
                packed = inflate.unconsumed_tail


class _Area:
    """The rectangle a sheet needs, gathered from the places its XML names."""

    def __init__(self) -> None:
        self._tail = b""
        self._rows = 0
        self._columns = 0
        self._cells = 0

    def scan(self, piece: bytes) -> None:
        """Take the next piece of the sheet's XML; refuses the workbook when the rectangle grows too large."""
        text = self._tail + piece
        self._tail = text[-_OVERLAP:]
        for column, row in set(_PLACE.findall(text)):
            self._rows = max(self._rows, int(row))
            self._columns = max(self._columns, column_number(column))
        self._cells += sum(1 for _ in _OPENING.finditer(text))
        if self._rows > MAX_ROWS:
            raise FileHasTooManyRows(limit=MAX_ROWS)
        if self._columns > MAX_COLUMNS:
            raise FileHasTooManyColumns(limit=MAX_COLUMNS)
        if max(self._rows * self._columns, self._cells) > MAX_CELLS:
            raise FileExpandsTooMuch(limit_mib=MAX_UNPACKED_MIB)


def column_number(letters: bytes) -> int:
    """The number of a column by its letters; A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
