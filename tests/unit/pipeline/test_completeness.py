"""How much is known of a customer (资料完整度), by the weights of the house."""

from datetime import UTC, datetime
from tomllib import loads
from uuid import UUID

import pytest

from services.pipeline.domain.account import Account, AccountFacts, FindingKeys, Ownership, create_account
from services.pipeline.domain.completeness import NOBODY, Completeness, CompletenessRules, KnownPeople, completeness
from tests.unit.pipeline.shipped import SHIPPED
from trade.rule_body import RuleBodyInvalid

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
RULES = CompletenessRules.from_mapping(loads((SHIPPED / "account_completeness.toml").read_text(encoding="utf-8")))
EVERYTHING = AccountFacts(
    display_name="杭州云帆科技有限公司",
    industry="software",
    employee_count=300,
    credit_code="91330106MA27XYZ12A",
    address="杭州市西湖区",
    tier="key",
)


def an_account(facts: AccountFacts, *, region: UUID | None = None) -> Account:
    return create_account(
        uuid=UUID(int=11), facts=facts, keys=FindingKeys(), ownership=Ownership(region=region), now=NOON
    ).aggregate


def missing(found: Completeness) -> list[str]:
    return [reason.parameters["fact"] for reason in found.missing]


def test_of_whom_everything_is_known_nothing_is_missing() -> None:
    known = KnownPeople(decision_maker=True, reachable=True)
    found = completeness(an_account(EVERYTHING, region=UUID(int=201)), known, RULES)
    assert (found.percent, found.missing) == (100, ())


def test_of_a_mere_name_everything_is_missing_the_weightiest_first() -> None:
    found = completeness(an_account(AccountFacts(display_name="云帆")), NOBODY, RULES)
    assert found.percent == 0
    assert missing(found)[:3] == ["decision_maker", "contact_means", "industry"]
    assert len(found.missing) == 8


def test_a_share_is_cut_and_reaches_a_hundred_only_when_nothing_is_missing() -> None:
    rules = CompletenessRules.from_mapping({"weights": {"industry": 999, "tier": 1}})
    found = completeness(an_account(AccountFacts(display_name="云帆", industry="software")), NOBODY, rules)
    assert (found.percent, missing(found)) == (99, ["tier"])


def test_the_own_number_of_a_customer_is_a_way_to_reach_it() -> None:
    found = completeness(an_account(AccountFacts(display_name="云帆", phone="0571-88886666")), NOBODY, RULES)
    assert (found.percent, "contact_means" in missing(found)) == (20, False)


def test_nobody_asks_of_a_person_what_only_firms_have() -> None:
    person = AccountFacts(display_name="陈思远", person=True, phone="13805718000", industry="education", tier="key")
    found = completeness(an_account(person, region=UUID(int=201)), NOBODY, RULES)
    assert (found.percent, missing(found)) == (90, ["address"])


@pytest.mark.parametrize(
    "wrong", [{}, {"industry": 0}, {"colour": 5}, {"credit_code": 10, "decision_maker": 5}, {"industry": 1001}]
)
def test_weights_that_make_no_share_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RuleBodyInvalid):
        CompletenessRules.from_mapping({"weights": wrong})
