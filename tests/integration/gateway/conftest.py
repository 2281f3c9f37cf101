"""A real gateway application in front of a small real gRPC server that speaks the leads' and directory's contracts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.application import application
from gateway.backends import open_backends
from gateway.serving import HttpServer
from gateway.settings import SERVICES, GatewaySettings
from tests.integration.gateway.neighbour import Neighbour

SECRET = "a secret of thirty-two characters or more"


@pytest.fixture
async def neighbour() -> AsyncIterator[Neighbour]:
    """The services behind the gateway."""
    server = Neighbour()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(neighbour: Neighbour) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the gateway, in process."""
    settings = GatewaySettings.read(
        {
            **{f"MILLRACE_{name.upper()}_ADDRESS": neighbour.address for name in SERVICES},
            "MILLRACE_SECRET": SECRET,
            "MILLRACE_GATEWAY_TRUSTED_HOSTS": "millrace.example",
            "MILLRACE_GATEWAY_RATE_OF_PUBLIC_WRITES": "3",
        }
    )
    backends = open_backends(settings.addresses.items())
    transport = httpx.ASGITransport(application(settings, backends))
    async with httpx.AsyncClient(transport=transport, base_url="http://millrace.example") as speaking:
        yield speaking
    for backend in backends.values():
        await backend.close()


@pytest.fixture
async def listening(neighbour: Neighbour) -> AsyncIterator[str]:
    """Host and port of a gateway that listens."""
    told = {
        "MILLRACE_GATEWAY_TRUSTED_PROXIES": "",
        "MILLRACE_GATEWAY_STREAMS_PER_ADDRESS": "3",
        "MILLRACE_GATEWAY_STREAMS_PER_SESSION": "2",
    }
    async with listening_gateway(neighbour, told) as address:
        yield address


@asynccontextmanager
async def listening_gateway(neighbour: Neighbour, told: Mapping[str, str]) -> AsyncIterator[str]:
    """Host and port of a gateway that listens and was told some settings."""
    settings = GatewaySettings.read(
        {
            **{f"MILLRACE_{name.upper()}_ADDRESS": neighbour.address for name in SERVICES},
            "MILLRACE_SECRET": SECRET,
            "MILLRACE_GATEWAY_LISTEN": "127.0.0.1:0",
            **told,
        }
    )
    backends = open_backends(settings.addresses.items())
    app = application(settings, backends)
    serving = HttpServer(app, listen=settings.listen, trusted_proxies=settings.trusted_proxies)
    task = asyncio.ensure_future(serving.serve())
    await serving.listening.wait()
    yield serving.address
    serving.should_exit = True
    await task
    for backend in backends.values():
        await backend.close()
