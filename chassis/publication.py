"""How an event of the domain becomes a message on the stream: one table per service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message


@dataclass(frozen=True, slots=True)
class Publication:
    """The subject (`noun.participle`) of an event, and what builds its message.

    `message` takes the event and the aggregate after it, and leaves the head to the unit of work. With `state` it
    takes what `state` makes of the aggregate instead, which is made once for all events of a change. `package` names
    the producer, `millrace.<service>.v1`, where the message is one that several services publish.
    """

    subject: str
    message: Callable[[Any, Any], Message]
    state: Callable[[Any], Any] | None = None
    package: str = ""


Publications = Mapping[type[Any], Publication]
