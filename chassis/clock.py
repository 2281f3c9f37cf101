"""Which time it is for a process: the machine's, or in a rehearsal the time a file tells.

The demo data is a year of business, and every event, stage and figure of it must bear the day on which it happened. So
the loader writes no dates behind the back of the product: it lets the clock of all processes stand in the past, does
the business of that week, moves on, and takes the file away when it has arrived in the present.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.settings import Environment
from kernel.time import Clock, SystemClock


class FileClock:
    """The instant a file tells, going on from the moment it was written; without the file, the machine's time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, timedelta] = (0, timedelta())

    def now(self) -> datetime:
        """The present instant of the rehearsal, in UTC."""
        return datetime.now(UTC) + self._behind()

    def _behind(self) -> timedelta:
        try:
            written = os.stat(self._path).st_mtime_ns  # noqa: PTH116 - asked at every look at the clock
        except FileNotFoundError:
            return timedelta()
        if written != self._read[0]:
            told = datetime.fromisoformat(self._path.read_text(encoding="utf-8"))
            self._read = written, told - datetime.fromtimestamp(written / 1e9, UTC)
        return self._read[1]


def set_clock(path: Path, instant: datetime) -> None:
    """Let every process that looks at the file go on from the instant, at once and whole."""
    fresh = path.with_suffix(".new")
    fresh.write_text(instant.isoformat(), encoding="utf-8")
    fresh.replace(path)


def clock_of(values: Mapping[str, str]) -> Clock:
    """The clock of a process by its environment."""
    means = "a file that tells the time instead of the machine, in rehearsals and while demo data is loaded; never else"
    path = Environment(values).text("MILLRACE_CLOCK_FILE", "", means=means)
    return FileClock(Path(path)) if path else SystemClock()
