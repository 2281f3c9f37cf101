"""A rule set that is wrong is refused by the place of its mistake."""

from decimal import Decimal

import pytest

from trade.rule_body import RuleBody, RuleBodyInvalid, refuse_twice

BODY = RuleBody(
    {
        "renewal": {"days": 60.0, "rate": "0.15"},
        "criteria": [{"key": "need", "vague": ["待定"]}, {"key": ""}],
        "open": True,
    }
)


def test_whole_numbers_come_back_from_json_as_they_were() -> None:
    assert BODY.section("renewal").whole("days", least=1, most=100) == 60


def test_an_exact_number_is_written_as_a_text_or_a_number() -> None:
    assert BODY.section("renewal").decimal("rate", least=Decimal(0), most=Decimal(1)) == Decimal("0.15")
    assert RuleBody({"rate": 0.15}).decimal("rate", least=Decimal(0), most=Decimal(1)) == Decimal("0.15")


def test_a_mistake_deep_within_is_named_by_its_place() -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        BODY.sections("criteria")[1].text("key")
    assert (refusal.value.field, refusal.value.problem) == ("criteria[1].key", "text")


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        BODY.section("renewal").only("days")
    assert refusal.value.field == "renewal.rate"
    assert refusal.value.metadata() == {"field": "renewal.rate", "problem": "unknown", "allowed": "days"}


@pytest.mark.parametrize("value", [0, 101, 1.5, float("nan"), float("inf"), "7", True, None])
def test_what_is_no_whole_number_within_the_bounds_is_refused(value: object) -> None:
    with pytest.raises(RuleBodyInvalid):
        RuleBody({"days": value}).whole("days", least=1, most=100)


def test_who_misspelt_a_key_is_told_the_likest_first() -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        RuleBody({"otherwize": "B"}).only("rules", "otherwise")
    assert refusal.value.parameters == {"allowed": "otherwise, rules"}


def test_the_second_of_two_sections_with_one_key_is_refused() -> None:
    sections = RuleBody({"plan": [{"key": "a"}, {"key": "b"}, {"key": "a"}]}).sections("plan")
    with pytest.raises(RuleBodyInvalid) as refusal:
        refuse_twice(sections, "key")
    assert (refusal.value.field, refusal.value.problem) == ("plan[2].key", "twice")


def test_a_list_that_must_be_there_may_not_be_absent() -> None:
    assert RuleBody({}).texts("roles") == ()
    with pytest.raises(RuleBodyInvalid):
        RuleBody({}).texts("roles", absent=None)


@pytest.mark.parametrize("value", ["two", "NaN", "1.1", -1, True, None])
def test_what_is_no_number_within_the_bounds_is_refused(value: object) -> None:
    with pytest.raises(RuleBodyInvalid):
        RuleBody({"rate": value}).decimal("rate", least=Decimal(0), most=Decimal(1))
