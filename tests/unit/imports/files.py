"""Small files written as people's programs write them."""

import zipfile
from pathlib import Path

import xlsxwriter


def a_text_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A text file as an editor saves it, line ends as given."""
    path = folder / "leads.csv"
    path.write_bytes(text.encode(encoding))
    return path


def a_workbook(folder: Path, rows: list[list[object]], *, top: int = 0, left: int = 0) -> Path:
    """A workbook with one sheet whose table begins `top` rows down and `left` columns to the right."""
    path = folder / "leads.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate(rows, start=top):
            for column, cell in enumerate(cells, start=left):
                sheet.write(row, column, cell)
    return path


def with_sheet_xml(workbook: Path, xml: bytes) -> Path:
    """The workbook with the XML of its sheet replaced by a forger's."""
    forged = workbook.with_name("forged.xlsx")
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(forged, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            is_sheet = entry.filename.startswith("xl/worksheets/")
            target.writestr(entry.filename, xml if is_sheet else source.read(entry))
    return forged
