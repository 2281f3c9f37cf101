"""A real gateway application in front of a small real gRPC server that speaks the leads' and directory's contracts."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.application import application
from gateway.backends import open_backends
from gateway.settings import GatewaySettings
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
            "MILLRACE_DIRECTORY_ADDRESS": neighbour.address,
            "MILLRACE_LEADS_ADDRESS": neighbour.address,
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
