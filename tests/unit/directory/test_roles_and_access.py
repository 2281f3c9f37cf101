"""What roles grant, and why a member may or may not."""

import pytest

from services.directory.defaults import default_roles
from services.directory.domain.access import RecordOwnership, Standing, explain
from services.directory.domain.role import (
    PERMISSIONS,
    PermissionGrantedTwice,
    PermissionUnknown,
    Reach,
    RoleDetails,
    add_role,
    covers,
    grants_of,
)
from tests.unit.directory.people import NOON, a_member, a_role, an_id

STANDING = Standing(teams=frozenset({an_id(50), an_id(51)}), region=an_id(70))
ROLES_OF_THE_PRODUCT = {
    "sales", "senior_sales", "pre_sales", "sales_manager", "regional_manager", "sales_director", "marketing", "legal",
    "finance", "after_sales", "customer_success", "technical_support", "partner", "operator", "administrator",
}  # fmt: skip


def why(reach: Reach, *, owner: int = 0, team: int = 0, region: int = 0) -> tuple[bool, str]:
    record = RecordOwnership(
        owner=an_id(owner) if owner else None,
        team=an_id(team) if team else None,
        region=an_id(region) if region else None,
    )
    explanation = explain(
        member=a_member(1),
        roles=(a_role("sales", leads__read=reach),),
        standing=STANDING,
        permission="leads.read",
        record=record,
    )
    return explanation.allowed, explanation.reasons[-1].code


def test_the_default_roles_are_those_of_the_product_and_the_services_own() -> None:
    assert set(default_roles()) == ROLES_OF_THE_PRODUCT | {"service"}


def test_an_administrator_may_do_everything_everywhere() -> None:
    assert default_roles()["administrator"].grants == dict.fromkeys(PERMISSIONS, Reach.ALL)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("partner", set()),
        ("operator", set()),
        ("legal", {"contracts.see_money"}),
        ("finance", {"contracts.see_money"}),
    ],
)
def test_who_does_not_deal_with_customers_sees_no_contacts_and_only_the_money_he_works_on(
    role: str, sees: set[str]
) -> None:
    assert {permission for permission in default_roles()[role].grants if ".see_" in permission} == sees


def test_a_permission_no_method_asks_for_cannot_be_granted() -> None:
    details = RoleDetails(display_name_zh="x", display_name_en="x", grants={"moon.walk": Reach.ALL})
    with pytest.raises(PermissionUnknown):
        add_role(uuid=an_id(1), key="x", details=details, now=NOON)


def test_a_permission_granted_twice_is_refused() -> None:
    with pytest.raises(PermissionGrantedTwice):
        grants_of([("leads.read", Reach.OWN), ("leads.read", Reach.ALL)])


def test_a_wider_grant_covers_a_narrower_one_only() -> None:
    assert covers({"leads.read": Reach.TEAM}, {"leads.read": Reach.OWN})
    assert not covers({"leads.read": Reach.TEAM}, {"leads.read": Reach.REGION})
    assert not covers({"leads.read": Reach.ALL}, {"leads.write": Reach.OWN})


@pytest.mark.parametrize(
    ("reach", "record", "expected"),
    [
        (Reach.OWN, {"owner": 1}, (True, "ACCESS_OWN_ROW")),
        (Reach.OWN, {"owner": 2, "team": 50}, (False, "ACCESS_ROW_OUT_OF_SCOPE")),
        (Reach.TEAM, {"owner": 2, "team": 51}, (True, "ACCESS_TEAM_ROW")),
        (Reach.TEAM, {"owner": 2, "team": 52}, (False, "ACCESS_ROW_OUT_OF_SCOPE")),
        (Reach.REGION, {"region": 70}, (True, "ACCESS_REGION_ROW")),
        (Reach.REGION, {"team": 51, "region": 71}, (True, "ACCESS_TEAM_ROW")),
        (Reach.REGION, {"region": 71}, (False, "ACCESS_ROW_OUT_OF_SCOPE")),
        (Reach.REGION, {}, (False, "ACCESS_ROW_OUT_OF_SCOPE")),
        (Reach.ALL, {}, (True, "ACCESS_EVERY_ROW")),
    ],
)
def test_a_record_is_visible_as_far_as_the_grant_reaches(
    reach: Reach, record: dict[str, int], expected: tuple[bool, str]
) -> None:
    assert why(reach, **record) == expected


def test_one_who_left_may_do_nothing() -> None:
    explanation = explain(
        member=a_member(active=False),
        roles=(a_role("sales", leads__read=Reach.ALL),),
        standing=STANDING,
        permission="leads.read",
        record=None,
    )
    assert not explanation.allowed
    assert [reason.code for reason in explanation.reasons] == ["ACCESS_MEMBER_LEFT"]


def test_the_widest_of_several_grants_counts_and_each_is_named() -> None:
    explanation = explain(
        member=a_member(),
        roles=(a_role("sales", leads__read=Reach.OWN), a_role("marketing", leads__read=Reach.ALL)),
        standing=STANDING,
        permission="leads.read",
        record=None,
    )
    assert explanation.reach is Reach.ALL
    assert [reason.parameters["role"] for reason in explanation.reasons] == ["sales", "marketing"]
