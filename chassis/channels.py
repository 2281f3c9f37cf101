"""Channels to other services: one for each target, with the settings every caller shares."""

import json

import grpc

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Retries are decided by the caller, who knows what carries a request id.
    ("grpc.enable_retries", 0),
    ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
    ("grpc.max_receive_message_length", 8 * 1024 * 1024),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A pool shared by the process would give two channels one broken connection.
    ("grpc.use_local_subchannel_pool", 1),
)


def open_channel(address: str, *, credentials: grpc.ChannelCredentials | None = None) -> grpc.aio.Channel:
    """A channel to `host:port`; plain without credentials. The caller closes it."""
    if credentials is None:
        return grpc.aio.insecure_channel(address, options=_OPTIONS)
    return grpc.aio.secure_channel(address, credentials, options=_OPTIONS)
