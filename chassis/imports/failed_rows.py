"""The refused rows as a CSV file that people correct in a spreadsheet and import again."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from chassis.imports.cells import harmless_cell
from chassis.imports.lifecycle import Import
from chassis.imports.reading import read_rows
from chassis.imports.refused_file import own_width
from chassis.imports.row_reading import Problem

_PIECE = 64 * 1024
_BOM = "\ufeff"  # without it Excel reads UTF-8 as the system's code page


def failed_rows_csv(
    record: Import,
    *,
    path: Path,
    refused: Mapping[int, Sequence[Problem]],
    headings: Sequence[str],
    word: Callable[[Problem], str],
) -> Iterator[bytes]:
    """The header and the refused rows, each with its line and its errors, in pieces of UTF-8 text.

    `headings` name the two columns added; a cell that a spreadsheet would take for a formula is made harmless. Cells
    behind the last heading stand behind the errors, so that the row is too wide again until somebody mends it; a row
    with malformed quotes stands as it was written in its first cell (`still_malformed`).
    """
    buffer = io.StringIO()
    buffer.write(_BOM)
    writer = csv.writer(buffer)
    headers = record.shape.headers
    width = own_width(headers)
    writer.writerow([harmless_cell(cell) for cell in (*headers[:width], *headings)])
    for row in read_rows(path, record.shape):
        problems = refused.get(row.line)
        if problems is None:
            continue
        cells = [*row.cells[:width], *("",) * (width - len(row.cells))]
        surplus = row.cells[len(headers) :]
        errors = "; ".join(word(problem) for problem in problems)
        writer.writerow([harmless_cell(cell) for cell in (*cells, str(row.line), errors, *surplus)])
        if buffer.tell() >= _PIECE:
            yield from _emptied(buffer)
    yield from _emptied(buffer)


def _emptied(buffer: io.StringIO) -> Iterator[bytes]:
    """What the buffer held; a row may be longer than a piece may be."""
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]
