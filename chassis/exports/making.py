"""Making the file of an export: a few rows at a time, off the loop, within a minute."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chassis.exports.columns import Cell
from chassis.exports.writing import FileKind, open_table
from chassis.places import Places
from kernel.errors import DeadlinePassed, Kind, Refusal

MOST_ROWS = 100_000
# How long a file may be in the making: whoever waits for it at the gateway waits no longer.
SECONDS = 55.0
# Each holds a connection and much of a processor while its file is made; whoever only reads must not wait for them.
_AT_ONCE = 2
_PIECE = 256 * 1024


@dataclass(eq=False, kw_only=True)
class ExportTooLarge(Refusal):
    """The list has more rows than one file may; a narrower filter parts it."""

    kind = Kind.RULE_VIOLATION
    reason = "EXPORT_TOO_LARGE"

    most: int = MOST_ROWS


@dataclass(eq=False, kw_only=True)
class ExportsBusy(Refusal):
    """As many files are in the making as one process makes at once."""

    kind = Kind.TOO_MANY
    reason = "EXPORTS_BUSY"

    most: int = _AT_ONCE


@dataclass(slots=True)
class Making:
    """Where a process makes the files of its exports."""

    _places: Places = field(default_factory=lambda: Places(_AT_ONCE))

    @contextlib.contextmanager
    def place(self) -> Iterator[Path]:
        """A place on disk for one file, gone afterwards; raises ExportsBusy."""
        scratch = tempfile.TemporaryDirectory(prefix="millrace-export-")
        with self._places.one("exports", full=ExportsBusy), scratch as at:
            yield Path(at) / "file"

    async def make(
        self, path: Path, kind: FileKind, *, headings: Sequence[str], rows: AsyncIterable[Sequence[Sequence[Cell]]]
    ) -> int:
        """Write the headings and all rows, some at a time; how many rows there were.

        Raises DeadlinePassed where it takes longer than anybody waits for it.
        """
        total, table = 0, open_table(kind, path)
        try:
            async with asyncio.timeout(SECONDS):
                await asyncio.to_thread(table.write, [headings])
                async for some in rows:
                    await asyncio.to_thread(table.write, some)
                    total += len(some)
        except TimeoutError:
            raise DeadlinePassed from None
        finally:
            await asyncio.to_thread(table.close)
        return total


def check_size(rows: int) -> None:
    """Pass for a list that one file may hold; raises ExportTooLarge."""
    if rows > MOST_ROWS:
        raise ExportTooLarge


async def pieces_of(path: Path) -> AsyncGenerator[bytes, None]:
    """The file in pieces, as fast as they are taken."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
