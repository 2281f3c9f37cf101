"""Formulas that failed (#DIV/0!, #N/A): the parser of workbooks tells them as empty cells, so they are found here."""

import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from chassis.imports.cells import is_spreadsheet_error
from chassis.imports.refusals import FileBroken
from chassis.imports.xlsx_scan import column_number, unpacked

Failures = Mapping[int, Mapping[int, str]]
_FAILED = re.compile(rb"""\st\s*=\s*["']e["']""")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# What ` t = "e"` may be cut into by the end of a piece.
_OVERLAP = 16
_ANY_FAILURE = "#VALUE!"
_FOLDER = "xl"


def failed_formulas(path: Path, sheet: str) -> Failures:
    """What the failed formulas of a sheet show, by row and column, both counted from 1; refuses broken XML."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
        entry = entries.get(_place_of(path, entries, sheet))
        if entry is None or not _holds_any(unpacked(path, entry)):
            return {}
        reading = _SheetReading()
        _parse(unpacked(path, entry), reading)
    except (ExpatError, ValueError) as error:
        raise FileBroken from error
    return reading.failures


def _holds_any(pieces: Iterable[bytes]) -> bool:
    """Whether the sheet has any such cell: nearly none has, and this look costs little."""
    tail = b""
    for piece in pieces:
        text = tail + piece
        if _FAILED.search(text):
            return True
        tail = text[-_OVERLAP:]
    return False


def _place_of(path: Path, entries: Mapping[str, zipfile.ZipInfo], sheet: str) -> str:
    """Where in the archive a sheet is kept: its relation in the workbook, and the relation's target."""
    related, targets = _Attributes("sheet", "name", "id"), _Attributes("Relationship", "Id", "Target")
    for name, reading in ((f"{_FOLDER}/workbook.xml", related), (f"{_FOLDER}/_rels/workbook.xml.rels", targets)):
        if name in entries:
            _parse(unpacked(path, entries[name]), reading)
    target = targets.found.get(related.found.get(sheet, ""), "")
    return target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"{_FOLDER}/{target}")


class _Attributes:
    """For every element of a name, one of its attributes by another."""

    def __init__(self, element: str, key: str, value: str) -> None:
        self._element, self._key, self._value = element, key, value
        self.found: dict[str, str] = {}

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self._element:
            self.found[attributes.get(self._key, "")] = attributes.get(self._value, "")

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


class _SheetReading:
    """The failed formulas of a sheet; a row or cell that does not say where it stands follows the one before."""

    def __init__(self) -> None:
        self.failures: dict[int, dict[int, str]] = {}
        self._row = self._column = 0
        self._text: list[str] | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif name == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = column_number(place[1].encode()) if place else self._column + 1
            self._row = int(place[2]) if place else self._row
            self._text = [] if attributes.get("t") == "e" else None

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name == "c" and self._text is not None:
            shown = "".join(self._text).strip()
            failures = self.failures.setdefault(self._row, {})
            failures[self._column] = shown if is_spreadsheet_error(shown) else _ANY_FAILURE
        elif self._text is not None and name != "v":
            self._text.clear()  # the formula itself


def _parse(pieces: Iterable[bytes], reading: _Attributes | _SheetReading) -> None:
    parser = ParserCreate()
    parser.StartElementHandler = lambda name, attributes: reading.begin(
        _plain(name), {_plain(each): value for each, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: reading.end(_plain(name))
    parser.CharacterDataHandler = reading.text
    for piece in pieces:
        parser.Parse(piece)
    parser.Parse(b"", True)


def _plain(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2]
