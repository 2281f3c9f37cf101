"""Each criterion is pre-checked by machine, with reasons; thresholds are data that administrators edit."""

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.pipeline.domain.registration_checks import Criterion, check_criteria
from services.pipeline.domain.registration_facts import (
    SIX_FIELDS,
    Closing,
    ContactMeans,
    Customer,
    FollowUpState,
    RegistrationFacts,
)
from services.pipeline.domain.registration_form import RegistrationForm
from services.pipeline.domain.registration_rules import BudgetRule, RegistrationRules
from tests.unit.pipeline.registrations import NEED, RULES, SHIPPED, TODAY, complete_facts, yuan
from trade.budget import Budget
from trade.rule_body import RuleBodyInvalid


def found(facts: RegistrationFacts, criterion: Criterion, rules: RegistrationRules = RULES) -> list[str]:
    """The codes of what speaks against one criterion; nothing else fails meanwhile."""
    checks = {check.criterion: check for check in check_criteria(facts, rules, today=TODAY)}
    return [] if checks[criterion].passed else [reason.code for reason in checks[criterion].reasons]


def test_a_good_registration_passes_all_five_criteria() -> None:
    checks = check_criteria(complete_facts(), RULES, today=TODAY)
    assert [(check.criterion, check.passed) for check in checks] == [(each, True) for each in Criterion]
    assert [check.reasons[0].code for check in checks] == [
        "CHECK_CUSTOMER_FINE",
        "CHECK_NEED_FINE",
        "CHECK_BUDGET_FINE",
        "CHECK_CLOSING_FINE",
        "CHECK_STATE_FINE",
    ]


def test_customer_information_is_complete_with_full_name_person_and_phone() -> None:
    facts = complete_facts(customer=Customer(company_name="云帆"), contact=ContactMeans(email="wang@yunfan.example"))
    assert found(facts, Criterion.CUSTOMER) == [
        "CHECK_CUSTOMER_NAME_SHORT",
        "CHECK_CUSTOMER_NO_PERSON",
        "CHECK_CUSTOMER_NO_PHONE",
    ]


@pytest.mark.parametrize(
    ("need", "codes"),
    [
        ("一" * 19, ["CHECK_NEED_SHORT"]),
        ("一" * 20, []),
        (f"{NEED}，先看看", ["CHECK_NEED_VAGUE"]),
        (f"{NEED}, TBD", ["CHECK_NEED_VAGUE"]),
    ],
)
def test_a_need_is_clear_with_20_characters_and_without_vague_words(need: str, codes: list[str]) -> None:
    assert found(complete_facts(need=need), Criterion.NEED) == codes


@pytest.mark.parametrize(
    ("least", "most", "codes"),
    [
        (999, 999, ["CHECK_BUDGET_LOW"]),
        (1000, 1000, []),
        (50_000_000, 50_000_000, []),
        (50_000_001, 50_000_001, ["CHECK_BUDGET_HIGH"]),
        (100_000, 500_000, []),
        (100_000, 500_001, ["CHECK_BUDGET_WIDE"]),
    ],
)
def test_a_budget_is_reasonable_within_bounds_and_a_narrow_range(least: int, most: int, codes: list[str]) -> None:
    facts = complete_facts(budget=Budget(least=yuan(least), most=yuan(most)))
    assert found(facts, Criterion.BUDGET) == codes


@pytest.mark.parametrize(
    ("closing", "codes"),
    [
        (Closing(day=date(2026, 3, 4)), ["CHECK_CLOSING_SOON"]),
        (Closing(day=date(2026, 3, 5)), []),
        (Closing(cycle_days=365), []),
        (Closing(cycle_days=366), ["CHECK_CLOSING_LATE"]),
    ],
)
def test_a_closing_time_is_realistic_from_3_to_365_days(closing: Closing, codes: list[str]) -> None:
    assert found(complete_facts(closing=closing), Criterion.CLOSING) == codes


@pytest.mark.parametrize("state", [FollowUpState.QUOTING, FollowUpState.SIGNING])
def test_quoting_and_signing_are_shown_by_something(state: FollowUpState) -> None:
    assert found(complete_facts(follow_up=state), Criterion.STATE) == ["CHECK_STATE_NOT_SHOWN"]
    shown = complete_facts(follow_up=state, follow_up_evidence="报价单 Q-2026-018 已签收")
    assert found(shown, Criterion.STATE) == []


def test_the_thresholds_are_the_rules_in_force() -> None:
    strict = replace(RULES, budget=BudgetRule(least=700_000, most=800_000, widest=Decimal(5)))
    assert found(complete_facts(), Criterion.BUDGET, strict) == ["CHECK_BUDGET_LOW"]


def test_no_reason_tells_an_amount_or_a_way_to_reach_the_customer() -> None:
    odd = complete_facts(
        contact=ContactMeans(phone="13857112233"), budget=Budget(least=yuan(7), most=yuan(77_777_777)), need="先看看"
    )
    told = [str(reason.parameters) for check in check_criteria(odd, RULES, today=TODAY) for reason in check.reasons]
    assert not any("77" in text or "138" in text for text in told)


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        (("protection", "days"), 0, "protection.days"),
        (("criteria", "budget", "widest"), "0.5", "criteria.budget.widest"),
        (("criteria", "state", "evidence_in"), ["won"], "criteria.state.evidence_in"),
        (("criteria", "closing", "laatest"), 3, "criteria.closing.laatest"),
    ],
)
def test_wrong_rules_are_refused_by_their_place(place: tuple[str, ...], value: object, named: str) -> None:
    body: dict[str, Any] = tomllib.loads((SHIPPED / "registration.toml").read_text(encoding="utf-8"))
    section = body
    for key in place[:-1]:
        section = section[key]
    section[place[-1]] = value
    with pytest.raises(RuleBodyInvalid) as refusal:
        RegistrationRules.from_mapping(body)
    assert refusal.value.field == named


def test_the_form_has_a_norm_a_good_and_a_bad_example_for_each_of_the_six_fields_in_both_languages() -> None:
    body = tomllib.loads((SHIPPED / "registration_form.toml").read_text(encoding="utf-8"))
    form = RegistrationForm.from_mapping(body)
    assert [each.field for each in form.fields] == list(SIX_FIELDS)
    for each in form.fields:
        for words in (each.words["zh"], each.words["en"]):
            assert all((words.label, words.norm, words.good, words.bad))
    with pytest.raises(RuleBodyInvalid):
        RegistrationForm.from_mapping({"fields": body["fields"][:5]})
