"""From delivered messages to events. What cannot be read becomes an event too, so that it can be kept and redriven."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from chassis.consumer.event import Event, read_payload
from chassis.consumer.pull import Delivered

_LARGEST = 2**63 - 1
_AGGREGATE = re.compile(r"[^/]+/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def events_of(delivered: Sequence[Delivered]) -> list[Event]:
    """The events of a batch, in its order, readable or not."""
    return [_event(message) for message in delivered]


def _event(message: Delivered) -> Event:
    headers = message.headers
    decoded, wrong = read_payload(headers.get("ce-type", ""), message.payload)
    faults = [wrong] if wrong else []
    aggregate = _aggregate(headers)
    if not aggregate:
        faults.append("ce-subject names no aggregate")
    version = _version(headers)
    if not version:
        faults.append("ce-version is no version")
    time = _instant(headers)
    if time is None:
        faults.append("ce-time is no instant")
    return Event(
        id=headers.get("ce-id", ""),
        subject=message.subject,
        type=headers.get("ce-type", ""),
        aggregate=aggregate or f"{message.subject}#{message.seq}",
        version=(version if aggregate else 0) or -message.seq,
        time=time or datetime.fromtimestamp(0, UTC),
        payload=message.payload,
        message=decoded,
        seq=message.seq,
        unreadable="; ".join(faults),
    )


def _aggregate(headers: Mapping[str, str]) -> str:
    """The aggregate; empty unless it reads `kind/uuid`."""
    told = headers.get("ce-subject", "")
    if _AGGREGATE.fullmatch(told):  # as we write them ourselves
        return told
    kind, _, uuid = told.partition("/")
    try:
        UUID(uuid)
    except ValueError:
        return ""
    return told if kind else ""


def _version(headers: Mapping[str, str]) -> int:
    """The version; 0 for what is none."""
    try:
        version = int(headers.get("ce-version", ""))
    except ValueError:
        return 0
    return version if 0 < version <= _LARGEST else 0


def _instant(headers: Mapping[str, str]) -> datetime | None:
    """The instant; None for what is none, or has no time zone and could be any."""
    try:
        time = datetime.fromisoformat(headers.get("ce-time", ""))
    except ValueError:
        return None
    return time if time.tzinfo else None
