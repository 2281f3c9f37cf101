"""What a file of an export holds, read back as a spreadsheet reads it."""

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from chassis.exports import (
    Cell,
    ExportColumnTwice,
    ExportColumnUnknown,
    ExportsBusy,
    ExportTooLarge,
    FileKind,
    Making,
    check_size,
    choose_columns,
    pieces_of,
)

DANGEROUS = ("=1+1", "+86 138", "-2", "@SUM(A1)", "\tx", "\rx")
KNOWN = ("company_name", "phone")


def made(path: Path, kind: FileKind, *parts: Sequence[Sequence[Cell]]) -> int:
    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        for part in parts:
            yield part

    return asyncio.run(Making().make(path, kind, headings=["名称", "数量"], rows=rows()))


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def read_xlsx(path: Path) -> Sequence[Sequence[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_a_csv_file_begins_with_a_byte_order_mark_and_its_headings(tmp_path: Path) -> None:
    assert made(tmp_path / "file", FileKind.CSV, [["云帆", 3]], [["远景", None]]) == 2
    assert (tmp_path / "file").read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_csv(tmp_path / "file") == [["名称", "数量"], ["云帆", "3"], ["远景", ""]]


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers(tmp_path: Path) -> None:
    made(tmp_path / "file", FileKind.XLSX, [["00123", 3]], [["https://a.example", Decimal("12.5")]])
    assert read_xlsx(tmp_path / "file") == [["名称", "数量"], ["00123", 3.0], ["https://a.example", 12.5]]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_begins_like_a_formula_is_made_harmless_in_either_file(tmp_path: Path, text: str) -> None:
    made(tmp_path / "csv", FileKind.CSV, [[text, 1]])
    made(tmp_path / "xlsx", FileKind.XLSX, [[text, 1]])
    with (tmp_path / "csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][0] == f"'{text}"
    assert str(read_xlsx(tmp_path / "xlsx")[1][0]).startswith("'")


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    made(tmp_path / "file", FileKind.CSV, [["x", Decimal("-2.5")]])
    assert read_csv(tmp_path / "file")[1] == ["x", "-2.5"]


def test_a_text_longer_than_a_cell_may_be_leaves_the_workbook_whole(tmp_path: Path) -> None:
    made(tmp_path / "file", FileKind.XLSX, [["云" * 40_000, 1]])
    assert len(str(read_xlsx(tmp_path / "file")[1][0])) == 32_767


def test_a_file_is_sent_in_pieces_that_are_it(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4_000
    (tmp_path / "file").write_bytes(content)

    async def sent() -> list[bytes]:
        return [piece async for piece in pieces_of(tmp_path / "file")]

    pieces = asyncio.run(sent())
    assert b"".join(pieces) == content
    assert len(pieces) == 4


def test_two_files_are_in_the_making_at_once_and_a_third_is_told_to_come_again() -> None:
    making = Making()
    with making.place() as first, making.place() as second:
        assert first != second
        with pytest.raises(ExportsBusy), making.place():
            pass
    with making.place() as place:
        assert place.parent.exists()
    assert not place.parent.exists()


def test_a_list_of_more_than_a_hundred_thousand_rows_is_exported_in_parts() -> None:
    check_size(100_000)
    with pytest.raises(ExportTooLarge):
        check_size(100_001)


def test_the_columns_are_those_asked_for_in_that_order_or_the_usual_ones() -> None:
    assert choose_columns((), usual=KNOWN, known=KNOWN) == KNOWN
    assert choose_columns(("phone", "custom.size"), usual=KNOWN, known=KNOWN, custom="custom.") == (
        "phone",
        "custom.size",
    )


@pytest.mark.parametrize("asked", ["fax", "custom.", "custom.size"])
def test_a_column_that_does_not_exist_is_named_with_its_place(asked: str) -> None:
    custom = "" if asked == "custom.size" else "custom."
    with pytest.raises(ExportColumnUnknown) as refusal:
        choose_columns(("phone", asked), usual=KNOWN, known=KNOWN, custom=custom)
    assert (refusal.value.field, refusal.value.column) == ("fields[1]", asked)


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(ExportColumnTwice):
        choose_columns(("phone", "phone"), usual=KNOWN, known=KNOWN)
