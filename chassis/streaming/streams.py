"""The streams as data (`deploy/nats/streams.toml`): the producer's relay creates its own, or finds it otherwise."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.ids import new_id
from chassis.streaming import Client

_SECOND = 1_000_000_000
_NOT_FOUND = 10059
_DEFAULT_FILE = Path(__file__).parent.parent.parent / "deploy" / "nats" / "streams.toml"


class StreamDrift(Exception):  # noqa: N818 - what was found; nothing is published meanwhile
    """A stream stands with other settings than declared; changing them is a decision, not a side effect."""

    def __init__(self, stream: str, wrong: Mapping[str, tuple[object, object]]) -> None:
        """`wrong` holds what stands and what is declared, by the server's name of the setting."""
        told = (f"{name} is {standing}, declared {declared}" for name, (standing, declared) in wrong.items())
        super().__init__(f"stream {stream}: {'; '.join(told)}")


class StreamRefused(Exception):  # noqa: N818 - what the server answered
    """The server refused a request about a stream."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """What a stream says of itself: its epoch (a new store has a new one) and its first and last sequence.

    `takes_batches` is false for one made by an older release, until somebody allows it.
    """

    epoch: str
    first_seq: int
    last_seq: int
    takes_batches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One stream as declared; `readers` are the services that may follow it."""

    name: str
    subjects: tuple[str, ...]
    max_age_days: int
    max_bytes: int
    duplicate_window_seconds: float
    max_msg_size: int
    replicas: int
    readers: tuple[str, ...] = ()

    def config(self) -> dict[str, Any]:
        """The configuration as the server's API takes it."""
        return {
            "name": self.name,
            "subjects": list(self.subjects),
            "retention": "limits",
            "storage": "file",
            "discard": "new",
            "max_age": self.max_age_days * 86400 * _SECOND,
            "max_bytes": self.max_bytes,
            "duplicate_window": int(self.duplicate_window_seconds * _SECOND),
            "max_msg_size": self.max_msg_size,
            "num_replicas": self.replicas,
            "deny_delete": True,
            "deny_purge": True,
            "allow_rollup_hdrs": False,
            "allow_direct": False,
        }


def declared(path: Path = _DEFAULT_FILE) -> Mapping[str, Declaration]:
    """Every declared stream by its name."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["stream"]
    return {
        name: Declaration(
            name=name,
            subjects=tuple(table["subjects"]),
            max_age_days=table["max_age_days"],
            max_bytes=table["max_bytes"],
            duplicate_window_seconds=table["duplicate_window_seconds"],
            max_msg_size=table["max_msg_size"],
            replicas=table["replicas"],
            readers=tuple(table["readers"]),
        )
        for name, table in tables.items()
    }


async def apply(client: Client, declaration: Declaration) -> StreamState:
    """Create the stream with a new epoch, or check that it stands as declared; raises StreamDrift."""
    found = await _ask(client, f"STREAM.INFO.{declaration.name}", {})
    if "error" in found:
        config = {**declaration.config(), "allow_atomic": True, "metadata": {"epoch": str(new_id())}}
        found = await _ask(client, f"STREAM.CREATE.{declaration.name}", config)
        if "error" in found:
            raise StreamRefused(found["error"])
        return _state(found)
    wrong = {
        key: (found["config"].get(key), value)
        for key, value in declaration.config().items()
        if (found["config"].get(key) or None) != (value or None)
    }
    if wrong:
        raise StreamDrift(declaration.name, wrong)
    return _state(found)


async def look(client: Client, stream: str) -> StreamState | None:
    """How the stream stands; None when it does not exist."""
    found = await _ask(client, f"STREAM.INFO.{stream}", {})
    if "error" in found:
        if found["error"].get("err_code") == _NOT_FOUND:
            return None
        raise StreamRefused(found["error"])
    return _state(found)


def _state(found: Mapping[str, Any]) -> StreamState:
    epoch = (found["config"].get("metadata") or {}).get("epoch", "")
    state = found["state"]
    return StreamState(epoch, state["first_seq"], state["last_seq"], bool(found["config"].get("allow_atomic")))


async def _ask(client: Client, subject: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = await client.request(f"$JS.API.{subject}", json.dumps(body).encode() if body else b"", timeout=5)
    result: dict[str, Any] = json.loads(answer.data)
    return result
