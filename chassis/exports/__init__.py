"""Taking lists out as files (导出): chosen columns, rows as they stand at one moment, made whole before it is sent."""

from chassis.exports.columns import Cell, ExportColumnTwice, ExportColumnUnknown, choose_columns
from chassis.exports.making import MOST_ROWS, ExportsBusy, ExportTooLarge, Making, check_size, pieces_of
from chassis.exports.writing import FileKind

__all__ = [
    "MOST_ROWS",
    "Cell",
    "ExportColumnTwice",
    "ExportColumnUnknown",
    "ExportTooLarge",
    "ExportsBusy",
    "FileKind",
    "Making",
    "check_size",
    "choose_columns",
    "pieces_of",
]
