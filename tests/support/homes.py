"""Homes of the product after its first start, made once per run and copied.

A first start migrates five databases and lives through the demo data: thirty seconds of a processor. Only the tests of
the first start itself make it anew.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from deploy.local.demo import demo_year, load_demo
from deploy.local.home import Home
from deploy.local.programs import free_address
from deploy.local.stack import Stack


@dataclass
class Homes:
    """Copies of homes: the workers of a run share what is copied, and keep the copies apart."""

    shared: Path
    own: Path
    _numbers: "count[int]" = field(default_factory=count)

    @contextmanager
    def empty(self) -> Iterator[Path]:
        """A folder nothing was started in yet, removed afterwards."""
        home = self.own / f"home-{next(self._numbers)}"
        yield home
        shutil.rmtree(home, ignore_errors=True)

    @contextmanager
    def started_once(self, *, leads: int = 0) -> Iterator[Path]:
        """A home of one's own whose first start, with so many demo leads, is behind it; removed afterwards."""
        with self.empty() as home:
            copy_folder(self._original(leads), home)
            yield home

    def _original(self, leads: int) -> Path:
        original = self.shared / f"first-start-{leads}"
        with held(self.shared / "first-start.lock"):
            if not original.exists():
                with self.empty() as home:
                    start_for_the_first_time(Home.open(home), leads=leads)
                    copy_folder(home, unfinished := original.with_suffix(".unfinished"))
                    unfinished.rename(original)
        return original


def start_for_the_first_time(home: Home, *, leads: int) -> None:
    """What `make run` does with an empty folder; then everything is stopped in order."""
    port = int(free_address().rsplit(":", 1)[1])
    stack = Stack(home, port, demo_year(home), say=lambda _text: None)
    try:
        stack.start()
        load_demo(stack, leads=leads)
    finally:
        stack.stop()


def copy_folder(folder: Path, copy: Path) -> None:
    """Copy with owners, modes and times: PostgreSQL refuses a folder that is another's."""
    subprocess.run(["/bin/cp", "--archive", "--reflink=auto", str(folder), str(copy)], check=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let one worker at a time in, however it ends."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
