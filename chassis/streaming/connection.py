"""The connection to NATS, with the settings that survived the fault tests."""

from typing import Any

import nats
from nats.aio.client import Client

from chassis import logs, metrics


async def connect(url: str, *, service: str) -> Client:
    """Connect for ever: no buffer (a publish that timed out must not be sent later), no limit of reconnects.

    Returns at once when NATS is away: a writer is healthy without it.
    """
    log = logs.get_logger()

    async def on_error(error: Exception) -> None:
        text = str(error).lower()
        if "permissions violation" in text:
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
    }
    client: Client = await nats.connect(**options)
    return client
