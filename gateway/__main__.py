"""The gateway process: `python -m gateway`."""

import asyncio
import json
import os
from pathlib import Path

import uvloop

from chassis import logs
from chassis.debug_port import DebugPort
from chassis.settings import SettingsWrong
from gateway.application import application
from gateway.backends import open_backends
from gateway.serving import HttpServer
from gateway.settings import GatewaySettings


def main() -> None:
    """Read the settings and serve until told to stop."""
    logs.configure("gateway")
    try:
        settings = GatewaySettings.read(os.environ)
    except SettingsWrong as wrong:
        raise SystemExit(f"gateway: {wrong}") from None
    uvloop.run(serve(settings))


async def serve(settings: GatewaySettings) -> None:
    """Open the channels, listen, tell that we are ready; on SIGTERM or SIGINT let running requests end."""
    backends = open_backends(settings.addresses.items())
    app = application(settings, backends)
    server = HttpServer(
        app,
        listen=settings.listen,
        trusted_proxies=settings.trusted_proxies,
        drain_seconds=settings.drain_seconds,
    )
    debug = DebugPort(unready=lambda: server.unready)
    await debug.start(settings.debug_listen)
    serving = asyncio.ensure_future(server.serve())
    listening = asyncio.ensure_future(server.listening.wait())
    await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
    if server.started and settings.ready_file:
        _tell_ready(settings.ready_file, server.address, debug.address)
    await serving
    await debug.stop()
    for backend in backends.values():
        await backend.close()


def _tell_ready(path: str, http: str, debug: str) -> None:
    file = Path(path)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"http": http, "rpc": http, "debug": debug, "pid": os.getpid()}), encoding="utf-8")
    fresh.replace(file)


if __name__ == "__main__":
    main()
