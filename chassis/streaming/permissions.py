"""What each service may do on NATS: publish below its own subject, read the streams it follows, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.streaming.streams import Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """The subjects a user of NATS may publish and subscribe to; everything else the server refuses."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def inbox(service: str) -> str:
    """Where answers and deliveries reach the service, and nobody else: a shared inbox could be listened to."""
    return f"_INBOX.{service}"


def permissions(service: str, declarations: Iterable[Declaration]) -> Permissions:
    """The permissions of one service, from the streams as declared."""
    publish: list[str] = []
    for stream in declarations:
        if stream.name == service:
            publish += [*stream.subjects, f"$JS.API.STREAM.INFO.{service}", f"$JS.API.STREAM.CREATE.{service}"]
        if service in stream.readers:
            publish += _reading(stream.name)
    return Permissions(publish=tuple(publish), subscribe=(f"{inbox(service)}.>",))


def _reading(stream: str) -> list[str]:
    """What reading a stream as a log asks of the server; the messages come to the reader's inbox."""
    asked = ("STREAM.INFO.{}", "CONSUMER.CREATE.{}.*", "CONSUMER.MSG.NEXT.{}.*")
    return [f"$JS.API.{each.format(stream)}" for each in asked]
