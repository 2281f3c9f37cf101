"""The connection to NATS, with the settings that survived the fault tests."""

import asyncio
from typing import Any

import nats
from nats.aio.client import Client

from chassis import logs, metrics
from chassis.streaming.permissions import inbox


class ConnectionLost(Exception):  # noqa: N818 - ends the process
    """The client gave up for good: it does so on most of what a server reports as an error, and never comes back."""


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
    client: Client = await nats.connect(**options)
    return client
