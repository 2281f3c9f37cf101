"""Who would decide is told before anybody asks: the nearest first, with reasons."""

from uuid import UUID

from chassis.approvals import ApprovalSubject, ApproverRule, approvers_of
from chassis.organization import KnownMember, KnownRole, KnownTeam, Snapshot
from chassis.principal import Scope

ZHANG_WEI, TEAM_LEAD, REGIONAL, DIRECTOR, AWAY, ELSEWHERE = (UUID(int=number) for number in range(1, 7))
HANGZHOU, CHENGDU, EAST, WEST = UUID(int=101), UUID(int=102), UUID(int=201), UUID(int=202)
REGISTRATION = ApprovalSubject(name="registrations/r1", content_hash=b"", owner=ZHANG_WEI, team=HANGZHOU, region=EAST)


def a_member(uuid: UUID, role: str, *, team: UUID = HANGZHOU, working_state: str = "working") -> KnownMember:
    return KnownMember(
        uuid=uuid,
        display_name=f"成员{uuid.int}",
        pinyin=f"m{uuid.int}",
        email="",
        roles=frozenset({role}),
        team=team,
        region=None,
        seniority="regular",
        capacity=10,
        skills=frozenset(),
        working_state=working_state,
        active=True,
    )


def a_role(number: int, key: str, scope: Scope | None) -> KnownRole:
    grants = {"pipeline.review": scope} if scope else {}
    return KnownRole(uuid=UUID(int=300 + number), key=key, grants=grants, archived=False)


ROLES = [
    a_role(1, "sales", None),
    a_role(2, "sales_manager", Scope.TEAM),
    a_role(3, "regional_manager", Scope.REGION),
    a_role(4, "sales_director", Scope.ALL),
]
MEMBERS = [
    a_member(ZHANG_WEI, "sales_manager"),
    a_member(DIRECTOR, "sales_director", team=CHENGDU),
    a_member(REGIONAL, "regional_manager"),
    a_member(TEAM_LEAD, "sales_manager"),
    a_member(AWAY, "sales_manager", working_state="on_leave"),
    a_member(ELSEWHERE, "sales_manager", team=CHENGDU),
]
HOUSE = Snapshot(
    members={member.uuid: member for member in MEMBERS},
    teams={
        HANGZHOU: KnownTeam(uuid=HANGZHOU, display_name="杭州", region=EAST, path=(HANGZHOU,), archived=False),
        CHENGDU: KnownTeam(uuid=CHENGDU, display_name="成都", region=WEST, path=(CHENGDU,), archived=False),
    },
    roles={role.key: role for role in ROLES},
)


def found(rule: ApproverRule) -> list[tuple[UUID, list[str]]]:
    approvers = approvers_of(HOUSE, rule=rule, subject=REGISTRATION, requester=f"members/{ZHANG_WEI}")
    return [(each.member.uuid, [reason.code for reason in each.reasons]) for each in approvers]


def test_managers_whose_scope_covers_the_row_are_found_the_nearest_first_and_those_away_last() -> None:
    assert found(ApproverRule(permission="pipeline.review")) == [
        (TEAM_LEAD, ["APPROVER_HAS_ROLE", "APPROVER_REACHES"]),
        (REGIONAL, ["APPROVER_HAS_ROLE", "APPROVER_REACHES"]),
        (DIRECTOR, ["APPROVER_HAS_ROLE", "APPROVER_REACHES"]),
        (AWAY, ["APPROVER_HAS_ROLE", "APPROVER_REACHES", "APPROVER_AWAY"]),
    ]


def test_only_members_with_one_of_the_roles_are_found_where_roles_are_asked_for() -> None:
    rule = ApproverRule(permission="pipeline.review", roles=frozenset({"regional_manager"}))
    assert [member for member, _ in found(rule)] == [REGIONAL]
