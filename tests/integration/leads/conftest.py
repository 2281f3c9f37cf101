"""A running leads service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc
import pytest
from sqlalchemy import Executable, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.rpc.serving import Boundary
from chassis.settings import ServiceSettings
from kernel.errors import Unauthenticated
from services.leads.__main__ import DEFINITION
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import Rulebook
from services.leads.storage.metadata import ORGANIZATION
from tests.support.clock import FixedClock

HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)
EAST, WEST = UUID(int=201), UUID(int=202)
ANNA, BO, CHEN = UUID(int=1), UUID(int=2), UUID(int=3)
Caller = dict[str, Any]
EVERYTHING = ("leads.read", "leads.write", "leads.admin", "leads.import", "leads.see_contact", "leads.see_money")


@dataclass
class LeadsHouse:
    """The service with its people, as a test sees it."""

    channel: grpc.aio.Channel
    engine: AsyncEngine
    parts: Parts
    principals: dict[str, Principal] = field(default_factory=dict)

    def as_member(
        self,
        member: UUID,
        scope: Scope,
        *,
        teams: frozenset[UUID] = frozenset(),
        may: tuple[str, ...] = EVERYTHING,
    ) -> Caller:
        """Call arguments of a member whose permissions reach so far."""
        token = f"{member}-{scope.name}-{len(may)}"
        self.principals[token] = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            team=next(iter(teams), None),
            teams=teams,
            display_name="tester",
        )
        return {"metadata": (("authorization", f"Bearer {token}"), ("accept-language", "en"))}

    @property
    def boss(self) -> Caller:
        """Call arguments of somebody who may do everything everywhere."""
        return self.as_member(CHEN, Scope.ALL)

    async def hire(
        self,
        member: UUID,
        *,
        region: UUID | None = EAST,
        team: UUID | None = HANGZHOU,
        skills: tuple[str, ...] = (),
        seniority: str = "regular",
        capacity: int = 1000,
        working_state: str = "working",
    ) -> None:
        """Put a salesperson into the service's copy of the organization."""
        row = {
            "uuid": member,
            "version": 1,
            "display_name": f"Member {member.int}",
            "pinyin": "",
            "email": "",
            "roles": ["sales"],
            "team": team,
            "region": region,
            "seniority": seniority,
            "capacity": capacity,
            "skills": list(skills),
            "working_state": working_state,
            "active": True,
        }
        await self.organize(insert(ORGANIZATION.members).values(row))

    async def organize(self, statement: Executable) -> None:
        """Change the service's copy of the organization."""
        async with self.engine.begin() as connection:
            await connection.execute(statement)
        organization: Organization = self.parts.once("organization", lambda: None)
        await organization.refresh()


def settings(database: str, nats_url: str = "") -> ServiceSettings:
    return ServiceSettings(
        service="leads",
        database_url=database,
        nats_url=nats_url,
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
async def house(leads_database: str, clock: FixedClock) -> AsyncIterator[LeadsHouse]:
    """A leads service with rules that are read afresh for every call, and nobody working in it yet."""
    principals: dict[str, Principal] = {}

    async def identify(token: str, _now: datetime) -> Principal:
        if token not in principals:
            raise Unauthenticated
        return principals[token]

    definition = dataclasses.replace(DEFINITION, identify=lambda _parts: identify)
    parts = Parts(definition, settings(leads_database), clock)
    organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
    parts.once("organization", lambda: organization)
    parts.once("desk", lambda: fresh_desk(organization, parts))
    boundary = Boundary(identify=identify, texts=parts.texts, clock=clock)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(tuple(boundary.bind(definition.servicers(parts))))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield LeadsHouse(channel, parts.engine, parts, principals)
    await server.stop(None)
    await parts.store.drain()
    await parts.close()


def fresh_desk(organization: Organization, parts: Parts) -> IntakeDesk:
    return IntakeDesk(
        rulebook=Rulebook(max_age=-1), organization=organization, zone=parts.settings.time_zone, max_age=-1
    )
