import resource
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from chassis.imports import refusals
from chassis.imports.reading import find_shape, read_batches, read_rows
from chassis.imports.shape import FileFormat, Shape
from chassis.imports.xlsx_formulas import failed_formulas
from chassis.imports.xlsx_scan import refuse_dangerous_workbook
from tests.unit.imports.files import a_text_file, a_workbook, with_sheet_xml

SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def known(cell: str) -> bool:
    return cell in {"公司", "电话", "company", "phone"}


def shape_of(path: Path) -> Shape:
    return find_shape(path, is_known_header=known)


def rows_of(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.line, row.cells) for row in read_rows(path, shape_of(path))]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_chinese_text_is_read_in_each_encoding_that_excel_and_wps_write(
    tmp_path: Path, encoding: str, found: str
) -> None:
    path = a_text_file(tmp_path, "公司,电话\r\n杭州云帆科技有限公司,13800138000\r\n", encoding)
    assert shape_of(path).encoding == found
    assert shape_of(path).headers == ("公司", "电话")
    assert rows_of(path) == [(2, ("杭州云帆科技有限公司", "13800138000"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_evenness_of_the_rows(tmp_path: Path, delimiter: str) -> None:
    lines = [("公司", "电话"), ("甲, 乙; 丙|丁 公司".replace(delimiter, " "), "1"), ("戊", "2")]
    path = a_text_file(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert shape_of(path).delimiter == delimiter
    assert len(rows_of(path)[0][1]) == 2


def test_a_row_is_named_by_the_line_it_begins_on_also_after_a_cell_of_several_lines(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, '公司,电话\n"甲\n乙",1\n\n丙,2\n')
    assert rows_of(path) == [(2, ("甲\n乙", "1")), (5, ("丙", "2"))]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, "2026年上海展会线索,\n,\n公司,电话\n甲,1\n")
    assert shape_of(path).header_line == 3
    assert rows_of(path) == [(4, ("甲", "1"))]


def test_of_a_heading_that_never_ends_its_beginning_is_kept(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, f"公司,{'(' * 100_000}\n甲,1\n")
    assert shape_of(path).headers == ("公司", "(" * 200)


def test_a_stray_quote_spoils_its_own_row_only_which_is_kept_as_it_was_written(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, '公司,电话\r\n"甲\r\n丁"乙,1\r\n丙,2\r\n')
    assert [(row.line, row.cells, row.problem) for row in read_rows(path, shape_of(path))] == [
        (2, ('"甲\r\n丁"乙,1',), "ROW_QUOTES_MALFORMED"),
        (4, ("丙", "2"), ""),
    ]


def test_a_row_with_a_stray_quote_is_no_header(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, '"名单"一\n公司,电话\n甲,1\n')
    assert shape_of(path).headers == ("公司", "电话")
    with pytest.raises(refusals.FileBroken):
        shape_of(a_text_file(tmp_path, '"公司"一\n'))


def test_a_cell_longer_than_the_csv_module_reads_by_itself_is_one_cell_of_its_row(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, f"公司,电话\n甲,1\n{'乙' * 140_000},2\n丙,3\n")
    assert [(line, len(company), phone) for line, (company, phone) in rows_of(path)] == [
        (2, 1, "1"),
        (3, 140_000, "2"),
        (4, 1, "3"),
    ]


def test_a_quote_that_is_never_closed_is_told_by_its_line_however_long_the_file_is(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, '公司,电话\n"甲,1\n' + "乙,2\n" * 50_000)
    with pytest.raises(refusals.FileQuoteNotClosed) as refusal:
        shape_of(path)
    assert refusal.value.line == 2


def test_a_row_with_more_cells_than_the_header_is_reported(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, "公司,电话\n甲,1,2\n乙,1,,\n")
    assert [row.problem for row in read_rows(path, shape_of(path))] == ["ROW_WIDER_THAN_HEADER", ""]


def test_a_quote_that_is_never_closed_refuses_the_file_with_its_line(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, '公司,电话\n甲,1\n"乙,2\n丙,3\n')
    with pytest.raises(refusals.FileQuoteNotClosed) as refusal:
        shape_of(path)
    assert refusal.value.line == 3


def test_formulas_and_control_characters_stay_text_and_what_was_mended_is_known(tmp_path: Path) -> None:
    path = a_text_file(
        tmp_path, "公司,电话\n=HYPERLINK(1),'0571\u200b-1\n'甲' 公司,2\x072\n丙\x0b丁,\u202d3\u202c\n戊\t,4\n"
    )
    assert [(row.line, row.cells, row.mended) for row in read_rows(path, shape_of(path))] == [
        (2, ("=HYPERLINK(1)", "0571-1"), (2,)),
        (3, ("'甲' 公司", "2␇2"), (2,)),
        (4, ("丙 丁", "3"), (1, 2)),
        (5, ("戊", "4"), ()),
    ]


def test_control_characters_of_a_workbook_stay_text_as_well(tmp_path: Path) -> None:
    rows: list[list[object]] = [["公司", "电话", "人数"], ["甲\x0b乙", "\u202d1\u202c", 3], ["丙", 2]]
    path = a_workbook(tmp_path, rows, left=1)
    assert [(row.cells, row.mended) for row in read_rows(path, shape_of(path))] == [
        (("", "甲 乙", "1", "3"), (2, 3)),
        (("", "丙", "2", ""), ()),
    ]


def test_a_row_of_marks_that_nobody_sees_is_empty(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, "公司,电话\n\u202d\u202c,\u200b\n甲,1\n")
    assert rows_of(path) == [(3, ("甲", "1"))]


def test_a_heading_is_read_without_control_characters(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, "名单\n公\x07司\x0b,\u202a电\u200d话\u202c\n甲,1\n")
    shape = find_shape(path, is_known_header=lambda cell: cell in {"公司", "电话"})
    assert (shape.header_line, shape.headers) == (2, ("公司", "电话"))


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", refusals.FileEmpty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", refusals.FileFormatOldExcel),
        (b"%PDF-1.7 ...", refusals.FileFormatUnknown),
        (b"company,phone\nab\x00c,1\n", refusals.FileFormatUnknown),
        (b"company,phone\n\xff\xff\xff,1\n", refusals.FileEncodingUnknown),
        (b"company,phone\n", refusals.FileWithoutRows),
        (b"\n\n  \n", refusals.FileWithoutRows),
        (b"PK\x03\x04 not a zip", refusals.FileBroken),
        (b"a" * (20 * 1024 * 1024 + 1), refusals.FileTooLarge),
        (b",".join([b"x"] * 201) + b"\n1\n", refusals.FileHasTooManyColumns),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(tmp_path: Path, content: bytes, refused: type[Exception]) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(refused):
        shape_of(path)


def test_a_workbook_gives_phones_in_full_and_dates_in_iso(tmp_path: Path) -> None:
    path = a_workbook(
        tmp_path,
        [["公司", "电话", "日期"], ["甲", 13800138000.0, datetime(2026, 1, 2)], ["=1+1", 0.1 + 0.2, True]],  # noqa: DTZ001 - a cell has no zone
        top=1,
        left=2,
    )
    assert shape_of(path).format is FileFormat.XLSX
    assert shape_of(path).headers == ("", "", "公司", "电话", "日期")
    assert rows_of(path) == [(3, ("", "", "甲", "13800138000", "2026-01-02")), (4, ("", "", "=1+1", "0.3", "true"))]


def test_a_failed_formula_of_a_workbook_is_read_as_what_the_spreadsheet_shows(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("空")
        sheet = workbook.add_worksheet("线索 & 商机")
        sheet.write_row("B3", ["公司", "电话"])
        sheet.write_row("B4", ["甲"])
        sheet.write_formula("C4", "=1/0", value="#DIV/0!")
        sheet.write_formula("C6", "=NA()", value="#N/A")
    assert rows_of(path) == [(4, ("", "甲", "#DIV/0!")), (6, ("", "", "#N/A"))]


def test_a_failure_is_found_in_a_sheet_that_does_not_say_where_its_cells_stand(tmp_path: Path) -> None:
    cells = b"<row><c><v>1</v></c></row><row><c><v>2</v></c><c t='e'><f>x</f><v>#FIELD!</v></c></row>"
    path = with_sheet_xml(a_workbook(tmp_path, [["公司"]]), SHEET % cells)
    assert failed_formulas(path, "Sheet1") == {2: {2: "#VALUE!"}}


@pytest.mark.parametrize(
    ("sheet", "refused"),
    [
        (
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
            refusals.FileHasTooManyRows,
        ),
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row>', refusals.FileHasTooManyColumns),
        (b'<row r="1000"><c r="CZ1000"><v>1</v></c></row>', refusals.FileExpandsTooMuch),
        (b"<row>" + b"<c/>" * 5_001 + b"</row>", refusals.FileExpandsTooMuch),
        (b" " * (4 * 1024 * 1024), refusals.FileExpandsTooMuch),
    ],
)
def test_a_workbook_that_would_exhaust_the_process_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: bytes, refused: type[Exception]
) -> None:
    monkeypatch.setattr("chassis.imports.xlsx_scan.MAX_UNPACKED_MIB", 3)
    monkeypatch.setattr("chassis.imports.xlsx_scan.MAX_CELLS", 5_000)
    path = with_sheet_xml(a_workbook(tmp_path, [["公司"]]), SHEET % sheet)
    with pytest.raises(refused):
        refuse_dangerous_workbook(path)


FIRST_CELL = b'<row r = "1"><c r = "A1"><v>1</v></c></row>'
FAR_CELL = SHEET % (FIRST_CELL + b'<row r\n=\n"400000"><c r\n=\n"XFD400000"><v>1</v></c></row>')


@pytest.mark.parametrize(
    "hostile",
    [
        lambda workbook: with_sheet_xml(workbook, FAR_CELL),
        lambda workbook: with_sheet_xml(workbook, FAR_CELL.replace(b'"400000"', b"'400000'")),
        lambda workbook: with_sheet_xml(workbook, FAR_CELL, place="xl/sheets/a.xml"),
        lambda workbook: with_sheet_xml(workbook, FAR_CELL.replace(b"r\n=", b"r" + b" " * 3_000_000 + b"=")),
    ],
    ids=["blanks", "quotes", "elsewhere", "pieces"],
)
def test_a_workbook_that_ends_its_parser_is_refused_and_the_service_lives_on(
    tmp_path: Path, hostile: Callable[[Path], Path]
) -> None:
    path = hostile(a_workbook(tmp_path, [["公司"], ["甲"]]))
    with pytest.raises((refusals.FileExpandsTooMuch, refusals.FileHasTooManyRows)):
        shape_of(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # KiB


def test_a_workbook_in_an_unusual_place_of_its_archive_is_read_nevertheless(tmp_path: Path) -> None:
    cells = b'<row r = "1"><c r = \'A1\'><v>1</v></c></row><row r = "2"><c r = "A2"><v>2</v></c></row>'
    path = with_sheet_xml(a_workbook(tmp_path, [["公司"]]), SHEET % cells, place="xl/sheets/a.xml")
    assert rows_of(path) == [(2, ("2",))]


def test_the_program_that_reads_workbooks_knows_none_of_the_services_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_SECRET", "hush")
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nenv >&2\nenv > environment\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(program))
    with pytest.raises(refusals.FileExpandsTooMuch):
        shape_of(a_workbook(tmp_path, [["公司"], ["甲"]]))
    assert "PYTHONPATH" in (tmp_path / "environment").read_text()
    assert "hush" not in (tmp_path / "environment").read_text()


def test_reading_goes_on_after_any_line_in_batches(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, "公司,电话\n" + "".join(f"公司{n},{n}\n" for n in range(10)))
    shape = Shape.from_mapping(shape_of(path).to_mapping())
    batches = list(read_batches(path, shape, after_line=4, size=5))
    assert [[row.line for row in batch] for batch in batches] == [[5, 6, 7, 8, 9], [10, 11]]
    assert shape.row_count == 10
