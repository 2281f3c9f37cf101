"""A running contracts service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.rpc.serving import Boundary
from chassis.settings import ServiceSettings
from kernel.errors import Unauthenticated
from services.contracts.__main__ import DEFINITION
from services.contracts.storage.metadata import ORGANIZATION
from tests.support.clock import FixedClock

HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)
EAST, WEST = UUID(int=201), UUID(int=202)
ZHANG_WEI, LI_NA, WANG_FANG, LEGAL = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
Caller = dict[str, Any]
EVERYTHING = (
    "contracts.read",
    "contracts.write",
    "contracts.approve",
    "contracts.legal",
    "contracts.finance",
    "contracts.admin",
    "contracts.see_money",
)


@dataclass
class ContractsHouse:
    """The service with its people, as a test sees it."""

    channel: grpc.aio.Channel
    engine: AsyncEngine
    parts: Parts
    clock: FixedClock
    principals: dict[str, Principal] = field(default_factory=dict)

    def as_member(
        self,
        member: UUID,
        scope: Scope = Scope.OWN,
        *,
        team: UUID = HANGZHOU,
        region: UUID | None = EAST,
        roles: tuple[str, ...] = ("sales",),
        may: tuple[str, ...] = ("contracts.read", "contracts.write", "contracts.see_money"),
    ) -> Caller:
        """Call arguments of a member whose permissions reach so far."""
        token = f"{member}-{scope.name}-{team}-{'.'.join(roles)}-{'.'.join(may)}"
        self.principals[token] = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            roles=frozenset(roles),
            team=team,
            teams=frozenset({team}),
            region=region,
            display_name="测试",
        )
        return {"metadata": (("authorization", f"Bearer {token}"), ("accept-language", "en"))}

    @property
    def zhang_wei(self) -> Caller:
        """A salesperson in Hangzhou."""
        return self.as_member(ZHANG_WEI)

    @property
    def legal(self) -> Caller:
        """Legal: reads and reviews every contract."""
        may = ("contracts.read", "contracts.legal", "contracts.admin", "contracts.see_money")
        return self.as_member(LEGAL, Scope.ALL, roles=("legal",), may=may)

    @property
    def boss(self) -> Caller:
        """Call arguments of somebody who may do everything everywhere."""
        return self.as_member(WANG_FANG, Scope.ALL, roles=("head",), may=EVERYTHING)


def settings(database: str, nats_url: str = "", *, files_url: str = "", **other: str) -> ServiceSettings:
    return ServiceSettings(
        service="contracts",
        database_url=database,
        nats_url=nats_url,
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


@pytest.fixture
async def house(contracts_database: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ContractsHouse]:
    """A contracts service with nobody working in it yet."""
    principals: dict[str, Principal] = {}

    async def identify(token: str, _now: datetime) -> Principal:
        if token not in principals:
            raise Unauthenticated
        return principals[token]

    definition = dataclasses.replace(DEFINITION, identify=lambda _parts: identify)
    parts = Parts(definition, settings(contracts_database, files_url=tmp_path.as_uri()), clock)
    parts.once("organization", lambda: Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0))
    boundary = Boundary(identify=identify, texts=parts.texts, clock=clock)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(tuple(boundary.bind(definition.servicers(parts))))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield ContractsHouse(channel, parts.engine, parts, clock, principals)
    await server.stop(None)
    await parts.store.drain()
    await parts.close()
