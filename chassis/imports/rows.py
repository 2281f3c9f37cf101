"""From the cells of a row to an input, or to everything that is wrong with it."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

from chassis import logs
from chassis.ids import new_id
from chassis.imports.cells import is_cut_number, is_spreadsheet_error
from chassis.imports.kind import ImportKind, Input, Problem, RowRefused
from chassis.imports.mapping import Columns
from chassis.imports.shape import Row
from kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class ReadRow(Generic[Input]):
    """A row after reading: its input, or its problems."""

    line: int
    input: Input | None
    problems: tuple[Problem, ...] = ()


class RowReader(Generic[Input]):
    """Reads the rows of one import; plain computing, to be called from a thread.

    `defects` are the lines that failed through no fault of theirs.
    """

    def __init__(self, kind: ImportKind[Input], columns: Columns) -> None:
        """Read by the chosen columns."""
        self._kind = kind
        self._paths = [(column - 1, path) for column, path in sorted(columns.items())]
        self._columns = {path: column for column, path in columns.items()}
        self._exact = sorted(field.path for field in kind.fields if field.exact)
        self._longest = {field.path: field.longest for field in kind.fields}
        self.defects: list[int] = []
        self._log = logs.get_logger()

    def read(self, rows: Sequence[Row]) -> list[ReadRow[Input]]:
        """Each row as an input or as its problems."""
        return [self._read(row) for row in rows]

    def located(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The problems with the column their field came from."""
        return tuple(replace(problem, column=self._columns.get(problem.field, problem.column)) for problem in problems)

    def failed(self, line: int, error: Exception) -> ReadRow[Input]:
        """The row that met a defect of ours, refused with an error id under which the log tells more."""
        self.defects.append(line)
        error_id = str(new_id())
        self._log.error("import_row_failed", error_id=error_id, error=type(error).__name__, stack=stack_of(error))
        return ReadRow(line, None, (Problem(code="ROW_FAILED", parameters={"error_id": error_id}),))

    def _read(self, row: Row) -> ReadRow[Input]:
        if row.problem:
            return ReadRow(row.line, None, (Problem(code=row.problem),))
        cells = row.cells
        width = len(cells)
        values = {path: cells[place] for place, path in self._paths if place < width and cells[place]}
        problems = [*self._too_long(values), *self._lost_values(values)]
        if problems:
            return ReadRow(row.line, None, self.located(problems))
        try:
            return ReadRow(row.line, self._kind.read_row(values))
        except RowRefused as refused:
            return ReadRow(row.line, None, self.located(refused.problems))
        except Exception as error:  # noqa: BLE001 - a row that meets a defect of ours must not stop the others
            return self.failed(row.line, error)

    def _too_long(self, values: Mapping[str, str]) -> list[Problem]:
        """Cells of more characters than their field may have."""
        longest, most = self._longest, self._kind.longest_custom
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


def refused_row(line: int, refusal: Refusal) -> ReadRow[Any]:
    """The row that a rule refuses by itself."""
    return ReadRow(line, None, (Problem(code=refusal.reason, parameters=refusal.metadata()),))


def stack_of(error: Exception) -> str:
    """Where it happened, without the error's own text, which may hold what the row says of a person."""
    return "".join(traceback.format_tb(error.__traceback__)[-5:])
