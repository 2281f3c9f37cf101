"""What was archived comes back when nothing has taken its place (AIP-164)."""

from typing import Any

import pytest
from millrace.directory.v1 import (
    region_pb2,
    region_service_pb2,
    role_pb2,
    role_service_pb2,
    team_pb2,
    team_service_pb2,
)

from chassis.principal import Principal, Scope
from kernel.errors import NotAllowed, NotFound, StaleVersion
from services.directory.domain.refusals import NotDeleted, TeamUnknown
from services.directory.domain.region import ProvinceTaken
from services.directory.domain.role import RoleKeyTaken
from services.directory.domain.team import TeamNameTaken
from tests.integration.directory.office import Office


async def delete_team(office: Office, team: team_pb2.Team) -> None:
    await office.ask(office.teams.DeleteTeam, team_service_pb2.DeleteTeamRequest(name=team.name))


async def undelete_team(office: Office, team: team_pb2.Team, **wishes: Any) -> team_pb2.Team:
    request = team_service_pb2.UndeleteTeamRequest(name=team.name)
    answer: team_pb2.Team = await office.ask(office.teams.UndeleteTeam, request, **wishes)
    return answer


async def names(office: Office, *, show_deleted: bool) -> list[str]:
    page = await office.ask(office.teams.ListTeams, team_service_pb2.ListTeamsRequest(show_deleted=show_deleted))
    return [team.display_name for team in page.teams]


async def test_an_archived_team_comes_back_where_it_stood(office: Office) -> None:
    above = await office.add_team("华东")
    team = await office.add_team("杭州", parent=above.name)
    await delete_team(office, team)
    assert (await names(office, show_deleted=False), await names(office, show_deleted=True)) == (
        ["华东"],
        ["华东", "杭州"],
    )
    back = await undelete_team(office, team)
    assert (back.archived, list(back.path)) == (False, [above.name, team.name])
    assert await names(office, show_deleted=False) == ["华东", "杭州"]
    assert await office.events(team.name) == [("team.created", 1), ("team.deleted", 2), ("team.undeleted", 3)]


async def test_a_team_does_not_come_back_under_an_archived_one(office: Office) -> None:
    above = await office.add_team("华东")
    team = await office.add_team("杭州", parent=above.name)
    await delete_team(office, team)
    await delete_team(office, above)
    with pytest.raises(TeamUnknown):
        await undelete_team(office, team)
    await undelete_team(office, above)
    assert not (await undelete_team(office, team)).archived


async def test_a_team_does_not_come_back_beside_one_of_its_name(office: Office) -> None:
    team = await office.add_team("杭州")
    await delete_team(office, team)
    await office.add_team("杭州")
    with pytest.raises(TeamNameTaken):
        await undelete_team(office, team)


async def test_what_was_never_archived_cannot_come_back(office: Office) -> None:
    team = await office.add_team("杭州")
    with pytest.raises(NotDeleted):
        await undelete_team(office, team)
    nobody = team_pb2.Team(name="teams/00000000-0000-7000-8000-000000000000")
    with pytest.raises(NotFound):
        await undelete_team(office, nobody)


async def test_only_an_administrator_of_the_whole_who_saw_what_stands_brings_back(office: Office) -> None:
    team = await office.add_team("杭州")
    await delete_team(office, team)
    of_a_part = Principal(subject="members/x", grants={"directory.admin": Scope.TEAM})
    with pytest.raises(NotAllowed):
        await undelete_team(office, team, by=of_a_part)
    stale = team_service_pb2.UndeleteTeamRequest(name=team.name, etag="1")
    with pytest.raises(StaleVersion):
        await office.ask(office.teams.UndeleteTeam, stale)


async def test_a_region_comes_back_while_its_provinces_are_free(office: Office) -> None:
    region = region_pb2.Region(display_name="华东", provinces=["浙江"])
    region = await office.ask(office.regions.CreateRegion, region_service_pb2.CreateRegionRequest(region=region))
    deletion = region_service_pb2.DeleteRegionRequest(name=region.name)
    undeletion = region_service_pb2.UndeleteRegionRequest(name=region.name)
    await office.ask(office.regions.DeleteRegion, deletion)
    assert not (await office.ask(office.regions.UndeleteRegion, undeletion)).archived
    await office.ask(office.regions.DeleteRegion, deletion)
    other = region_pb2.Region(display_name="东南", provinces=["浙江"])
    await office.ask(office.regions.CreateRegion, region_service_pb2.CreateRegionRequest(region=other))
    with pytest.raises(ProvinceTaken):
        await office.ask(office.regions.UndeleteRegion, undeletion)
    listed = await office.ask(office.regions.ListRegions, region_service_pb2.ListRegionsRequest(show_deleted=True))
    assert sorted((each.display_name, each.archived) for each in listed.regions) == [("东南", False), ("华东", True)]


async def test_a_role_comes_back_while_its_key_is_free(office: Office) -> None:
    buyer = role_pb2.Role(key="buyer", display_name_zh="采购", display_name_en="Buyer")
    role = await office.ask(office.roles.CreateRole, role_service_pb2.CreateRoleRequest(role=buyer))
    deletion = role_service_pb2.DeleteRoleRequest(name=role.name)
    undeletion = role_service_pb2.UndeleteRoleRequest(name=role.name)
    await office.ask(office.roles.DeleteRole, deletion)
    back = await office.ask(office.roles.UndeleteRole, undeletion)
    assert (back.key, back.archived) == ("buyer", False)
    await office.ask(office.roles.DeleteRole, deletion)
    await office.ask(office.roles.CreateRole, role_service_pb2.CreateRoleRequest(role=buyer))
    with pytest.raises(RoleKeyTaken):
        await office.ask(office.roles.UndeleteRole, undeletion)
