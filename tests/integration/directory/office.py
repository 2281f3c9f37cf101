"""The directory at work on a real database: its servicers, called as the boundary calls them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from millrace.directory.v1 import member_pb2, member_service_pb2, role_pb2, team_pb2, team_service_pb2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

import services.directory
from chassis.principal import Principal
from chassis.rpc.call import Call
from chassis.texts import Texts
from chassis.work import Store
from services.directory.commands import OPERATOR
from services.directory.events.publications import ORGANIZATION
from services.directory.rpc.access_servicer import AccessServicer
from services.directory.rpc.calendar_servicer import CalendarServicer
from services.directory.rpc.member_servicer import MemberServicer
from services.directory.rpc.region_servicer import RegionServicer
from services.directory.rpc.role_servicer import RoleServicer
from services.directory.rpc.team_servicer import TeamServicer
from tests.support.clock import FixedClock

KEY = b"a key of this test"
TEXTS = Texts(Path(services.directory.__file__).parent / "messages")


@dataclass
class Office:
    """Every servicer of the organization over one database."""

    engine: AsyncEngine
    clock: FixedClock

    def __post_init__(self) -> None:
        self.store = Store(self.engine, service="directory", clock=self.clock, publications=ORGANIZATION)
        self.members = MemberServicer(self.store, page_key=KEY)
        self.teams = TeamServicer(self.store, page_key=KEY)
        self.regions = RegionServicer(self.store, page_key=KEY)
        self.roles = RoleServicer(self.store, TEXTS, page_key=KEY)
        self.calendars = CalendarServicer(self.store, page_key=KEY)
        self.access = AccessServicer(self.store, TEXTS)

    async def ask(
        self, method: Callable[..., Any], request: Message, *, by: Principal = OPERATOR, locale: str = "en"
    ) -> Any:
        """Call one method as somebody."""
        call = Call(principal=by, method=method.__qualname__, now=self.clock.now(), locale=locale)
        return await method(request, call)

    async def add_member(self, email: str, **fields: Any) -> member_pb2.Member:
        """A member who is there."""
        member = member_pb2.Member(**{"display_name": "陈思远", "email": email, **fields})
        request = member_service_pb2.CreateMemberRequest(member=member)
        answer: member_pb2.Member = await self.ask(self.members.CreateMember, request)
        return answer

    async def add_team(self, name: str, *, parent: str = "", region: str = "") -> team_pb2.Team:
        """A team that is there."""
        team = team_pb2.Team(display_name=name, parent=parent, region=region)
        request = team_service_pb2.CreateTeamRequest(team=team)
        answer: team_pb2.Team = await self.ask(self.teams.CreateTeam, request)
        return answer

    async def events(self, aggregate: str) -> list[tuple[str, int]]:
        """What happened to a resource, by subject and version."""
        query = text("select subject, version from outbox where aggregate_id = cast(:id as uuid) order by id")
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query, {"id": aggregate.partition("/")[2]})).all()
        return [(row.subject.removeprefix("millrace.directory.v1."), row.version) for row in rows]


def a_grant(permission: str, scope: "role_pb2.Scope.ValueType") -> role_pb2.Grant:
    """A grant on the wire."""
    return role_pb2.Grant(permission=permission, scope=scope)
