"""Teams, regions, roles, calendars through every layer, and who a caller is by them."""

import asyncio

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from millrace.directory.v1 import (
    access_service_pb2,
    calendar_pb2,
    calendar_service_pb2,
    member_service_pb2,
    region_pb2,
    region_service_pb2,
    role_pb2,
    role_service_pb2,
    team_pb2,
    team_service_pb2,
)

from chassis.organization import Organization
from chassis.principal import Principal, Scope
from chassis.wire import uuid_of
from kernel.errors import Unauthenticated
from services.directory.__main__ import PUBLICATIONS
from services.directory.application.establishment import AdministratorExists
from services.directory.commands import OPERATOR, add_first_administrator, establish
from services.directory.domain.calendar import CalendarExists
from services.directory.domain.region import ProvinceTaken
from services.directory.domain.role import RoleInUse
from services.directory.domain.team import TeamBelowItself, TeamInUse
from services.directory.storage.tables import ORGANIZATION
from tests.integration.directory.office import Office, a_grant


def under(team: team_pb2.Team, parent: str) -> team_service_pb2.UpdateTeamRequest:
    moved = team_pb2.Team(name=team.name, etag=team.etag, parent=parent)
    return team_service_pb2.UpdateTeamRequest(team=moved, update_mask=FieldMask(paths=["parent"]))


async def add_region(office: Office, name: str, *provinces: str) -> region_pb2.Region:
    region = region_pb2.Region(display_name=name, provinces=provinces)
    answer: region_pb2.Region = await office.ask(
        office.regions.CreateRegion, region_service_pb2.CreateRegionRequest(region=region)
    )
    return answer


async def test_a_moved_team_takes_the_teams_below_along_each_with_its_event(office: Office) -> None:
    old, new = await office.add_team("旧"), await office.add_team("新")
    moved = await office.add_team("移", parent=old.name)
    below = await office.add_team("下", parent=moved.name)
    answer = await office.ask(office.teams.UpdateTeam, under(moved, new.name))
    assert list(answer.path) == [new.name, moved.name]
    found = await office.ask(office.teams.GetTeam, team_service_pb2.GetTeamRequest(name=below.name))
    assert list(found.path) == [new.name, moved.name, below.name]
    assert await office.events(below.name) == [("team.created", 1), ("team.updated", 2)]


async def test_two_moves_at_once_never_close_a_circle(office: Office) -> None:
    first, second = await office.add_team("一"), await office.add_team("二")
    outcomes = await asyncio.gather(
        office.ask(office.teams.UpdateTeam, under(first, second.name)),
        office.ask(office.teams.UpdateTeam, under(second, first.name)),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Team", "TeamBelowItself"]
    assert TeamBelowItself in {type(outcome) for outcome in outcomes}


async def test_a_team_with_members_is_not_archived(office: Office) -> None:
    team = await office.add_team("东")
    await office.add_member("a@yunfan.example", team=team.name)
    with pytest.raises(TeamInUse):
        await office.ask(office.teams.DeleteTeam, team_service_pb2.DeleteTeamRequest(name=team.name))


async def test_a_province_belongs_to_one_region(office: Office) -> None:
    await add_region(office, "华东", "浙江", "江苏")
    with pytest.raises(ProvinceTaken):
        await add_region(office, "华南", "江苏")


async def test_a_role_somebody_holds_is_not_archived(office: Office) -> None:
    role = role_pb2.Role(key="buyer", display_name_zh="采购", display_name_en="Buyer")
    role = await office.ask(office.roles.CreateRole, role_service_pb2.CreateRoleRequest(role=role))
    await office.add_member("a@yunfan.example", roles=["buyer"])
    with pytest.raises(RoleInUse):
        await office.ask(office.roles.DeleteRole, role_service_pb2.DeleteRoleRequest(name=role.name))


async def test_permissions_are_explained_in_the_readers_language(office: Office) -> None:
    request = role_service_pb2.ListPermissionsRequest()
    chinese = await office.ask(office.roles.ListPermissions, request, locale="zh")
    assert {each.permission: each.description for each in chinese.permissions}["leads.read"] == "查看线索"


async def test_a_team_works_by_its_own_days_over_those_of_the_house(office: Office) -> None:
    team = await office.add_team("客服")
    works = calendar_pb2.SpecialDay(date=Date(year=2026, month=10, day=1), working=True)
    calendar = calendar_pb2.Calendar(team=team.name, special_days=[works])
    create = calendar_service_pb2.CreateCalendarRequest(calendar=calendar)
    await office.ask(office.calendars.CreateCalendar, create)
    resolve = calendar_service_pb2.ResolveCalendarRequest(team=team.name)
    resolved = await office.ask(office.calendars.ResolveCalendar, resolve)
    days = {(day.date.month, day.date.day): day.working for day in resolved.special_days if day.date.year == 2026}
    assert days[10, 1] is True
    assert days[10, 2] is False
    assert len(resolved.working_hours) == 10
    with pytest.raises(CalendarExists):
        await office.ask(office.calendars.CreateCalendar, create)


async def test_migrating_makes_the_roles_once(office: Office, directory_database: str) -> None:
    assert await establish(directory_database, publications=PUBLICATIONS) is False


async def test_a_permission_that_no_role_has_is_new_and_given_out_at_the_next_migration(
    office: Office, directory_database: str
) -> None:
    async def grants(key: str) -> dict[str, int]:
        listed = await office.ask(office.roles.ListRoles, role_service_pb2.ListRolesRequest(page_size=200))
        role = next(each for each in listed.roles if each.key == key)
        return {grant.permission: grant.scope for grant in role.grants}

    before = await grants("sales_manager")
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("update roles set grants = grants - 'contracts.approve'")
        await connection.exec_driver_sql(
            "update roles set grants = grants - 'leads.import' where key = 'sales_manager'"
        )

    await establish(directory_database, publications=PUBLICATIONS)

    assert (await grants("sales_manager"))["contracts.approve"] == before["contracts.approve"]
    assert "leads.import" not in await grants("sales_manager"), "others still have it: an administrator took it away"
    assert "contracts.approve" not in await grants("sales")


async def test_a_permission_that_nothing_asks_for_any_more_goes_from_every_role_at_the_next_migration(
    office: Office, directory_database: str
) -> None:
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("update roles set grants = grants || '{\"audit.read\": 4}'")
    await establish(directory_database, publications=PUBLICATIONS)
    async with office.engine.connect() as connection:
        having = await connection.exec_driver_sql("select key from roles where grants ? 'audit.read'")
        assert having.all() == []


async def test_the_first_administrator_is_added_once_and_nobody_after_him(
    office: Office, directory_database: str
) -> None:
    async def bootstrap(email: str) -> str:
        member = await add_first_administrator(
            directory_database,
            email=email,
            display_name="管理员",
            password="correct horse battery staple",
            publications=PUBLICATIONS,
        )
        return member.name

    assert await bootstrap("Admin@yunfan.example") == await bootstrap("admin@yunfan.example")
    with pytest.raises(AdministratorExists):
        await bootstrap("other@yunfan.example")


async def test_a_caller_has_the_union_of_what_his_roles_grant_and_his_teams_below(office: Office) -> None:
    region = await add_region(office, "华东", "浙江")
    east = await office.add_team("东", region=region.name)
    below = await office.add_team("东一", parent=east.name)
    member = await office.add_member("a@yunfan.example", roles=["sales", "sales_manager"], team=east.name)
    organization = Organization(engine=office.engine, tables=ORGANIZATION)
    principal = await organization.principal(subject=member.name, roles=["administrator"])
    assert principal.grants["leads.read"] is Scope.TEAM
    assert not principal.may("directory.admin")
    assert principal.teams == {uuid_of(east.name), uuid_of(below.name)}
    assert principal.region == uuid_of(region.name)
    assert (await organization.current()).region_for_province("浙江省") == uuid_of(region.name)


async def test_a_new_member_is_known_at_once_and_one_who_left_is_not(office: Office) -> None:
    organization = Organization(engine=office.engine, tables=ORGANIZATION, max_age=0.05)
    await organization.current()
    await asyncio.sleep(0.06)
    member = await office.add_member("a@yunfan.example")
    assert (await organization.principal(subject=member.name)).display_name == "陈思远"
    leaving = member_service_pb2.DeactivateMemberRequest(name=member.name)
    await office.ask(office.members.DeactivateMember, leaving)
    await organization.refresh()
    with pytest.raises(Unauthenticated):
        await organization.principal(subject=member.name)


async def test_an_explanation_names_the_role_and_the_row(office: Office) -> None:
    team, other = await office.add_team("东"), await office.add_team("西")
    member = await office.add_member("a@yunfan.example", roles=["sales_manager"], team=team.name)
    request = access_service_pb2.ExplainAccessRequest(
        member=member.name,
        permission="leads.write",
        record=access_service_pb2.ScopedRecord(team=other.name),
    )
    english = await office.ask(office.access.ExplainAccess, request)
    assert not english.allowed
    assert [reason.text for reason in english.reasons] == [
        "The role “Sales manager” grants leads.write, reaching over: own team and below",
        "The record is outside what 陈思远 may see (own team and below)",
    ]
    chinese = await office.ask(office.access.ExplainAccess, request, locale="zh")
    assert chinese.reasons[0].text == "角色“销售经理”授予权限 leads.write，范围：本团队及下级"


async def test_an_explanation_tells_which_fields_are_masked_and_which_role_shows_them(office: Office) -> None:
    member = await office.add_member("a@yunfan.example", roles=["after_sales", "partner"])
    request = access_service_pb2.ExplainAccessRequest(member=member.name, permission="leads.read")
    answer = await office.ask(office.access.ExplainAccess, request)
    assert [(each.permission, each.shown, list(each.roles)) for each in answer.field_sights] == [
        ("leads.see_contact", True, ["after_sales"]),
        ("leads.see_money", False, []),
    ]
    assert answer.field_sights[0].description == "See phone numbers and mail addresses of leads"


async def test_a_caller_learns_what_he_may_do(office: Office) -> None:
    member = await office.add_member("a@yunfan.example")
    caller = Principal(subject=member.name, grants={"leads.read": Scope.OWN})
    answer = await office.ask(office.access.GetMyAccess, access_service_pb2.GetMyAccessRequest(), by=caller)
    assert answer.member.display_name == "陈思远"
    assert list(answer.grants) == [a_grant("leads.read", role_pb2.SCOPE_OWN)]
    program = await office.ask(office.access.GetMyAccess, access_service_pb2.GetMyAccessRequest(), by=OPERATOR)
    assert not program.HasField("member")
