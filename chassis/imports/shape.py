"""How a file is laid out, found once at the upload and stored with the import."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200


class FileFormat(Enum):
    """What kind of file is read."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What must be known to read the file again, from any line, on any replica."""

    format: FileFormat
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_line: int = 1
    headers: tuple[str, ...] = ()
    row_count: int = 0

    def to_mapping(self) -> dict[str, Any]:
        """The shape as plain values, for storage."""
        return {**asdict(self), "format": self.format.value, "headers": list(self.headers)}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Shape":
        """The shape from what `to_mapping` wrote."""
        return cls(**{**values, "format": FileFormat(values["format"]), "headers": tuple(values["headers"])})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its line as an editor or spreadsheet counts, its cells, and why it cannot be read.

    `mended` are the columns, from 1, whose cells held what nobody sees and were made readable.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""
    mended: tuple[int, ...] = ()
