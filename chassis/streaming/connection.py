"""The connection to NATS, with the settings that survived the fault tests."""

import asyncio
from functools import lru_cache
from typing import Any

from chassis import logs, metrics
from chassis.streaming import Client
from chassis.streaming.permissions import inbox


class ConnectionLost(Exception):  # noqa: N818 - ends the process
    """The client gave up for good: it does so on most of what a server reports as an error, and never comes back."""


class QuickClient(Client):
    """The library's client, but for how it reads headers.

    Theirs looks at every letter of every name, and takes a third of all the time a projection spends on an event. Names
    are few and always the same: each is looked at once.
    """

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        lines = (line.partition(":") for line in raw.decode("utf-8", "replace").split("\r\n"))
        return {token: value.strip() for name, colon, value in lines if colon and (token := _token(name))}


@lru_cache(maxsize=256)
def _token(name: str) -> str:
    """The name of a header; empty for what is none (a blank inside, or not ASCII), which is left out."""
    name = name.strip()
    return "" if not name.isascii() or len(name.split()) != 1 else name


async def connect(url: str, *, service: str, password: str = "", lost: asyncio.Event | None = None) -> Client:
    """Connect for ever: no buffer (a publish that timed out must not be sent later), no limit of reconnects.

    With a password the service is a user of its own name. Returns at once when NATS is away: a writer is healthy
    without it. What NATS refuses the caller only sees as a timeout; the metric raises the alarm. `lost` is set when the
    client closes: whoever did not close it must end, to be started again with a new one.
    """
    log = logs.get_logger()

    async def on_error(error: Exception) -> None:
        text = str(error).lower()
        if "violation" in text:
            metrics.STREAM_PERMISSION_VIOLATIONS.labels(service).inc()
        log.warning("nats", error=str(error)[:200])

    async def on_closed() -> None:
        if lost is not None:
            lost.set()

    options: dict[str, Any] = {
        "servers": [url],
        "name": service,
        "pending_size": -1,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "ping_interval": 5,
        "max_outstanding_pings": 2,
        "error_cb": on_error,
        "closed_cb": on_closed,
        "allow_reconnect": True,
        "connect_timeout": 2,
        "drain_timeout": 5,
        "inbox_prefix": inbox(service),
    }
    if password:
        options |= {"user": service, "password": password}
    client = QuickClient()
    await client.connect(**options)
    return client
