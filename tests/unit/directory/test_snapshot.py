"""Who a caller is by the organization in memory."""

from uuid import UUID

import pytest

from chassis.organization import KnownCalendar, KnownMember, KnownRegion, KnownRole, KnownTeam, Snapshot
from chassis.principal import Scope
from kernel.errors import Unauthenticated
from tests.unit.directory.people import an_id

EAST, EAST_ONE, WEST = an_id(10), an_id(11), an_id(12)
ZHEJIANG = an_id(70)


def a_known_member(
    *roles: str, team: UUID | None = EAST, region: UUID | None = None, active: bool = True
) -> KnownMember:
    return KnownMember(
        uuid=an_id(1),
        display_name="陈思远",
        pinyin="chen si yuan",
        email="a@yunfan.example",
        roles=frozenset(roles),
        team=team,
        region=region,
        seniority="regular",
        capacity=10,
        skills=frozenset(),
        working_state="working",
        active=active,
    )


def an_organization(member: KnownMember) -> Snapshot:
    def team(uuid: UUID, *above: UUID, region: UUID | None = None) -> KnownTeam:
        return KnownTeam(uuid=uuid, display_name="x", region=region, path=(*above, uuid), archived=False)

    def role(key: str, **grants: Scope) -> KnownRole:
        named = {permission.replace("__", "."): scope for permission, scope in grants.items()}
        return KnownRole(uuid=an_id(len(key)), key=key, grants=named, archived=key == "gone")

    return Snapshot(
        members={member.uuid: member},
        teams={each.uuid: each for each in (team(EAST, region=ZHEJIANG), team(EAST_ONE, EAST), team(WEST))},
        regions={ZHEJIANG: KnownRegion(uuid=ZHEJIANG, display_name="华东", provinces=("浙江",), archived=False)},
        roles={
            each.key: each
            for each in (
                role("sales", leads__read=Scope.OWN, leads__write=Scope.OWN),
                role("boss", leads__read=Scope.REGION),
                role("gone", audit__read=Scope.ALL),
            )
        },
        calendars={
            None: KnownCalendar(special_days={"2026-10-01": False}, working_hours=((1, 540, 1080),)),
            EAST: KnownCalendar(special_days={"2026-10-01": True}, working_hours=()),
        },
    )


def test_a_member_has_the_widest_of_what_the_roles_grant() -> None:
    member = a_known_member("sales", "boss")
    principal = an_organization(member).principal(subject=f"members/{member.uuid}", roles=["sales"])
    assert principal.grants == {"leads.read": Scope.REGION, "leads.write": Scope.OWN}
    assert principal.roles == {"sales", "boss"}


def test_an_archived_role_grants_nothing() -> None:
    member = a_known_member("gone")
    assert an_organization(member).principal(subject=f"members/{member.uuid}").grants == {}


def test_a_token_cannot_give_a_member_a_role_the_directory_took_away() -> None:
    member = a_known_member()
    assert not an_organization(member).principal(subject=f"members/{member.uuid}", roles=["boss"]).may("leads.read")


def test_a_member_below_a_team_with_a_region_works_in_that_region() -> None:
    member = a_known_member(team=EAST_ONE)
    principal = an_organization(member).principal(subject=f"members/{member.uuid}")
    assert principal.region == ZHEJIANG
    assert principal.teams == {EAST_ONE}


def test_a_leader_reaches_the_own_team_and_those_below() -> None:
    member = a_known_member(team=EAST)
    assert an_organization(member).principal(subject=f"members/{member.uuid}").teams == {EAST, EAST_ONE}


def test_a_program_has_its_permissions_over_every_row() -> None:
    principal = an_organization(a_known_member()).principal(subject="apiClients/1", permissions=["leads.write"])
    assert principal.grants == {"leads.write": Scope.ALL}
    assert principal.member is None


@pytest.mark.parametrize("subject", ["members/00000000-0000-0000-0000-000000000009", "members/nonsense"])
def test_a_member_nobody_knows_is_not_let_in(subject: str) -> None:
    with pytest.raises(Unauthenticated):
        an_organization(a_known_member()).principal(subject=subject)


def test_a_member_who_left_is_not_let_in() -> None:
    member = a_known_member(active=False)
    with pytest.raises(Unauthenticated):
        an_organization(member).principal(subject=f"members/{member.uuid}")


def test_a_province_is_found_with_and_without_its_ending() -> None:
    organization = an_organization(a_known_member())
    assert organization.region_for_province("浙江省") == ZHEJIANG
    assert organization.region_for_province("浙江") == ZHEJIANG
    assert organization.region_for_province("四川") is None


def test_a_team_works_by_its_own_days_and_the_houses_hours() -> None:
    calendar = an_organization(a_known_member()).calendar(EAST_ONE)
    assert calendar.special_days == {"2026-10-01": True}
    assert calendar.working_hours == ((1, 540, 1080),)
