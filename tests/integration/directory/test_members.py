"""Members through every layer: rows, events, versions, scopes."""

import asyncio

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.directory.v1 import member_pb2, member_service_pb2, role_pb2, role_service_pb2

from chassis.principal import Principal, Scope
from chassis.wire import uuid_of
from kernel.errors import InvalidField, NotAllowed, NotFound, StaleVersion
from services.directory.domain.member import EmailTaken, MemberNotActive, RoleBeyondGiver, RoleUnknown
from services.directory.domain.refusals import LastAdministrator, TeamUnknown
from tests.integration.directory.office import Office, a_grant

NOWHERE = "teams/00000000-0000-7000-8000-000000000000"


def an_update(member: member_pb2.Member, *paths: str, **fields: object) -> member_service_pb2.UpdateMemberRequest:
    changed = member_pb2.Member(name=member.name, etag=member.etag, **fields)  # type: ignore[arg-type]
    return member_service_pb2.UpdateMemberRequest(member=changed, update_mask=FieldMask(paths=list(paths)))


def leaving(member: member_pb2.Member) -> member_service_pb2.DeactivateMemberRequest:
    return member_service_pb2.DeactivateMemberRequest(name=member.name)


async def test_a_member_is_added_once_for_one_request_id(office: Office) -> None:
    member = member_pb2.Member(display_name="陈思远", email="Chen@Yunfan.example", roles=["sales"], capacity=30)
    request = member_service_pb2.CreateMemberRequest(member=member, request_id="r-1")
    call = office.members.CreateMember
    office_call = await office.ask(call, request)
    assert office_call.email == "chen@yunfan.example"
    assert office_call.pinyin == "chen si yuan"
    assert office_call.active
    assert office_call.etag == "1"
    assert await office.events(office_call.name) == [("member.created", 1)]


async def test_each_change_of_a_member_is_one_event(office: Office) -> None:
    member = await office.add_member("a@yunfan.example")
    member = await office.ask(office.members.UpdateMember, an_update(member, "capacity", capacity=5))
    member = await office.ask(office.members.DeactivateMember, leaving(member))
    back = member_service_pb2.ReactivateMemberRequest(name=member.name)
    member = await office.ask(office.members.ReactivateMember, back)
    assert await office.events(member.name) == [
        ("member.created", 1),
        ("member.updated", 2),
        ("member.deactivated", 3),
        ("member.reactivated", 4),
    ]


async def test_an_update_that_changes_nothing_is_no_event(office: Office) -> None:
    member = await office.add_member("a@yunfan.example", capacity=5)
    again = await office.ask(office.members.UpdateMember, an_update(member, "capacity", capacity=5))
    assert again.etag == "1"
    assert await office.events(member.name) == [("member.created", 1)]


async def test_of_many_updates_from_the_same_version_one_wins(office: Office) -> None:
    member = await office.add_member("a@yunfan.example")
    tries = [
        office.ask(office.members.UpdateMember, an_update(member, "capacity", capacity=number))
        for number in range(1, 9)
    ]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, member_pb2.Member) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 7
    assert len(await office.events(member.name)) == 2


async def test_of_many_members_with_one_address_one_is_added(office: Office) -> None:
    outcomes = await asyncio.gather(
        *(office.add_member("same@yunfan.example") for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(outcome, member_pb2.Member) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == 5


async def test_an_update_needs_the_version_that_was_seen(office: Office) -> None:
    member = await office.add_member("a@yunfan.example")
    member.ClearField("etag")
    with pytest.raises(InvalidField) as refusal:
        await office.ask(office.members.UpdateMember, an_update(member, "capacity", capacity=5))
    assert refusal.value.field == "member.etag"


@pytest.mark.parametrize("path", ["active", "name", "create_time", "*", "salary"])
async def test_fields_of_the_service_are_refused_in_a_mask(office: Office, path: str) -> None:
    member = await office.add_member("a@yunfan.example")
    with pytest.raises(InvalidField) as refusal:
        await office.ask(office.members.UpdateMember, an_update(member, path))
    assert refusal.value.field == "update_mask"


async def test_a_renamed_member_is_spelled_anew_and_a_spelling_of_ones_own_is_kept(office: Office) -> None:
    member = await office.add_member("a@yunfan.example", display_name="单雄信")
    request = an_update(member, "pinyin", pinyin="shan xiongxin")
    spelled = await office.ask(office.members.UpdateMember, request)
    assert spelled.pinyin == "shan xiongxin"
    renamed = await office.ask(office.members.UpdateMember, an_update(spelled, "display_name", display_name="王伟"))
    assert renamed.pinyin == "wang wei"


async def test_a_member_refers_to_teams_and_roles_that_exist(office: Office) -> None:
    with pytest.raises(TeamUnknown):
        await office.add_member("a@yunfan.example", team=NOWHERE)
    with pytest.raises(RoleUnknown):
        await office.add_member("a@yunfan.example", roles=["king"])


async def test_nobody_leaves_twice(office: Office) -> None:
    member = await office.add_member("a@yunfan.example")
    await office.ask(office.members.DeactivateMember, leaving(member))
    with pytest.raises(MemberNotActive):
        await office.ask(office.members.DeactivateMember, leaving(member))


async def test_the_last_administrator_stays_also_when_two_go_at_once(office: Office) -> None:
    first = await office.add_member("a@yunfan.example", roles=["administrator"])
    second = await office.add_member("b@yunfan.example", roles=["administrator"])
    outcomes = await asyncio.gather(
        office.ask(office.members.DeactivateMember, leaving(first)),
        office.ask(office.members.DeactivateMember, leaving(second)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, LastAdministrator) for outcome in outcomes) == 1


async def test_the_last_administrator_cannot_give_up_the_role(office: Office) -> None:
    only = await office.add_member("a@yunfan.example", roles=["administrator"])
    with pytest.raises(LastAdministrator):
        await office.ask(office.members.UpdateMember, an_update(only, "roles", roles=["sales"]))


async def test_an_administrator_of_a_team_reaches_his_subtree_only(office: Office) -> None:
    east, west = await office.add_team("东"), await office.add_team("西")
    below = await office.add_team("东一", parent=east.name)
    inside = await office.add_member("in@yunfan.example", team=below.name)
    outside = await office.add_member("out@yunfan.example", team=west.name)
    leader = Principal(
        subject="members/00000000-0000-7000-8000-000000000001",
        grants={"directory.admin": Scope.TEAM, "directory.read": Scope.TEAM, "leads.read": Scope.TEAM},
        teams=frozenset({uuid_of(east.name), uuid_of(below.name)}),
    )
    update = office.members.UpdateMember
    assert (await office.ask(update, an_update(inside, "capacity", capacity=3), by=leader)).capacity == 3
    with pytest.raises(NotFound):
        await office.ask(update, an_update(outside, "capacity", capacity=3), by=leader)
    get = member_service_pb2.GetMemberRequest(name=outside.name)
    with pytest.raises(NotFound):
        await office.ask(office.members.GetMember, get, by=leader)
    inside.etag = "2"
    with pytest.raises(NotAllowed):
        await office.ask(update, an_update(inside, "team", team=west.name), by=leader)
    with pytest.raises(RoleBeyondGiver):
        await office.ask(update, an_update(inside, "roles", roles=["administrator"]), by=leader)


async def test_an_administrator_of_a_part_cannot_change_roles(office: Office) -> None:
    part = Principal(subject="members/x", grants={"directory.admin": Scope.REGION})
    role = role_pb2.Role(
        key="mine",
        display_name_zh="我",
        display_name_en="Mine",
        grants=[a_grant("directory.admin", role_pb2.SCOPE_ALL)],
    )
    with pytest.raises(NotAllowed):
        await office.ask(office.roles.CreateRole, role_service_pb2.CreateRoleRequest(role=role), by=part)
