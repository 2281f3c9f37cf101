"""Our own programs on this machine: started, waited for, started again when they crash."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.home import Home
from deploy.local.process import DidNotStart, end, last_words, start, wait_until

START_SECONDS = 180.0  # a machine that does much else takes its time
LONGEST_PAUSE = 10.0  # killed again and again, it is back before those who repeat a request give up
LOWEST_PORT, HIGHEST_PORT = 15_000, 32_000
CALM_SECONDS = 60.0  # one that ran this long before it crashed starts again at once


@dataclass
class Program:
    """One process of the product: `python -m MODULE ARGUMENTS`."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    home: Home
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    due: float = field(default=0.0)

    @property
    def ready_file(self) -> Path:
        """Where the program writes its addresses once it serves."""
        return self.home.ready / f"{self.name}.json"

    def addresses(self) -> dict[str, str]:
        """Where the program serves: `rpc` or `http`, and `debug`."""
        found: dict[str, str] = json.loads(self.ready_file.read_text())
        return found

    def start(self) -> None:
        """Start it, without waiting."""
        self.ready_file.unlink(missing_ok=True)
        environment = os.environ | dict(self.environment) | {"MILLRACE_READY_FILE": str(self.ready_file)}
        command = [sys.executable, "-m", self.module, *self.arguments]
        self.process = start(command, log=self.home.log(self.name), environment=environment)
        self.started = time.monotonic()

    def wait(self) -> None:
        """Wait until it serves; raises DidNotStart with its last words."""
        assert self.process is not None  # noqa: S101 - called after start
        wait_until(
            lambda: self.ready_file.exists() and self.ready_file.stat().st_size > 0,
            process=self.process,
            log=self.home.log(self.name),
            name=self.name,
            seconds=START_SECONDS,
        )

    def revive(self) -> bool:
        """Start it again when it has crashed and its pause is over; whether it was started."""
        if self.process is None or self.process.poll() is None:
            return False
        now = time.monotonic()
        if not self.due:
            self.crashes = 1 if now - self.started > CALM_SECONDS else self.crashes + 1
            self.due = now + min(LONGEST_PAUSE, 2.0 ** (self.crashes - 1) - 1)
        if now < self.due:
            return False
        self.due = 0.0
        self.start()
        return True

    def stop(self) -> None:
        """Ask it to finish what it has begun, and wait."""
        if self.process is not None:
            end(self.process, seconds=40)
        self.ready_file.unlink(missing_ok=True)


def run_once(name: str, arguments: list[str], *, environment: Mapping[str, str], home: Home) -> None:
    """Run one of our commands to its end; raises DidNotStart when it fails."""
    log = home.log(name)
    process = start([sys.executable, "-m", *arguments], log=log, environment=os.environ | dict(environment))
    if process.wait():
        raise DidNotStart(f"{name} failed:\n{last_words(log)}")


def free_address(*, besides: Collection[str] = ()) -> str:
    """An address of the loopback that nobody listens on, and none of those that others are to have.

    Below the ports the system gives to whoever asks for any: it might give this one away before it is listened on.
    """
    while True:
        port = LOWEST_PORT + secrets.randbelow(HIGHEST_PORT - LOWEST_PORT)
        address = f"127.0.0.1:{port}"
        if address not in besides and is_free(port):
            return address


def is_free(port: int) -> bool:
    """Whether somebody may still listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
