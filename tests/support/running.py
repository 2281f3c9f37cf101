"""A process of the product, started as production starts it, and killed as production never should."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.process import DidNotStart, end, last_words, start


@dataclass
class Running:
    """One process: `python -m MODULE ARGUMENTS`, with the addresses it wrote when it was ready."""

    module: str
    folder: Path
    environment: Mapping[str, str]
    arguments: tuple[str, ...] = ("both",)
    addresses: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def rpc(self) -> str:
        """Where it serves, `host:port`."""
        return self.addresses["rpc"]

    @property
    def debug(self) -> str:
        """Where its health and metrics are, `host:port`."""
        return self.addresses["debug"]

    async def start(self, *, within: float = 30) -> "Running":
        """Start it and wait until it says that it is ready."""
        ready, log = self.folder / f"{self.module}.ready", self.folder / f"{self.module}.log"
        ready.unlink(missing_ok=True)
        environment = os.environ | dict(self.environment) | {"MILLRACE_READY_FILE": str(ready)}
        arguments = [sys.executable, "-m", self.module, *self.arguments]
        self.process = start(arguments, log=log, environment=environment)
        for _ in range(int(within / 0.02)):
            if ready.exists() and (text := ready.read_text()):
                self.addresses = json.loads(text)
                return self
            if self.process.poll() is not None:
                break
            await asyncio.sleep(0.02)
        self.kill()
        raise DidNotStart(f"{self.module} did not become ready:\n{last_words(log, 60)}")

    def kill(self) -> None:
        """Kill it with -9, as a crash would."""
        if self.process is not None:
            end(self.process, by=signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """Send SIGTERM and go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    async def stop(self, *, within: float = 30) -> int:
        """Ask it to stop and wait; its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.ask_to_stop()
        return await asyncio.to_thread(self.process.wait, within)
