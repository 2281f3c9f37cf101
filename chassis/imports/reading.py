"""Reading a file of rows, whatever it is: first its shape, then its rows from any line on.

Everything here is plain blocking code over a file on disk; call it from a thread.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from chassis.imports.cells import heading_text
from chassis.imports.csv_reading import csv_rows, find_delimiter, find_encoding
from chassis.imports.mapping import LONGEST_HEADING
from chassis.imports.refusals import (
    FileBroken,
    FileEmpty,
    FileFormatOldExcel,
    FileFormatUnknown,
    FileHasTooManyColumns,
    FileHasTooManyRows,
    FileTooLarge,
    FileWithoutRows,
)
from chassis.imports.refused_file import QUOTES_MALFORMED, own_width, still_malformed
from chassis.imports.shape import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, FileFormat, Row, Shape
from chassis.imports.xlsx_reading import find_sheet, xlsx_rows

_HEADER_WITHIN = 10
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TEXT = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
    b"{\\rtf",
)


def find_shape(path: Path, *, is_known_header: Callable[[str], bool]) -> Shape:
    """How the file is laid out; reads it once from end to end, so that a broken file is refused before it is kept.

    The header is the row among the first ten that names the most known columns (lists often carry a title
    above it), and the first row that holds anything when none names any.
    """
    shape = _format_of(path)
    header = _find_header(list(islice(_all_rows(path, shape), _HEADER_WITHIN)), is_known_header)
    headers = tuple(heading_text(cell)[:LONGEST_HEADING] for cell in _without_empty_end(header.cells))
    if len(headers) > MAX_COLUMNS:
        raise FileHasTooManyColumns(limit=MAX_COLUMNS)
    shape = replace(shape, header_line=header.line, headers=headers)
    row_count = 0
    for _ in read_rows(path, shape):
        row_count += 1
        if row_count > MAX_ROWS:
            raise FileHasTooManyRows(limit=MAX_ROWS)
    if not row_count:
        raise FileWithoutRows
    return replace(shape, row_count=row_count)


def read_rows(path: Path, shape: Shape, *, after_line: int = 0) -> Iterator[Row]:
    """The rows below the header and below `after_line`; rows without any content are passed over."""
    start = max(shape.header_line, after_line)
    width, own = len(shape.headers), own_width(shape.headers)
    for row in _all_rows(path, shape):
        if row.line <= start or not any(row.cells):
            continue
        if row.problem:
            yield row
        elif len(row.cells) > width and any(row.cells[width:]):
            yield replace(row, problem="ROW_WIDER_THAN_HEADER")
        elif own < width and still_malformed(row, width=own):
            yield replace(row, problem=QUOTES_MALFORMED)
        else:
            yield row


def read_batches(path: Path, shape: Shape, *, after_line: int, size: int) -> Iterator[list[Row]]:
    """The rows in lists of `size`, the last one shorter."""
    rows = read_rows(path, shape, after_line=after_line)
    while batch := list(islice(rows, size)):
        yield batch


def _format_of(path: Path) -> Shape:
    size = path.stat().st_size
    if not size:
        raise FileEmpty
    if size > MAX_BYTES:
        raise FileTooLarge(limit_mib=MAX_BYTES // 1024 // 1024)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_ZIP):
        return Shape(format=FileFormat.XLSX, sheet=find_sheet(path))
    if start == _OLD_EXCEL:
        raise FileFormatOldExcel
    if start.startswith(_NOT_TEXT):
        raise FileFormatUnknown
    encoding = find_encoding(path)
    return Shape(format=FileFormat.CSV, encoding=encoding, delimiter=find_delimiter(path, encoding))


def _all_rows(path: Path, shape: Shape) -> Iterator[Row]:
    if shape.format is FileFormat.CSV:
        return csv_rows(path, shape.encoding, shape.delimiter)
    return xlsx_rows(path, shape.sheet)


def _find_header(rows: Sequence[Row], is_known_header: Callable[[str], bool]) -> Row:
    filled = [row for row in rows if any(row.cells) and not row.problem]
    if not filled:
        if any(row.problem for row in rows):
            raise FileBroken
        raise FileWithoutRows
    known = [sum(is_known_header(heading_text(cell)) for cell in row.cells) for row in filled]
    return filled[known.index(max(known))]


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]
