"""Which tags an account may bear, how many of a group, and who or what sets them."""

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kernel.errors import Refusal
from services.pipeline.application.tag_rules import TagRules
from services.pipeline.domain.account import AccountFacts, Ownership
from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.tag_groups import (
    TagGroupByRule,
    TagGroupNotYours,
    TagGroupSingle,
    TagGroupUnknown,
    TagUnknown,
    tag_facts,
)
from tests.unit.pipeline.shipped import SHIPPED
from tests.unit.pipeline.test_account import LATER, an_account
from trade.rule_body import RuleBodyInvalid

BODY = tomllib.loads((SHIPPED / "account_tags.toml").read_text(encoding="utf-8"))
RULES = TagRules.from_mapping(BODY)
TODAY = date(2026, 3, 2)


def facts_of(employees: int = 0, *, phase: Phase = Phase.PROSPECT, orders: int = 0, last: date | None = None) -> Any:
    account = an_account(AccountFacts(display_name="云帆", employee_count=employees))
    return tag_facts(account, phase=phase, tier="", order_count=orders, last_order=last, today=TODAY)


def body(**group: Any) -> dict[str, Any]:
    tags = group.pop("tags", [{"key": "one", "title": "一", "title_en": "One"}])
    told = {"key": "g", "title": "组", "title_en": "Group", "choice": "single", "set_by": "hand", "tags": tags, **group}
    return {"groups": [told]}


def by_hand(*before: str, group: str, tags: list[str], roles: tuple[str, ...] = ("sales",)) -> tuple[str, ...]:
    return RULES.groups.set_by_hand(before, group=group, tags=tags, roles=roles)


def test_tags_of_one_group_take_the_place_of_those_before_and_leave_other_groups_alone() -> None:
    assert by_hand("attention/reference", "cooperation/agent", group="cooperation", tags=["framework"]) == (
        "attention/reference",
        "cooperation/framework",
    )
    assert by_hand("cooperation/agent", group="cooperation", tags=[]) == ()


@pytest.mark.parametrize(
    ("group", "tags", "refusal"),
    [
        ("nonsense", ["one"], TagGroupUnknown),
        ("size", ["large"], TagGroupByRule),
        ("attention", ["reference"], TagGroupNotYours),
        ("cooperation", ["nonsense"], TagUnknown),
        ("cooperation", ["framework", "agent"], TagGroupSingle),
    ],
)
def test_what_the_group_does_not_allow_is_refused(group: str, tags: list[str], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        by_hand(group=group, tags=tags)


def test_a_group_of_some_roles_is_set_by_them_and_bears_several_tags() -> None:
    assert by_hand(group="attention", tags=["reference", "credit_watch"], roles=("sales_manager",)) == (
        "attention/credit_watch",
        "attention/reference",
    )


@pytest.mark.parametrize(
    ("employees", "tags"),
    [(0, ()), (1, ("size/small",)), (99, ("size/small",)), (100, ("size/medium",)), (1000, ("size/large",))],
)
def test_of_a_single_group_by_rule_the_first_tag_that_holds_counts(employees: int, tags: tuple[str, ...]) -> None:
    assert RULES.standing((), facts_of(employees)) == tags


def test_of_a_multiple_group_by_rule_every_tag_that_holds_counts() -> None:
    facts = facts_of(phase=Phase.CUSTOMER, orders=2, last=date(2025, 9, 2))
    assert RULES.standing((), facts) == ("buying/dormant", "buying/repeat")


def test_who_ordered_180_days_ago_is_not_dormant_yet() -> None:
    facts = facts_of(phase=Phase.CUSTOMER, orders=1, last=date(2025, 9, 3))
    assert facts["days_since_order"] == 180
    assert RULES.standing((), facts) == ()


def test_who_never_ordered_has_no_days_since_an_order() -> None:
    assert facts_of()["days_since_order"] == -1


def test_an_account_in_the_pool_is_known_as_such() -> None:
    account = replace(an_account(), ownership=Ownership())
    facts = tag_facts(account, phase=Phase.PROSPECT, tier="", order_count=0, last_order=None, today=TODAY)
    assert (facts["in_pool"], facts_of()["in_pool"]) == (True, False)


def test_a_tag_the_house_no_longer_knows_is_not_borne() -> None:
    assert RULES.standing(("cooperation/nonsense", "cooperation/agent"), facts_of()) == ("cooperation/agent",)


def test_of_a_group_that_became_single_the_first_of_several_tags_is_borne() -> None:
    assert RULES.standing(("cooperation/agent", "cooperation/framework"), facts_of()) == ("cooperation/framework",)


@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        (body(choice="several"), "groups[0].choice", "choice"),
        (body(key="组"), "groups[0].key", "word"),
        (body(tags=[]), "groups[0].tags", "empty"),
        (body(set_by="rule"), "groups[0].tags[0].condition", "text"),
        (
            body(tags=[{"key": "a", "title": "甲", "title_en": "A", "condition": "person"}]),
            "groups[0].tags[0].condition",
            "unknown",
        ),
        (
            body(set_by="rule", tags=[{"key": "a", "title": "甲", "title_en": "A", "condition": "turnover > 1"}]),
            "groups[0].tags[0].condition",
            "condition_unknown",
        ),
        (
            body(
                set_by="rule",
                roles=["sales"],
                tags=[{"key": "a", "title": "甲", "title_en": "A", "condition": "person"}],
            ),
            "groups[0].roles",
            "roles_by_rule",
        ),
        ({"groups": [*body()["groups"], *body()["groups"]]}, "groups[1].key", "twice"),
    ],
)
def test_wrong_groups_are_refused_by_the_place_of_the_mistake(wrong: Any, field: str, problem: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refused:
        TagRules.from_mapping(wrong)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_the_same_tags_set_again_are_no_event() -> None:
    tagged = an_account().tagged(("cooperation/agent",), now=LATER)
    assert len(tagged.events) == 1
    assert tagged.aggregate.tagged(("cooperation/agent",), now=LATER).events == ()
