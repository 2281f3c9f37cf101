"""A running pipeline service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Executable, insert, select

from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.rule_sets import Rulebook
from chassis.tables import outbox
from services.pipeline.__main__ import DEFINITION
from services.pipeline.application.rule_kinds import RULE_SETS
from services.pipeline.storage.metadata import ORGANIZATION
from tests.support.clock import FixedClock
from tests.support.serving import Caller, House, serving, settings_of

HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)
EAST, WEST = UUID(int=201), UUID(int=202)
ZHANG_WEI, LI_NA, WANG_LEI, DIRECTOR = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
SEEING = ("pipeline.see_contact", "pipeline.see_money")
REP = ("pipeline.read", "pipeline.write", *SEEING)
MANAGER = (*REP, "pipeline.review", "pipeline.approve")
EVERYTHING = (*MANAGER, "pipeline.admin")


class PipelineHouse(House):
    """The service with its people, as a test sees it."""

    def as_member(
        self,
        member: UUID,
        scope: Scope,
        *,
        may: tuple[str, ...] = EVERYTHING,
        team: UUID | None = None,
        role: str = "sales",
        locale: str = "zh",
    ) -> Caller:
        """Call arguments of a member whose permissions reach so far."""
        principal = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            roles=frozenset({role}),
            team=team,
            teams=frozenset({team} if team else ()),
            display_name="tester",
        )
        return self.call_as(principal, locale=locale)

    @property
    def boss(self) -> Caller:
        """Call arguments of somebody who may do everything everywhere."""
        return self.as_member(DIRECTOR, Scope.ALL, role="sales_director")

    @property
    def zhang_wei(self) -> Caller:
        """A rep of Hangzhou."""
        return self.as_member(ZHANG_WEI, Scope.OWN, may=REP, team=HANGZHOU)

    @property
    def wang_lei(self) -> Caller:
        """A rep of Chengdu."""
        return self.as_member(WANG_LEI, Scope.OWN, may=REP, team=CHENGDU)

    @property
    def li_na(self) -> Caller:
        """The manager of Hangzhou."""
        return self.as_member(LI_NA, Scope.TEAM, may=MANAGER, team=HANGZHOU, role="sales_manager")

    async def know_role(self, key: str, grants: dict[str, Scope]) -> None:
        """Put a role into the service's copy of the organization."""
        row = {"uuid": uuid4(), "version": 1, "key": key, "display_name_zh": key, "display_name_en": key}
        numbers = {permission: int(scope) for permission, scope in grants.items()}
        await self.organize(insert(ORGANIZATION.roles).values(**row, grants=numbers, archived=False))

    async def hire(self, member: UUID, *, team: UUID | None = HANGZHOU, role: str = "sales") -> None:
        """Put a member into the service's copy of the organization."""
        row = {
            "uuid": member,
            "version": 1,
            "display_name": f"Member {member.int}",
            "pinyin": f"member{member.int}",
            "email": "",
            "roles": [role],
            "team": team,
            "region": None,
            "seniority": "regular",
            "capacity": 100,
            "skills": [],
            "working_state": "working",
            "active": True,
        }
        await self.organize(insert(ORGANIZATION.members).values(row))

    async def found_team(self, team: UUID, display_name: str, *, region: UUID) -> None:
        """Put a team into the service's copy of the organization."""
        row = {"uuid": team, "version": 1, "display_name": display_name, "region": region, "path": [team]}
        await self.organize(insert(ORGANIZATION.teams).values(**row, archived=False))

    async def organize(self, statement: Executable) -> None:
        """Change the service's copy of the organization."""
        async with self.engine.begin() as connection:
            await connection.execute(statement)
        organization: Organization = self.parts.once("organization", lambda: None)
        await organization.refresh()

    async def subjects(self, aggregate_type: str) -> list[str]:
        """What was published of a kind of aggregates, in order, without the service's own subject."""
        async with self.engine.connect() as connection:
            told = select(outbox.c.subject).where(outbox.c.aggregate_type == aggregate_type).order_by(outbox.c.id)
            return [subject.removeprefix("millrace.pipeline.v1.") for subject in await connection.scalars(told)]


@pytest.fixture
async def house(pipeline_database: str, clock: FixedClock) -> AsyncIterator[PipelineHouse]:
    """A pipeline service with rules read afresh for every call; Zhang Wei, Li Na and Wang Lei work in it."""

    def furnish(parts: Parts) -> None:
        parts.once("organization", lambda: Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0))
        parts.once("rulebook", lambda: Rulebook(RULE_SETS, max_age=-1))

    settings = settings_of("pipeline", pipeline_database, files_url="memory:///")
    async with serving(PipelineHouse, DEFINITION, settings, clock, furnish=furnish) as house:
        await house.found_team(HANGZHOU, "杭州团队", region=EAST)
        await house.found_team(CHENGDU, "成都团队", region=WEST)
        await house.know_role("sales", dict.fromkeys(REP, Scope.OWN))
        await house.know_role("sales_manager", dict.fromkeys(MANAGER, Scope.TEAM))
        await house.know_role("finance", {"pipeline.read": Scope.ALL})
        await house.hire(ZHANG_WEI)
        await house.hire(LI_NA, role="sales_manager")
        await house.hire(WANG_LEI, team=CHENGDU)
        yield house
