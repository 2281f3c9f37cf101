"""Why a file is refused whole, and what an import may not be asked for."""

from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal


class FileRefused(Refusal):
    """The root of every refusal of a whole file: nothing of it is kept."""

    kind = Kind.INVALID_INPUT


@dataclass(eq=False, kw_only=True)
class FileEmpty(FileRefused):
    """The file has no content."""

    reason = "FILE_EMPTY"


@dataclass(eq=False, kw_only=True)
class FileTooLarge(FileRefused):
    """The file is larger than an import may be."""

    reason = "FILE_TOO_LARGE"

    limit_mib: int


@dataclass(eq=False, kw_only=True)
class FileFormatUnknown(FileRefused):
    """The file is neither text nor an Excel workbook."""

    reason = "FILE_FORMAT_UNKNOWN"


@dataclass(eq=False, kw_only=True)
class FileFormatOldExcel(FileRefused):
    """The file is an Excel 97 workbook (.xls) or an encrypted one; it must be saved as .xlsx without a password."""

    reason = "FILE_FORMAT_OLD_EXCEL"


@dataclass(eq=False, kw_only=True)
class FileBroken(FileRefused):
    """The file says it is a workbook, but cannot be read as one."""

    reason = "FILE_BROKEN"


@dataclass(eq=False, kw_only=True)
class FileExpandsTooMuch(FileRefused):
    """The workbook unpacks to more than a list of leads ever needs (压缩炸弹)."""

    reason = "FILE_EXPANDS_TOO_MUCH"

    limit_mib: int


@dataclass(eq=False, kw_only=True)
class FileEncodingUnknown(FileRefused):
    """The text is neither UTF-8 nor GB 18030 (GBK); `byte` is the first place that fits neither."""

    reason = "FILE_ENCODING_UNKNOWN"

    byte: int


@dataclass(eq=False, kw_only=True)
class FileHasTooManyRows(FileRefused):
    """The file has more rows than one import may take."""

    reason = "FILE_HAS_TOO_MANY_ROWS"

    limit: int


@dataclass(eq=False, kw_only=True)
class FileHasTooManyColumns(FileRefused):
    """The file has more columns than one import may take."""

    reason = "FILE_HAS_TOO_MANY_COLUMNS"

    limit: int


@dataclass(eq=False, kw_only=True)
class FileWithoutRows(FileRefused):
    """The file has a header at most, and no row below it."""

    reason = "FILE_WITHOUT_ROWS"


@dataclass(eq=False, kw_only=True)
class FileQuoteNotClosed(FileRefused):
    """A quotation mark opens a cell and is never closed, so that the rest of the file would vanish into that cell."""

    reason = "FILE_QUOTE_NOT_CLOSED"

    line: int


@dataclass(eq=False, kw_only=True)
class ImportFieldUnknown(InvalidField):
    """A column is to fill what is no field; `value` is what was asked for."""

    reason = "IMPORT_FIELD_UNKNOWN"

    value: str
    column: int


@dataclass(eq=False, kw_only=True)
class ImportFieldTwice(InvalidField):
    """Two columns are to fill the same field."""

    reason = "IMPORT_FIELD_TWICE"

    value: str
    column: int


@dataclass(eq=False, kw_only=True)
class ImportColumnUnknown(InvalidField):
    """The file has no such column."""

    reason = "IMPORT_COLUMN_UNKNOWN"

    column: int


@dataclass(eq=False, kw_only=True)
class ImportColumnTwice(InvalidField):
    """One column is told twice what it is to fill."""

    reason = "IMPORT_COLUMN_TWICE"

    column: int


@dataclass(eq=False, kw_only=True)
class ImportWithoutColumns(Refusal):
    """No column is taken for any field, so that no row could be read."""

    kind = Kind.RULE_VIOLATION
    reason = "IMPORT_WITHOUT_COLUMNS"


@dataclass(eq=False, kw_only=True)
class ImportCannotMove(Refusal):
    """The import does not stand where the wished change begins."""

    kind = Kind.RULE_VIOLATION
    reason = "IMPORT_CANNOT_MOVE"

    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class ImportFileGone(Refusal):
    """The file was forgotten some time after the import ended; what became of its rows is still known."""

    kind = Kind.RULE_VIOLATION
    reason = "IMPORT_FILE_GONE"
