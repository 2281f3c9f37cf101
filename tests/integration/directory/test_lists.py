"""Lists: filter, order, pages, and nobody outside the reader's reach in any of them."""

import pytest
from millrace.directory.v1 import member_service_pb2, role_service_pb2

from chassis.listing import FilterInvalid, OrderInvalid, PageTokenInvalid
from chassis.principal import Principal, Scope
from chassis.wire import uuid_of
from services.directory.commands import OPERATOR
from tests.integration.directory.office import Office


async def members(
    office: Office, by: Principal | None = None, **wanted: object
) -> member_service_pb2.ListMembersResponse:
    request = member_service_pb2.ListMembersRequest(**wanted)  # type: ignore[arg-type]
    answer: member_service_pb2.ListMembersResponse = await office.ask(
        office.members.ListMembers, request, by=by or OPERATOR
    )
    return answer


def names(page: member_service_pb2.ListMembersResponse) -> list[str]:
    return [member.display_name for member in page.members]


async def test_chinese_names_are_listed_by_pinyin(office: Office) -> None:
    for number, name in enumerate(["周杰", "陈思远", "李娜", "阿明"]):
        await office.add_member(f"{number}@yunfan.example", display_name=name)
    assert names(await members(office)) == ["阿明", "陈思远", "李娜", "周杰"]
    assert names(await members(office, order_by="display_name desc")) == ["周杰", "李娜", "陈思远", "阿明"]


async def test_pages_neither_skip_nor_repeat_while_members_are_added(office: Office) -> None:
    for number in range(5):
        await office.add_member(f"{number}@yunfan.example", display_name="王伟")
    first = await members(office, page_size=2)
    await office.add_member("later@yunfan.example", display_name="阿明")
    second = await members(office, page_size=2, page_token=first.next_page_token)
    third = await members(office, page_size=2, page_token=second.next_page_token)
    seen = [member.name for page in (first, second, third) for member in page.members]
    assert len(seen) == len(set(seen)) == 5
    assert third.next_page_token == ""
    assert (first.total_size, second.total_size) == (5, 6)


async def test_a_page_token_holds_for_its_own_list_only(office: Office) -> None:
    for number in range(3):
        await office.add_member(f"{number}@yunfan.example")
    first = await members(office, page_size=2)
    with pytest.raises(PageTokenInvalid):
        await members(office, page_size=2, page_token=first.next_page_token, order_by="email")
    with pytest.raises(PageTokenInvalid):
        await members(office, page_token="nonsense")


async def test_members_are_filtered_by_team_and_role(office: Office) -> None:
    team = await office.add_team("东")
    await office.add_member("a@yunfan.example", display_name="甲", team=team.name, roles=["sales"])
    await office.add_member("b@yunfan.example", display_name="乙", team=team.name, roles=["legal"])
    await office.add_member("c@yunfan.example", display_name="丙", roles=["sales"])
    assert names(await members(office, filter=f'team = "{team.name}" AND roles:sales AND active = true')) == ["甲"]
    assert names(await members(office, filter="NOT team:*")) == ["丙"]


@pytest.mark.parametrize(
    "wrong", ["salary = 3", "email", "roles = sales", "seniority = BOSS", "active = maybe", "team = x"]
)
async def test_a_filter_nobody_understands_is_refused(office: Office, wrong: str) -> None:
    with pytest.raises(FilterInvalid):
        await members(office, filter=wrong)


async def test_an_order_nobody_offers_is_refused(office: Office) -> None:
    with pytest.raises(OrderInvalid) as refused:
        await members(office, order_by="capacity desc")
    assert "create_time" in refused.value.choices


async def test_a_reader_lists_and_counts_only_whom_he_may_see(office: Office) -> None:
    team = await office.add_team("东")
    await office.add_member("a@yunfan.example", display_name="甲", team=team.name)
    mine = await office.add_member("b@yunfan.example", display_name="乙")
    await office.add_member("c@yunfan.example", display_name="丙")
    own = Principal(subject=mine.name, grants={"directory.read": Scope.OWN})
    leader = Principal(subject=mine.name, grants={"directory.read": Scope.TEAM}, teams=frozenset({uuid_of(team.name)}))
    assert names(await members(office, by=own)) == ["乙"]
    assert names(await members(office, by=leader)) == ["甲", "乙"]
    assert (await members(office, by=leader)).total_size == 2


async def test_archived_roles_are_not_listed(office: Office) -> None:
    listed = await office.ask(office.roles.ListRoles, role_service_pb2.ListRolesRequest(filter="key = partner"))
    assert [role.key for role in listed.roles] == ["partner"]
    gone = role_service_pb2.DeleteRoleRequest(name=listed.roles[0].name)
    await office.ask(office.roles.DeleteRole, gone)
    again = await office.ask(office.roles.ListRoles, role_service_pb2.ListRolesRequest(filter="key = partner"))
    assert again.total_size == 0


async def test_members_are_filtered_by_their_skills(office: Office) -> None:
    await office.add_member("a@yunfan.example", display_name="甲", skills=["industry:chemical"])
    await office.add_member("b@yunfan.example", display_name="乙")
    assert names(await members(office, filter='skills:"industry:chemical"')) == ["甲"]
    assert names(await members(office, filter="NOT skills:*")) == ["乙"]


async def test_skills_are_industries_by_any_word_for_them(office: Office) -> None:
    made = await office.add_member("a@yunfan.example", display_name="甲", skills=["零售业", "Retail", "制造业", "家具"])
    assert list(made.skills) == ["retail", "manufacturing", "家具"]
    for word in ("零售", "retail industry", "制造", "家具"):
        assert names(await members(office, filter=f'skills:"{word}"')) == ["甲"], word
