"""What a service is wired from: its settings, its store, its neighbours."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Subscription
from chassis.database import open_engine
from chassis.jobs import JobKind, Sweep
from chassis.publication import Publications
from chassis.rpc.serving import Identify
from chassis.settings import Environment, ServiceSettings
from chassis.texts import Texts
from chassis.work import Store
from kernel.time import Clock

if TYPE_CHECKING:
    from chassis.rebuilding import Rebuilding

Metadata = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefinition:
    """A service, as its `__main__` states it: read from top to bottom, it says what the service is made of."""

    name: str
    tables: MetaData
    migrations: Path
    messages: Path
    publications: Publications
    servicers: "Callable[[Parts], Mapping[ServiceDescriptor, object]]"
    identify: "Callable[[Parts], Identify]"
    credentials: "Callable[[Parts], Metadata] | None" = None
    # Reads what settings the service has of its own, so that a mistake in them is told at the start with all others.
    settings: Callable[[Environment], object] | None = None
    subscriptions: "Callable[[Parts], Sequence[Subscription]]" = field(default=lambda _parts: ())
    jobs: "Callable[[Parts], Sequence[JobKind]]" = field(default=lambda _parts: ())
    sweeps: "Callable[[Parts], Sequence[Sweep]]" = field(default=lambda _parts: ())
    background: "Callable[[Parts], Sequence[Coroutine[Any, Any, None]]]" = field(default=lambda _parts: ())
    warm: "Callable[[Parts], Awaitable[None]] | None" = None
    rebuilding: "Callable[[Parts], Rebuilding] | None" = None


class Parts:
    """The parts of one running process, each made once, when it is first asked for."""

    def __init__(self, definition: ServiceDefinition, settings: ServiceSettings, clock: Clock) -> None:
        """Opens nothing yet."""
        self.definition = definition
        self.settings = settings
        self.clock = clock
        self.woken = asyncio.Event()
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._shared: dict[str, Any] = {}

    @cached_property
    def engine(self) -> AsyncEngine:
        """The engine calls are served from."""
        return open_engine(self.settings.database_url, name=f"millrace-{self.definition.name}")

    @cached_property
    def background_engine(self) -> AsyncEngine:
        """The engine of relay, consumers, jobs and sweeps: they never take a caller's place."""
        return open_engine(
            self.settings.database_url,
            name=f"millrace-{self.definition.name}-background",
            pool_size=10,
            statement_timeout_ms=60000,
        )

    @cached_property
    def store(self) -> Store:
        """The way into the database."""
        return Store(
            self.engine,
            service=self.definition.name,
            clock=self.clock,
            publications=self.definition.publications,
            committed=self.woken.set,
        )

    @cached_property
    def background_store(self) -> Store:
        """The way into the database for what nobody waits for: it takes no caller's place."""
        return Store(
            self.background_engine,
            service=self.definition.name,
            clock=self.clock,
            publications=self.definition.publications,
            committed=self.woken.set,
        )

    @cached_property
    def texts(self) -> Texts:
        """The service's texts."""
        return Texts(self.definition.messages)

    def channel(self, service: str) -> grpc.aio.Channel:
        """The one channel to a neighbour; raises KeyError when its address is not set."""
        if service not in self._channels:
            from chassis.channels import open_channel  # noqa: PLC0415 - a service without neighbours loads no client

            self._channels[service] = open_channel(self.settings.addresses[service])
        return self._channels[service]

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """A part of the service's own, made when first asked for and shared afterwards."""
        if name not in self._shared:
            self._shared[name] = make()
        return self._shared[name]

    async def close(self) -> None:
        """Let everything go."""
        for channel in self._channels.values():
            await channel.close()
        for name in ("engine", "background_engine"):
            if name in self.__dict__:
                await self.__dict__[name].dispose()
