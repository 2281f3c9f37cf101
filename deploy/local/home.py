"""The state folder of a local installation: what stands where, its secrets, and who is at work in it."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LARGEST_LOG = 20 * 1024 * 1024


class HomeInUse(Exception):  # noqa: N818 - says what is wrong
    """Another runner is at work in the same folder."""


@dataclass(frozen=True)
class Home:
    """The folder `MILLRACE_HOME`; readable by its owner only."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Home":
        """The folder, made when it is not there yet."""
        home = cls(folder.resolve())
        for part in (home.folder, home.logs, home.secrets, home.ready):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home

    @property
    def logs(self) -> Path:
        """What the programs say, one file each."""
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        """Secrets made at the first start, one file each."""
        return self.folder / "secrets"

    @property
    def ready(self) -> Path:
        """Where programs tell that they serve, and where."""
        return self.folder / "ready"

    @property
    def demo_accounts(self) -> Path:
        """The accounts of the demo data: email, role, password."""
        return self.folder / "demo-accounts.json"

    @property
    def migrated(self) -> Path:
        """Tells which code brought the databases to their tables."""
        return self.folder / "migrated"

    @property
    def demo_week(self) -> Path:
        """How many weeks of the demo data are loaded."""
        return self.folder / "demo-week"

    @property
    def demo_cases(self) -> Path:
        """How far the sales of the demo data are carried on."""
        return self.folder / "demo-cases.json"

    @property
    def clock(self) -> Path:
        """Tells the programs which time it is while the demo data is loaded."""
        return self.folder / "clock"

    @property
    def demo_loaded(self) -> Path:
        """Stands here once the demo data is loaded."""
        return self.folder / "demo-loaded"

    def log(self, name: str) -> Path:
        """The log of a program; the one before is kept when it grew large."""
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(self.logs / f"{name}.1.log")
        return log

    def secret(self, name: str) -> Path:
        """The file of a secret of 256 bits, made once."""
        path = self.secrets / name
        if not path.exists():
            write_private(path, secrets.token_hex(32))
        return path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other runner out while this one works here, however it ends; raises HomeInUse."""
        with (self.folder / "runner.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                raise HomeInUse(f"Millrace already runs in {self.folder}; stop it first.") from taken
            yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
