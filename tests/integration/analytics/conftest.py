"""A running analytics service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

import dataclasses
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc
import pytest
from google.type.date_pb2 import Date
from millrace.analytics.v1.figure_pb2 import Dimension, Period, Selection
from millrace.analytics.v1.figure_service_pb2_grpc import FigureServiceStub
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.rpc.serving import Boundary
from chassis.settings import ServiceSettings
from kernel.errors import Unauthenticated
from services.analytics.__main__ import DEFINITION
from tests.integration.analytics.projecting import apply
from tests.support.clock import FixedClock
from tests.support.selling import ANNA, HANGZHOU, Market

Caller = dict[str, Any]
EVERYTHING = ("analytics.read", "analytics.admin", "pipeline.see_money", "contracts.see_money")


@dataclass
class AnalyticsHouse:
    """The service as a test sees it, and the market it listens to."""

    channel: grpc.aio.Channel
    engine: AsyncEngine
    market: Market = field(default_factory=Market)
    principals: dict[str, Principal] = field(default_factory=dict)

    def as_member(
        self,
        member: UUID,
        scope: Scope,
        *,
        teams: frozenset[UUID] = frozenset(),
        region: UUID | None = None,
        may: tuple[str, ...] = EVERYTHING,
    ) -> Caller:
        """Call arguments of a member whose permissions reach so far."""
        token = f"{member}-{scope.name}-{len(may)}-{len(teams)}-{region}"
        self.principals[token] = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            team=next(iter(teams), None),
            teams=teams,
            region=region,
            display_name="tester",
        )
        return {"metadata": (("authorization", f"Bearer {token}"), ("accept-language", "en"))}

    @property
    def boss(self) -> Caller:
        """Call arguments of somebody who sees everything."""
        return self.as_member(UUID(int=9), Scope.ALL)

    @property
    def anna(self) -> Caller:
        """A salesperson of 华东, who sees her own."""
        return self.as_member(ANNA, Scope.OWN, teams=frozenset({HANGZHOU}))

    @property
    def figures(self) -> Any:
        """Where figures are asked for."""
        return FigureServiceStub(self.channel)

    async def hear(self) -> None:
        """The projections follow what the market told."""
        await apply(self.engine, self.market.events)


def selection(
    start: tuple[int, int] = (1, 1), end: tuple[int, int] = (12, 31), *, by: Iterable[str] = (), **only: str
) -> Selection:
    """Days of 2026, told apart by some dimensions."""
    period = Period(
        start_date=Date(year=2026, month=start[0], day=start[1]), end_date=Date(year=2026, month=end[0], day=end[1])
    )
    return Selection(period=period, group_by=[Dimension.Value(f"DIMENSION_{each}") for each in by], **only)


def settings(database: str) -> ServiceSettings:
    return ServiceSettings(
        service="analytics",
        database_url=database,
        nats_url="",
        listen="127.0.0.1:0",
        debug_listen="127.0.0.1:0",
        secret="0" * 32,
        time_zone=ZoneInfo("Asia/Shanghai"),
        addresses={},
        ready_file="",
        audit_heads="",
        other={},
    )


@pytest.fixture
async def house(analytics_database: str, clock: FixedClock) -> AsyncIterator[AnalyticsHouse]:
    """An analytics service that has heard nothing yet."""
    principals: dict[str, Principal] = {}

    async def identify(token: str, _now: datetime) -> Principal:
        if token not in principals:
            raise Unauthenticated
        return principals[token]

    definition = dataclasses.replace(DEFINITION, identify=lambda _parts: identify)
    parts = Parts(definition, settings(analytics_database), clock)
    boundary = Boundary(identify=identify, texts=parts.texts, clock=clock)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(tuple(boundary.bind(definition.servicers(parts))))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield AnalyticsHouse(channel, parts.engine, principals=principals)
    await server.stop(None)
    await parts.store.drain()
    await parts.close()
