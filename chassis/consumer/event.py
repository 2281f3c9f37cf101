"""An event as a consumer sees it, and what a consumer declares."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from sqlalchemy.ext.asyncio import AsyncConnection

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: `message` is None where its type is not known here, which is no fault (a newer producer).

    `unreadable` says what is wrong with an event that cannot be read at all; such a one is never applied. Where its
    headers do not tell a version, `version` is below 1; where they tell no aggregate, it stands for itself.
    """

    id: str
    subject: str
    type: str
    aggregate: str
    version: int
    time: datetime
    payload: bytes
    message: Any
    seq: int = 0
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A consumer: its name, the stream, the nouns it reads (`millrace.x.v1.noun.>`), and what it does with a set.

    `apply` gets events of known types, each aggregate's in version order, and changes the given database only. It may
    run again on the same set after a failure, never after a success; once it is committed, `applied` is called. After a
    set the consumer lets events `gather` for so many seconds, unless it is behind: in a busy second a set costs hardly
    more than one of them.
    """

    name: str
    stream: str
    subjects: tuple[str, ...]
    apply: Callable[[AsyncConnection, Sequence[Event]], Awaitable[None]]
    gather: float = 0.05
    applied: Callable[[], None] = lambda: None


class Unreadable(Exception):  # noqa: N818 - one event, not the consumer
    """An event cannot be read: its payload is not of its type, or its headers do not say what it is."""


def refuse_unreadable(events: Sequence[Event]) -> None:
    """Raise Unreadable when one of the events cannot be read: to apply it without effect would lose it."""
    for event in events:
        if event.unreadable:
            raise Unreadable(f"{event.subject}: {event.unreadable}")


def decode(type_name: str, payload: bytes) -> Message | None:
    """The message of a payload; None for an unknown type. Raises DecodeError for a malformed one."""
    try:
        kind = _class_of(type_name)
    except KeyError:
        return None
    return kind.FromString(payload)


@lru_cache(maxsize=1000)
def _class_of(type_name: str) -> type[Message]:
    """The class of a type; raises KeyError for an unknown one, and asks again the next time."""
    _learn(type_name.rpartition(".")[0])
    return GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(type_name))


@cache
def _learn(package: str) -> None:
    """Load the contracts of a producer's events: a type is unknown when nobody has it, not when nobody imported it."""
    try:
        home = importlib.import_module(package)
    except (ImportError, ValueError):
        return
    for found in pkgutil.iter_modules(home.__path__):
        if found.name.endswith("_pb2") and not found.name.endswith("_service_pb2"):
            importlib.import_module(f"{package}.{found.name}")


def read_payload(type_name: str, payload: bytes) -> tuple[Message | None, str]:
    """The message of a payload, if its type is known here, and what is wrong with one that cannot be read."""
    if not type_name:
        return None, "no type"
    try:
        return decode(type_name, payload), ""
    except DecodeError:
        return None, "the payload is not of its type"


def time_told(message: Any) -> datetime:
    """When the change of an event happened, as its own head tells; the epoch where it has none."""
    head = getattr(message, "head", None)
    return _EPOCH if head is None else _EPOCH + timedelta(0, head.time.seconds, head.time.nanos // 1000)
