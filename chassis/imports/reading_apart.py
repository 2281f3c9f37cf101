"""The program that reads a file's rows: `python -m chassis.imports.reading_apart`, its order on standard input.

All that can be worked out of a row without the database is worked out here, beside the service and not within it. It
writes batch after batch until the pipe is full, so that it is never far ahead, and is gone when nobody reads any more.
"""

import gc
import pickle
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from chassis.imports.apart import go_first, told
from chassis.imports.reading import read_batches
from chassis.imports.refusals import FileRefused
from chassis.imports.rows import RowReader
from chassis.imports.shape import Shape

LENGTH = 4  # bytes before each batch that say how many follow
NO_MORE: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOrder:
    """Which rows of which file are read, how many at once, and how."""

    path: Path
    shape: Shape
    after_line: int
    size: int
    reader: RowReader[Any]


def main() -> None:
    """Write every batch as one JSON text, at last an empty one; a refused file is told in its place."""
    go_first()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # the service is gone
    order: ReadingOrder = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from the service, which started us
    gc.freeze()
    out = sys.stdout.buffer
    try:
        for rows in read_batches(order.path, order.shape, after_line=order.after_line, size=order.size):
            reader = order.reader
            _write(out, orjson.dumps([row.packed(reader.reading) for row in reader.read(rows)]))
    except FileRefused as refusal:
        _write(out, orjson.dumps({"refusal": told(refusal).decode()}))
    else:
        _write(out, orjson.dumps(NO_MORE))


def _write(out: BinaryIO, text: bytes) -> None:
    out.write(len(text).to_bytes(LENGTH))
    out.write(text)
    out.flush()


if __name__ == "__main__":
    main()
