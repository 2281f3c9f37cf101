"""Reading delimited text: which encoding, which delimiter, which rows."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from chassis.imports.cells import clean_text, mended_columns
from chassis.imports.refusals import FileEncodingUnknown, FileFormatUnknown, FileQuoteNotClosed
from chassis.imports.refused_file import QUOTES_MALFORMED
from chassis.imports.shape import MAX_BYTES, Row

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 30
_PIECE = 256 * 1024


def find_encoding(path: Path) -> str:
    """The encoding of the whole text, read in pieces: by its mark, else UTF-8, else GB 18030 (the superset of GBK).

    Refuses bytes that are no text at all, and text that fits none of the encodings.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    failures = [_first_misfit(path, encoding) for encoding in candidates]
    for encoding, failure in zip(candidates, failures, strict=True):
        if failure is None:
            return encoding
    raise FileEncodingUnknown(byte=max(failure or 0 for failure in failures))


def _first_misfit(path: Path, encoding: str) -> int | None:
    """The first byte that does not fit the encoding; None when all fit. Refuses a file with NUL characters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                return read + error.start
            if "\x00" in text:
                raise FileFormatUnknown
            read += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read
    return None


def find_delimiter(path: Path, encoding: str) -> str:
    """The delimiter under which most of the first rows have the same number of columns, more than one."""
    scores = {delimiter: _evenness(path, encoding, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def _evenness(path: Path, encoding: str, delimiter: str) -> tuple[int, int]:
    """How many sample rows share the commonest width over one column, and that width."""
    try:
        rows = (row for row in csv_rows(path, encoding, delimiter) if any(row.cells) and not row.problem)
        sample = list(islice(rows, _SAMPLE_ROWS))
    except FileQuoteNotClosed:
        return (0, 0)
    widths = Counter(len(row.cells) for row in sample if len(row.cells) > 1)
    if not widths:
        return (0, 0)
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return (count, width)


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every row with the line it begins on, a few at a time in memory.

    A row with a stray character after a closing quote comes with a problem, whole and as it is written in one cell, and
    the reading goes on; a quote that is never closed refuses the file, because the rows behind it are lost in one cell.
    """
    # For the whole process, as the module has it: a cell as long as an upload can be read, and is refused by its row.
    csv.field_size_limit(MAX_BYTES)
    taken: list[str] = []
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_remembered(file, taken), delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            taken.clear()
            try:
                texts = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "expected after" not in str(error):
                    raise FileQuoteNotClosed(line=line) from error
                yield Row(line, ("".join(taken).rstrip("\r\n"),), QUOTES_MALFORMED)
                continue
            yield Row(line, tuple([clean_text(text) for text in texts]), mended=mended_columns(texts))


def _remembered(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """The lines, each put down as it is taken."""
    for line in lines:
        taken.append(line)
        yield line
