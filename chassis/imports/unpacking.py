"""The program that reads a workbook: `python -m chassis.imports.unpacking WORKBOOK ROWS SHEET`.

It runs apart from the service and within limits, because the parser trusts what a workbook says of itself: one cell
that claims to stand in row 400,000 of the last column makes it ask for a hundred gigabytes, and end its process.
"""

import resource
import sys
from itertools import count
from pathlib import Path

import orjson
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from chassis.imports.apart import go_first, told
from chassis.imports.cells import cell_text, mended_columns
from chassis.imports.refusals import FileBroken, FileExpandsTooMuch, FileRefused, FileWithoutRows
from chassis.imports.xlsx_formulas import Failures, failed_formulas
from chassis.imports.xlsx_scan import MAX_CELLS, MAX_UNPACKED_MIB, refuse_dangerous_workbook

REFUSED = 10
_MEMORY = 1536 * 1024 * 1024
_WRITTEN = 512 * 1024 * 1024
_CPU_SECONDS = 60


def main(workbook: Path, rows: Path, sheet: str) -> int:
    """Write the sheet's name and its filled rows, one JSON text a line; a refusal goes to standard output.

    Without a name it is the first visible sheet that holds anything. Any other end than these two is a workbook that
    broke the parser.
    """
    _stay_small()
    try:
        refuse_dangerous_workbook(workbook)
        content = _sheet(workbook, sheet)
        _write(content, failed_formulas(workbook, content.name), rows)
    except FileRefused as refusal:
        sys.stdout.buffer.write(told(refusal))
        return REFUSED
    return 0


def _stay_small() -> None:
    """Whatever the library does costs this process only, and only so much."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_WRITTEN, _WRITTEN))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    go_first()


def _sheet(path: Path, name: str) -> CalamineSheet:
    try:
        workbook = CalamineWorkbook.from_path(path)
        content = workbook.get_sheet_by_name(name) if name else _first_sheet(workbook)
    except (CalamineError, PasswordError, XmlError, ZipError, OSError) as error:
        raise FileBroken from error
    if content is None:
        raise FileWithoutRows
    if content.height * content.width > MAX_CELLS:
        raise FileExpandsTooMuch(limit_mib=MAX_UNPACKED_MIB)
    return content


def _first_sheet(workbook: CalamineWorkbook) -> CalamineSheet | None:
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            content = workbook.get_sheet_by_name(sheet.name)
            if content.height:
                return content
    return None


def _write(content: CalamineSheet, failures: Failures, rows: Path) -> None:
    """Each row with the number the spreadsheet shows; columns are counted from A.

    The parser tells a failed formula as an empty cell; what the spreadsheet shows there is put in its place.
    """
    left = [""] * (content.start[1] if content.start else 0)
    with rows.open("wb") as file:
        file.write(orjson.dumps(content.name) + b"\n")
        for line, cells in zip(count(1), content.iter_rows(), strict=False):
            texts = left + [cell_text(cell) for cell in cells]
            mended = mended_columns(left + [cell if isinstance(cell, str) else "" for cell in cells])
            for column, failure in failures.get(line, {}).items():
                texts += [""] * (column - len(texts))
                texts[column - 1] = failure
            if any(texts):
                file.write(orjson.dumps([line, texts, mended]) + b"\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
