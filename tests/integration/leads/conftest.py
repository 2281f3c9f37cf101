"""A running leads service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import Executable, insert

from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from services.leads.__main__ import DEFINITION
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import Rulebook
from services.leads.storage.metadata import ORGANIZATION
from tests.support.clock import FixedClock
from tests.support.serving import Caller, House, serving, settings_of

HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)
EAST, WEST = UUID(int=201), UUID(int=202)
ANNA, BO, CHEN = UUID(int=1), UUID(int=2), UUID(int=3)
EVERYTHING = (
    *("leads.read", "leads.write", "leads.admin", "leads.import", "leads.export"),
    *("leads.see_contact", "leads.see_money"),
)


class LeadsHouse(House):
    """The service with its people, as a test sees it."""

    def as_member(
        self,
        member: UUID,
        scope: Scope,
        *,
        teams: frozenset[UUID] = frozenset(),
        may: tuple[str, ...] = EVERYTHING,
    ) -> Caller:
        """Call arguments of a member whose permissions reach so far."""
        principal = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            team=next(iter(teams), None),
            teams=teams,
            display_name="tester",
        )
        return self.call_as(principal)

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


@pytest.fixture
async def house(leads_database: str, clock: FixedClock) -> AsyncIterator[LeadsHouse]:
    """A leads service with rules that are read afresh for every call, and nobody working in it yet."""

    def furnish(parts: Parts) -> None:
        organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
        parts.once("organization", lambda: organization)
        parts.once("desk", lambda: fresh_desk(organization, parts))

    async with serving(LeadsHouse, DEFINITION, settings_of("leads", leads_database), clock, furnish=furnish) as house:
        yield house


def fresh_desk(organization: Organization, parts: Parts) -> IntakeDesk:
    return IntakeDesk(
        rulebook=Rulebook(max_age=-1), organization=organization, zone=parts.settings.time_zone, max_age=-1
    )
