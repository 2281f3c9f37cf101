"""Reading Excel workbooks in a process apart: what a workbook does to its parser, it does not do to the service."""

import subprocess
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import orjson

from chassis.imports import unpacking
from chassis.imports.apart import program, refusal_in, surroundings
from chassis.imports.refusals import FileExpandsTooMuch
from chassis.imports.shape import Row
from chassis.imports.xlsx_scan import MAX_UNPACKED_MIB

_SECONDS = 120
# Each may take half a gigabyte, and more before it is refused.
_AT_A_TIME = threading.BoundedSemaphore(2)


def find_sheet(path: Path) -> str:
    """The name of the first visible sheet that holds anything; refuses what is no workbook, or a dangerous one."""
    rows = path.with_name(f"{path.name}.rows")
    _unpack(path, rows, "")
    with rows.open("rb") as file:
        sheet = str(orjson.loads(file.readline()))
    rows.rename(_rows_of(path, sheet))
    return sheet


def xlsx_rows(path: Path, sheet: str) -> Iterator[Row]:
    """The rows of the sheet that hold anything, with the number the spreadsheet shows; columns counted from A.

    They are read from plain lines in a file beside the workbook, which is written at the first reading.
    """
    rows = _rows_of(path, sheet)
    if not rows.exists():
        _unpack(path, rows, sheet)
    with rows.open("rb") as file:
        file.readline()
        for text in file:
            line, cells, mended = orjson.loads(text)
            yield Row(line, tuple(cells), mended=tuple(mended))


def _rows_of(path: Path, sheet: str) -> Path:
    return path.with_name(f"{path.name}.rows-{sha256(sheet.encode()).hexdigest()[:16]}")


def _unpack(path: Path, rows: Path, sheet: str) -> None:
    begun = rows.with_name(f"{rows.name}.begun")
    command = program(unpacking, str(path), str(begun), sheet)
    with _AT_A_TIME:
        try:
            ended = subprocess.run(command, env=surroundings(), check=False, timeout=_SECONDS, capture_output=True)  # noqa: S603 - our own program, and no shell reads its arguments
        except subprocess.TimeoutExpired as error:
            raise FileExpandsTooMuch(limit_mib=MAX_UNPACKED_MIB) from error
    if ended.returncode == unpacking.REFUSED:
        raise refusal_in(ended.stdout)
    if ended.returncode:
        raise FileExpandsTooMuch(limit_mib=MAX_UNPACKED_MIB)
    begun.rename(rows)
