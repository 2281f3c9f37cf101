"""A service's copy of the organization, fed from events."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from google.type.date_pb2 import Date
from google.type.dayofweek_pb2 import MONDAY
from millrace.directory.v1 import calendar_pb2, member_pb2, role_pb2
from millrace.directory.v1.calendar_events_pb2 import CalendarCreated, CalendarSnapshot
from millrace.directory.v1.member_events_pb2 import MemberCreated, MemberDeactivated, MemberSnapshot
from millrace.directory.v1.role_events_pb2 import RoleCreated, RoleSnapshot
from millrace.directory.v1.team_events_pb2 import TeamCreated, TeamSnapshot
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Event
from chassis.database import open_engine
from chassis.organization import Organization, organization_subscription, organization_tables
from chassis.principal import Scope
from kernel.errors import Unauthenticated
from tests.support.clock import NOON

METADATA = MetaData()
TABLES = organization_tables(METADATA)
COPY = organization_subscription(consumer="leads-organization", tables=TABLES)
MEMBER, TEAM, ROLE, CALENDAR = (UUID(int=number) for number in (1, 2, 3, 4))


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(empty_database, name="test")
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield engine
    await engine.dispose()


def news(aggregate: str, version: int, message: Any) -> Event:
    return Event(
        id=f"{aggregate}-{version}",
        subject="millrace.directory.v1.x.y",
        type=message.DESCRIPTOR.full_name,
        aggregate=aggregate,
        version=version,
        time=NOON,
        payload=b"",
        message=message,
    )


def the_member(*, capacity: int = 10, active: bool = True) -> MemberSnapshot:
    return MemberSnapshot(
        name=f"members/{MEMBER}",
        display_name="陈思远",
        roles=["sales_manager"],
        team=f"teams/{TEAM}",
        capacity=capacity,
        skills=["manufacturing"],
        seniority=member_pb2.SENIORITY_SENIOR,
        working_state=member_pb2.WORKING_STATE_WORKING,
        active=active,
    )


THE_ROLE = RoleSnapshot(key="sales_manager", grants={"leads.read": role_pb2.SCOPE_TEAM})
EVERYTHING = (
    news(f"team/{TEAM}", 1, TeamCreated(team=TeamSnapshot(display_name="东", path=[f"teams/{TEAM}"]))),
    news(f"role/{ROLE}", 1, RoleCreated(role=THE_ROLE)),
    news(f"member/{MEMBER}", 1, MemberCreated(member=the_member())),
    news(f"member/{MEMBER}", 2, MemberCreated(member=the_member(capacity=20))),
    news(
        f"calendar/{CALENDAR}",
        1,
        CalendarCreated(
            calendar=CalendarSnapshot(
                special_days=[calendar_pb2.SpecialDay(date=Date(year=2026, month=10, day=1))],
                working_hours=[calendar_pb2.WorkingHours(weekday=MONDAY, start_minute=540, end_minute=1080)],
            )
        ),
    ),
)  # fmt: skip


async def feed(engine: AsyncEngine, *events: Event) -> None:
    async with engine.begin() as connection:
        await COPY.apply(connection, events)


async def test_the_copy_knows_what_the_events_told(engine: AsyncEngine) -> None:
    await feed(engine, *EVERYTHING)
    organization = Organization(engine=engine, tables=TABLES)
    snapshot = await organization.current()
    member = snapshot.members[MEMBER]
    assert (member.capacity, member.seniority, member.takes_work) == (20, "senior", True)
    assert snapshot.calendar().special_days == {"2026-10-01": False}
    assert snapshot.calendar().working_hours == ((1, 540, 1080),)
    principal = await organization.principal(subject=f"members/{MEMBER}")
    assert principal.grants == {"leads.read": Scope.TEAM}
    assert principal.teams == {TEAM}


async def test_older_news_never_goes_over_newer(engine: AsyncEngine) -> None:
    await feed(engine, *EVERYTHING)
    await feed(engine, EVERYTHING[2])
    snapshot = await Organization(engine=engine, tables=TABLES).current()
    assert snapshot.members[MEMBER].capacity == 20


async def test_one_who_left_is_refused_as_soon_as_the_news_arrives(engine: AsyncEngine) -> None:
    await feed(engine, *EVERYTHING)
    organization = Organization(engine=engine, tables=TABLES)
    await organization.principal(subject=f"members/{MEMBER}")
    await feed(engine, news(f"member/{MEMBER}", 3, MemberDeactivated(member=the_member(active=False))))
    await organization.refresh()
    with pytest.raises(Unauthenticated):
        await organization.principal(subject=f"members/{MEMBER}")
