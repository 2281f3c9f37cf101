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


def with_sheet_xml(workbook: Path, xml: bytes, *, place: str = "") -> Path:
    """The workbook with the XML of its sheet replaced by a forger's, perhaps in another place of the archive."""
    forged = workbook.with_name("forged.xlsx")
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(forged, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                target.writestr(place or entry.filename, xml)
            elif place and entry.filename == "xl/_rels/workbook.xml.rels":
                usual, moved = b"worksheets/sheet1.xml", place.removeprefix("xl/").encode()
                target.writestr(entry.filename, content.replace(usual, moved))
            else:
                target.writestr(entry.filename, content)
    return forged
