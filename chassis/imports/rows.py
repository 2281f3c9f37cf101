"""From the cells of a row to an input, or to everything that is wrong with it."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic

from chassis.ids import new_id
from chassis.imports.cells import is_cut_number, is_spreadsheet_error
from chassis.imports.mapping import Columns
from chassis.imports.row_reading import ImportField, Input, Problem, RowReading, RowRefused
from chassis.imports.shape import Row
from kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Defect:
    """A row that met a mistake of ours: under which id the log tells of it, which error, and where."""

    error_id: str
    error: str
    stack: str


@dataclass(frozen=True, slots=True)
class ReadRow(Generic[Input]):
    """A row after reading: its input, perhaps with problems that did not refuse it, or the problems that did."""

    line: int
    input: Input | None
    problems: tuple[Problem, ...] = ()
    defect: Defect | None = None

    def packed(self, reading: RowReading[Input]) -> list[object]:
        """The row in what JSON knows."""
        held = None if self.input is None else reading.pack(self.input)
        if not self.problems:
            return [self.line, held]
        defect = asdict(self.defect) if self.defect else None
        return [self.line, held, [asdict(problem) for problem in self.problems], defect]


def unpacked_row(packed: Sequence[Any], reading: RowReading[Input]) -> ReadRow[Input]:
    """The row from what `packed` told."""
    line, held, *more = packed
    read = None if held is None else reading.unpack(held)
    if not more:
        return ReadRow(line, read)
    problems, defect = more
    return ReadRow(line, read, tuple(Problem(**each) for each in problems), Defect(**defect) if defect else None)


class RowReader(Generic[Input]):
    """Reads the rows of one import: plain computing, to be called from a thread or in a process apart."""

    def __init__(
        self, fields: Sequence[ImportField], columns: Columns, reading: RowReading[Input], *, longest_custom: int
    ) -> None:
        """Read by the chosen columns."""
        self.reading = reading
        self._paths = [(column - 1, path) for column, path in sorted(columns.items())]
        self._columns = {path: column for column, path in columns.items()}
        self._exact = sorted(field.path for field in fields if field.exact)
        self._longest = {field.path: field.longest for field in fields}
        self._longest_custom = longest_custom

    def read(self, rows: Sequence[Row]) -> list[ReadRow[Input]]:
        """Each row as an input or as its problems."""
        return [self._read(row) for row in rows]

    def located(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The problems with the column their field came from."""
        return tuple(replace(problem, column=self._columns.get(problem.field, problem.column)) for problem in problems)

    def _read(self, row: Row) -> ReadRow[Input]:
        if row.problem:
            return ReadRow(row.line, None, (Problem(code=row.problem),))
        cells = row.cells
        width = len(cells)
        values = {path: cells[place] for place, path in self._paths if place < width and cells[place]}
        spoiled = [*self._too_long(values), *self._lost_values(values)]
        for problem in spoiled:
            values.pop(problem.field, None)
        try:
            read = self.reading.read(values)
        except RowRefused as refused:
            return ReadRow(row.line, None, self.located([*spoiled, *_still_true(refused.problems, spoiled)]))
        except Exception as error:  # noqa: BLE001 - a row that meets a defect of ours must not stop the others
            return failed_row(row.line, error)
        if spoiled:
            return ReadRow(row.line, None, self.located(spoiled))
        return ReadRow(row.line, read, self._mended(row, values))

    def _mended(self, row: Row, values: Mapping[str, str]) -> tuple[Problem, ...]:
        """The cells that are read otherwise than they were written, told of the row that is taken in."""
        paths = [path for path in values if self._columns[path] in row.mended] if row.mended else ()
        return self.located([Problem(code="CELL_MADE_READABLE", field=path) for path in paths])

    def _too_long(self, values: Mapping[str, str]) -> list[Problem]:
        """Cells of more characters than their field may have."""
        longest, most = self._longest, self._longest_custom
        return [
            Problem(code="CELL_TOO_LONG", field=path, parameters={"limit": str(longest.get(path, most))})
            for path, text in values.items()
            if len(text) > longest.get(path, most)
        ]

    def _lost_values(self, values: Mapping[str, str]) -> list[Problem]:
        """Cells whose value a spreadsheet lost before the file was written."""
        lost = [
            Problem(code="CELL_HOLDS_ERROR", field=path)
            for path, text in values.items()
            if text[0] == "#" and is_spreadsheet_error(text)
        ]
        cut = [path for path in self._exact if is_cut_number(values.get(path, ""))]
        return [*lost, *(Problem(code="NUMBER_CUT_BY_SPREADSHEET", field=path) for path in cut)]


def _still_true(problems: Sequence[Problem], spoiled: Sequence[Problem]) -> Sequence[Problem]:
    """The problems of a row read without its spoiled cells, save those that may be for want of just these cells."""
    lacking = {"", *(problem.field for problem in spoiled)} if spoiled else ()
    return [problem for problem in problems if problem.field not in lacking]


def refused_row(line: int, refusal: Refusal) -> ReadRow[Any]:
    """The row that a rule refuses by itself."""
    return ReadRow(line, None, (Problem(code=refusal.reason, parameters=refusal.metadata()),))


def failed_row(line: int, error: Exception) -> ReadRow[Any]:
    """The row that met a defect of ours, refused with an error id under which the log tells more."""
    error_id = str(new_id())
    problem = Problem(code="ROW_FAILED", parameters={"error_id": error_id})
    return ReadRow(line, None, (problem,), Defect(error_id, type(error).__name__, stack_of(error)))


def stack_of(error: Exception) -> str:
    """Where it happened, without the error's own text, which may hold what the row says of a person."""
    return "".join(traceback.format_tb(error.__traceback__)[-5:])
