"""The embedded NATS server with JetStream, kept in one folder, on a free port of the loopback."""

import json
import signal
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from chassis.streaming.permissions import permissions
from chassis.streaming.streams import declared
from deploy.local.home import write_private
from deploy.local.process import end, end_leftover, start, wait_until

ANY_PORT = -1
OPERATOR = "operator"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Nats:
    """A running server; started again on the same port, its clients find it again."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    passwords: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def operator_url(self) -> str:
        """Where somebody connects who may read and do everything: an operator, a bench, a test."""
        return f"nats://{OPERATOR}:{self.passwords[OPERATOR]}@127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop in order; what was acknowledged stays."""
        end(self.process)

    def kill(self) -> None:
        """Die as in a crash."""
        end(self.process, by=signal.SIGKILL)


def start_nats(
    folder: Path,
    *,
    port: int = ANY_PORT,
    durable: bool = True,
    log: Path | None = None,
    passwords: Mapping[str, str] | None = None,
) -> Nats:
    """Start the server whose streams are kept in `folder`; without a port it picks a free one.

    With passwords, each service is a user that may do its own work only, and `operator` one that may do all; without,
    whoever reaches the port may do everything, which suits a test.

    `durable` forces every acknowledged message to the disk: with the default interval of two minutes a power
    cut lost 106,553 acknowledged messages.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    configuration, pid_file, log = folder / "nats.conf", folder / "nats.pid", log or folder / "nats.log"
    end_leftover(pid_file, program="nats-server", folder=folder, by=signal.SIGTERM)
    for stale in folder.glob("*.ports"):
        stale.unlink()
    settings = _configuration(folder, pid_file, port=port, durable=durable)
    if passwords:
        settings["authorization"] = {"users": [_user(name, password) for name, password in passwords.items()]}
    write_private(configuration, json.dumps(settings, indent=2))
    process = start([program(), "-c", configuration], log=log, death_signal=signal.SIGTERM)
    ports = folder / f"nats-server_{process.pid}.ports"
    wait_until(lambda: _port(ports) > 0, process=process, log=log, name="NATS", seconds=30)
    return Nats(process, folder, _port(ports), passwords or {})


def _configuration(folder: Path, pid_file: Path, *, port: int, durable: bool) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "server_name": "millrace-local",
        "ports_file_dir": str(folder),
        "pid_file": str(pid_file),
        "max_payload": MIB,
        "jetstream": {
            "store_dir": str(folder),
            "sync_interval": "always" if durable else "2m",
            "max_memory_store": 64 * MIB,
            "max_file_store": 16 * 1024 * MIB,
        },
    }


def _user(name: str, password: str) -> dict[str, object]:
    user: dict[str, object] = {"user": name, "password": password}
    if name == OPERATOR:
        return user
    return {**user, "permissions": asdict(permissions(name, declared().values()))}


def _port(ports: Path) -> int:
    try:
        urls = json.loads(ports.read_text())["nats"]
    except (FileNotFoundError, json.JSONDecodeError):
        return 0
    return int(urls[0].rsplit(":", 1)[1])


def program() -> Path:
    """The server's program, from its wheel."""
    return Path(sysconfig.get_path("scripts")) / "nats-server"
