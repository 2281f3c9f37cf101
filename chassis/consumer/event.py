"""An event as a consumer sees it, and what a consumer declares."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: `message` is None where its type is not known here, which is no fault (a newer producer)."""

    id: str
    subject: str
    type: str
    aggregate: str
    version: int
    time: datetime
    payload: bytes
    message: Any
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A consumer: its name, the stream, the nouns it reads (`millrace.x.v1.noun.>`), and what it does with a set.

    `apply` gets events of known types, each aggregate's in version order, and changes the given database only. It may
    run again on the same set after a failure, never after a success.
    """

    name: str
    stream: str
    subjects: tuple[str, ...]
    apply: Callable[[AsyncConnection, Sequence[Event]], Awaitable[None]]


def decode(type_name: str, payload: bytes) -> Message | None:
    """The message of a payload; None for an unknown type. Raises DecodeError for a malformed one."""
    try:
        descriptor = descriptor_pool.Default().FindMessageTypeByName(type_name)
    except KeyError:
        return None
    return GetMessageClass(descriptor).FromString(payload)
