"""Bodies that a browser shows instead of keeping them as files (`chassis/rpc/pages.py` makes them)."""

from dataclasses import dataclass
from typing import Any

from google.rpc.http_pb2 import HttpResponse

from gateway.transcoding.exchange import Header

# What a service may say of an answer, and no more.
_STATUSES = frozenset({200, 302, 404})
_HEADERS = frozenset({"location"})


@dataclass(frozen=True, slots=True)
class Shown:
    """How a body is shown: by which status, with which headers."""

    status: int
    headers: tuple[Header, ...]


def shown(body: Any) -> Shown | None:
    """What the body says of itself; None for a file."""
    told = HttpResponse()
    if not any(each.Unpack(told) for each in body.extensions) or told.status not in _STATUSES:
        return None
    headers = [(each.key.lower(), each.value) for each in told.headers if each.key.lower() in _HEADERS]
    return Shown(told.status, tuple((key.encode("latin-1"), _one_line(value)) for key, value in headers))


def _one_line(value: str) -> bytes:
    """A value that begins no other header."""
    return "".join(each for each in value if each.isprintable()).encode("latin-1", "replace")
