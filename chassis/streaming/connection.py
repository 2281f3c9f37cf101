"""The connection to NATS, with the settings that survived the fault tests."""

from typing import Any

import nats
from nats.aio.client import Client

from chassis import logs, metrics
from chassis.streaming.permissions import inbox


async def connect(url: str, *, service: str, password: str = "") -> Client:
    """Connect for ever: no buffer (a publish that timed out must not be sent later), no limit of reconnects.

    With a password the service is a user of its own name. Returns at once when NATS is away: a writer is healthy
    without it. What NATS refuses the caller only sees as a timeout; the metric raises the alarm.
    """
    log = logs.get_logger()

    async def on_error(error: Exception) -> None:
        text = str(error).lower()
        if "violation" in text:
            metrics.STREAM_PERMISSION_VIOLATIONS.labels(service).inc()
        log.warning("nats", error=str(error)[:200])

    options: dict[str, Any] = {
        "servers": [url],
        "name": service,
        "pending_size": -1,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "ping_interval": 5,
        "max_outstanding_pings": 2,
        "error_cb": on_error,
        "allow_reconnect": True,
        "connect_timeout": 2,
        "drain_timeout": 5,
        "inbox_prefix": inbox(service),
    }
    if password:
        options |= {"user": service, "password": password}
    client: Client = await nats.connect(**options)
    return client
