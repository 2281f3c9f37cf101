"""A running analytics service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from google.type.date_pb2 import Date
from millrace.analytics.v1.figure_pb2 import Dimension, Period, Selection
from millrace.analytics.v1.figure_service_pb2_grpc import FigureServiceStub

from chassis.principal import Principal, Scope
from services.analytics.__main__ import DEFINITION
from tests.integration.analytics.projecting import apply
from tests.support.clock import FixedClock
from tests.support.selling import ANNA, HANGZHOU, Market
from tests.support.serving import Caller, House, serving, settings_of

EVERYTHING = ("analytics.read", "analytics.admin", "pipeline.see_money", "contracts.see_money")


@dataclass
class AnalyticsHouse(House):
    """The service as a test sees it, and the market it listens to."""

    market: Market = field(default_factory=Market)

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
        principal = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            team=next(iter(teams), None),
            teams=teams,
            region=region,
            display_name="tester",
        )
        return self.call_as(principal)

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


@pytest.fixture
async def house(analytics_database: str, clock: FixedClock) -> AsyncIterator[AnalyticsHouse]:
    """An analytics service that has heard nothing yet."""
    async with serving(AnalyticsHouse, DEFINITION, settings_of("analytics", analytics_database), clock) as house:
        yield house
