"""One service served over real gRPC from a real database; who calls is told by the token itself."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import grpc
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.parts import Parts, ServiceDefinition
from chassis.principal import Principal
from chassis.rpc.serving import Boundary
from chassis.settings import ServiceSettings
from kernel.errors import Unauthenticated
from tests.support.clock import FixedClock

Caller = dict[str, Any]
PATIENCE = 10.0  # seconds: a machine that is busy with other tests is no overloaded service


@dataclass
class House:
    """A running service as a test sees it; what is special of a service stands in its own kind of house."""

    channel: grpc.aio.Channel
    parts: Parts
    clock: FixedClock
    principals: dict[str, Principal]

    @property
    def engine(self) -> AsyncEngine:
        """The engine calls are served from."""
        return self.parts.engine

    def call_as(self, principal: Principal, *, locale: str = "en") -> Caller:
        """Call arguments by which the service knows the principal."""
        token = sha256(repr(principal).encode()).hexdigest()
        self.principals[token] = principal
        return {"metadata": (("authorization", f"Bearer {token}"), ("accept-language", locale))}


H = TypeVar("H", bound=House)


@asynccontextmanager
async def serving(
    house: type[H],
    definition: ServiceDefinition,
    settings: ServiceSettings,
    clock: FixedClock,
    *,
    furnish: Callable[[Parts], None] = lambda _parts: None,
) -> AsyncIterator[H]:
    """The house of a service that runs; `furnish` puts parts of the test's own in the place of the service's."""
    principals: dict[str, Principal] = {}

    async def identify(token: str, _now: datetime) -> Principal:
        if token not in principals:
            raise Unauthenticated
        return principals[token]

    definition = dataclasses.replace(definition, identify=lambda _parts: identify)
    parts = Parts(definition, settings, clock)
    parts.engine = open_engine(settings.database_url, name="test", wait_seconds=PATIENCE)
    furnish(parts)
    boundary = Boundary(identify=identify, texts=parts.texts, clock=clock)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(tuple(boundary.bind(definition.servicers(parts))))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield house(channel, parts, clock, principals)
    await server.stop(None)
    await parts.store.drain()
    await parts.close()


def settings_of(service: str, database: str, *, files_url: str = "", **other: str) -> ServiceSettings:
    """What a service in a test needs to run: a database, and nothing beside it."""
    return ServiceSettings(
        service=service,
        database_url=database,
        nats_url="",
        listen="127.0.0.1:0",
        debug_listen="127.0.0.1:0",
        secret="0" * 32,
        time_zone=ZoneInfo("Asia/Shanghai"),
        addresses={},
        ready_file="",
        audit_heads="",
        files_url=files_url,
        other=other,
    )
