"""A gateway that is told to stop still answers while balancers learn of it, and closes no connection in use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from gateway.application import application
from gateway.backends import open_backends
from gateway.serving import HttpServer
from gateway.settings import SERVICES, GatewaySettings
from tests.integration.gateway.conftest import SECRET
from tests.integration.gateway.neighbour import Neighbour
from tests.support.waiting import eventually


@pytest.fixture
async def draining(neighbour: Neighbour) -> AsyncIterator[HttpServer]:
    """A gateway that listens, and will drain for half a minute."""
    told = {f"MILLRACE_{name.upper()}_ADDRESS": neighbour.address for name in SERVICES} | {"MILLRACE_SECRET": SECRET}
    settings = GatewaySettings.read(told)
    backends = open_backends(settings.addresses.items())
    app = application(settings, backends)
    server = HttpServer(app, listen="127.0.0.1:0", trusted_proxies="", drain_seconds=30)
    serving = asyncio.ensure_future(server.serve())
    await server.listening.wait()
    yield server
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    for backend in backends.values():
        await backend.close()


async def test_it_is_not_ready_first_and_answers_whoever_still_comes(draining: HttpServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://{draining.address}") as known:
        before = await known.get("/")
        assert (draining.unready, before.status_code, "connection" in before.headers) == ("", 200, False)
        draining.should_exit = True
        assert draining.unready == "starting or stopping"

        async def told_to_close() -> None:
            assert (await known.get("/")).headers.get("connection") == "close"

        await eventually(told_to_close)
        async with httpx.AsyncClient(base_url=f"http://{draining.address}") as stranger:
            answer = await stranger.get("/")
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")


async def test_afterwards_it_listens_no_more(draining: HttpServer) -> None:
    draining._drain_seconds = 0
    draining.should_exit = True
    async with httpx.AsyncClient(base_url=f"http://{draining.address}") as stranger:

        async def is_refused() -> bool:
            try:
                await stranger.get("/")
            except httpx.ConnectError:
                return True
            return False

        assert await eventually(is_refused)
