"""The product as a person has it: started by the command, used over HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from deploy.local.programs import free_address

READY = "Millrace is ready at http://"


@dataclass
class Product:
    """`python -m deploy.local up`, or another command that starts everything, in a folder of its own."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: int(free_address().rsplit(":", 1)[1]))
    command: Sequence[str] = ("deploy.local", "up")
    runner: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, until: str = READY) -> "Product":
        """Start it and wait for the line that says it is ready, or for another that begins so."""
        told = os.environ | {"PORT": str(self.port), "MILLRACE_HOME": str(self.home)} | dict(self.environment)
        command = [sys.executable, "-m", *self.command]
        self.runner = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=told)
        assert self.runner.stdout is not None
        self.said = []
        for line in self.runner.stdout:
            self.said.append(line)
            if line.startswith(until):
                return self
        raise AssertionError(f"it ended with {self.runner.wait()}:\n{''.join(self.said)}{self.logs()}")

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Ask the runner to stop; its exit status."""
        assert self.runner is not None
        if self.runner.poll() is None:
            self.runner.send_signal(by)
        self.runner.communicate(timeout=60)
        return self.runner.returncode

    def client(self, role: str = "administrator") -> httpx.Client:
        """A client signed in with the demo account of the role."""
        account = next(account for account in self.accounts() if account["role"] == role)
        return self.client_of(account["email"], account["password"])

    def client_of(self, email: str, password: str) -> httpx.Client:
        """A client signed in as somebody."""
        url = self.url
        body = {"email": email, "password": password}
        session = httpx.post(f"{url}/v1/sessions:signIn", json=body, timeout=10)
        assert session.status_code == 200, session.text
        headers = {"authorization": f"Bearer {session.json()['accessToken']}", "accept-language": "en"}
        return httpx.Client(base_url=url, headers=headers, timeout=30)

    def accounts(self) -> list[dict[str, str]]:
        """The demo accounts."""
        found: list[dict[str, str]] = json.loads((self.home / "demo-accounts.json").read_text(encoding="utf-8"))
        return found

    def processes(self) -> list[psutil.Process]:
        """Everything the runner has started that is alive."""
        assert self.runner is not None
        return psutil.Process(self.runner.pid).children(recursive=True)

    def pid(self, program: str) -> int:
        """The process of one of our programs."""
        found: int = json.loads((self.home / "ready" / f"{program}.json").read_text())["pid"]
        return found

    def logs(self) -> str:
        """The end of every log, for a failed test."""
        logs = sorted((self.home / "logs").glob("*.log"))
        return "".join(f"\n== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)


def import_file(
    client: httpx.Client, path: Path, *, then: Any = lambda: None, within: float = 90, kind: str = "text/csv"
) -> dict[str, Any]:
    """Import a file as the console does, `then` doing its worst meanwhile; the import when it is finished."""
    upload = {"content-type": kind}
    made = client.post(
        "/v1/leadImports:upload", params={"fileName": path.name}, content=path.read_bytes(), headers=upload
    )
    assert made.status_code == 200, made.text
    name = made.json()["name"]
    preview = client.post(f"/v1/{name}:preview", json={})
    assert preview.status_code == 200, preview.text
    columns = [column for column in preview.json()["columns"] if column.get("field")]
    etag = preview.json()["leadImport"]["etag"]
    started = client.post(f"/v1/{name}:start", json={"columns": columns, "etag": etag})
    assert started.status_code == 200, started.text
    then()
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        state = _state(client, name)
        if state.get("state") in {"LEAD_IMPORT_STATE_FINISHED", "LEAD_IMPORT_STATE_FAILED"}:
            return state
        time.sleep(0.1)
    raise AssertionError(f"not finished within {within} s: {state}")


def _state(client: httpx.Client, name: str) -> dict[str, Any]:
    """How the import stands; nothing while a process that was killed is away."""
    try:
        answer = client.get(f"/v1/{name}")
    except httpx.TransportError:
        return {}
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return found


def every(client: httpx.Client, path: str, key: str, **parameters: str) -> list[dict[str, Any]]:
    """Every item of a list, page after page."""
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        page = client.get(path, params={"pageSize": 200, "pageToken": token, **parameters})
        assert page.status_code == 200, page.text
        found += page.json()[key]
        token = page.json()["nextPageToken"]
        if not token:
            return found
