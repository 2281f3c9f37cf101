"""Homes of the product after its first start, made once per run and copied.

A first start migrates five databases and lives through the demo data: thirty seconds of a processor.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.support.product import Product


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
        with held(original.with_suffix(".lock")):
            if not original.exists():
                with self.empty() as home:
                    start_for_the_first_time(home, leads=leads)
                    copy_folder(home, unfinished := original.with_suffix(".unfinished"))
                    unfinished.rename(original)
        return original


def start_for_the_first_time(home: Path, *, leads: int) -> None:
    """Start the product in an empty folder by the command that people use, and stop it as they do."""
    product = Product(home, {"MILLRACE_DEMO_LEADS": str(leads)}).start()
    status = product.stop()
    assert status == 0, f"it ended with {status}:\n{product.logs()}"


def copy_folder(folder: Path, copy: Path) -> None:
    """Copy with owners, modes and times: PostgreSQL refuses a folder that is another's."""
    subprocess.run(["/bin/cp", "--archive", "--reflink=auto", str(folder), str(copy)], check=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let one worker at a time in, however it ends."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
