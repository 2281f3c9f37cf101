"""Grades by editable rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import services.leads
from chassis.texts import Texts
from kernel.money import Money
from services.leads.application.rule_kinds import GRADE, compile_conditions
from services.leads.domain.grading import GRADE_FACTS, GradeRules, decide_grade, demo_day, grade_facts, rules_mark
from services.leads.domain.lead import Grade
from tests.unit.leads.builders import NOON, a_budget, facts
from trade.budget import Budget
from trade.reasons import Reason
from trade.rule_body import RuleBodyInvalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXTS = Texts(Path(services.leads.__file__).parent / "messages")


def graded(rules: GradeRules, *, now: datetime = NOON, **told: Any) -> tuple[Grade, list[str]]:
    grade, reasons = explained(rules, now=now, **told)
    return grade, [reason.code for reason in reasons]


def explained(rules: GradeRules, *, now: datetime = NOON, **told: Any) -> tuple[Grade, tuple[Reason, ...]]:
    conditions = compile_conditions(rules)
    seen = grade_facts(facts(**told), channel="website", now=now, zone=SHANGHAI)
    return decide_grade(
        rules,
        seen,
        demo_asked=demo_day(facts(**told), zone=SHANGHAI),
        holds=lambda code: conditions[code].holds(seen),
        words=lambda code: conditions[code].words,
    )


def rule(condition: str) -> GradeRules:
    return GradeRules.from_mapping(
        {"rules": [{"code": "X", "title": "预算十万以上", "grade": "B", "condition": condition}]}
    )


def money(minor: int, currency: str) -> Budget:
    return Budget(least=Money(minor=minor, currency=currency))


SHIPPED = GradeRules.from_mapping(GRADE.shipped_body())


@pytest.mark.parametrize(("days", "grade"), [(0, Grade.A), (30, Grade.A), (31, Grade.C)])
def test_a_demo_within_30_days_and_a_clear_budget_make_grade_a(days: int, grade: Grade) -> None:
    asked = NOON - timedelta(days=days)
    assert graded(SHIPPED, demo_request_time=asked, budget=a_budget(100))[0] is grade


def test_days_are_counted_by_the_calendar_of_the_house_and_not_by_hours() -> None:
    # 2026-02-28 23:30 and 2026-03-31 00:10 in Shanghai: 31 dates apart, though less than 31 times 24 hours.
    asked, now = datetime(2026, 2, 28, 15, 30, tzinfo=UTC), datetime(2026, 3, 30, 16, 10, tzinfo=UTC)
    assert graded(SHIPPED, now=now, demo_request_time=asked, budget=a_budget(1))[0] is Grade.C
    # A minute of the next day later in Shanghai it would still be 30 for a request of 2026-03-01 00:00.
    assert graded(SHIPPED, now=now, demo_request_time=asked + timedelta(minutes=31), budget=a_budget(1))[0] is Grade.A


def test_a_demo_without_a_budget_is_not_grade_a() -> None:
    assert graded(SHIPPED, demo_request_time=NOON)[0] is Grade.B


def test_the_reasons_name_the_rule_and_the_facts_it_speaks_of() -> None:
    _, reasons = graded(SHIPPED, demo_request_time=NOON, budget=a_budget(1))
    assert reasons == ["GRADE_RULE_HOLDS", "GRADE_FACT_DEMO_ASKED", "GRADE_FACT_BUDGET_KNOWN"]


def test_a_rule_about_leads_that_never_asked_for_a_demo_says_so() -> None:
    rules = GradeRules.from_mapping(
        {"rules": [{"code": "X", "title": "x", "grade": "D", "condition": "demo_within_days < 0"}]}
    )
    assert graded(rules)[1] == ["GRADE_RULE_HOLDS", "GRADE_FACT_DEMO_NEVER"]


def test_without_a_rule_that_holds_the_lead_gets_the_last_grade() -> None:
    assert graded(SHIPPED) == (Grade.D, ["GRADE_NO_RULE_HOLDS"])


def test_a_condition_that_cannot_be_evaluated_is_told_and_does_not_hold() -> None:
    body = {"rules": [{"code": "X", "title": "字段", "grade": "A", "condition": 'custom["size"] == "big"'}]}
    rules = GradeRules.from_mapping(body)
    assert graded(rules) == (Grade.D, ["GRADE_NO_RULE_HOLDS", "GRADE_RULE_NOT_EVALUABLE"])
    assert graded(rules, custom={"size": "big"})[0] is Grade.A


def told(rule: dict[str, str], locale: str) -> str:
    rules = GradeRules.from_mapping({"rules": [{"code": "X", "grade": "A", "condition": "true", **rule}]})
    reason = explained(rules)[1][0]
    return TEXTS.render(reason.code, reason.parameters, locale)


def test_a_rule_is_told_by_the_title_of_the_readers_language() -> None:
    both = {"title": "预算明确", "title_en": "Budget known"}
    assert told(both, "en") == "Rule “Budget known” holds: grade A"
    assert told(both, "zh") == "符合规则“预算明确”，评为 A 级"


def test_a_rule_without_an_english_title_is_told_by_the_chinese_one() -> None:
    assert told({"title": "预算明确"}, "en") == "Rule “预算明确” holds: grade A"


def test_the_shipped_rules_have_titles_in_both_languages() -> None:
    assert all(rule.title and rule.title_en.isascii() and rule.title_en for rule in SHIPPED.rules)


def test_rules_that_differ_in_a_title_are_told_apart_by_their_mark() -> None:
    rule = {"code": "X", "title": "x", "grade": "A", "condition": "true"}
    one, same, other = (
        rules_mark(GradeRules.from_mapping({"rules": [each]})) for each in (rule, rule, {**rule, "title_en": "y"})
    )
    assert one == same
    assert one != other


def test_rules_survive_being_stored() -> None:
    assert GradeRules.from_mapping(SHIPPED.to_mapping()) == SHIPPED


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "rules"),
        ({"rules": [1]}, "rules[0]"),
        ({"rules": [{"code": "X", "title": "x", "condition": "true", "grade": "E"}]}, "rules[0].grade"),
        ({"rules": [{"code": "X", "title": "x", "condition": "true", "grade": ""}]}, "rules[0].grade"),
        ({"rules": [], "otherwise": ""}, "otherwise"),
        ({"rules": [{"code": "", "title": "x", "condition": "true", "grade": "A"}]}, "rules[0].code"),
        ({"rules": [{"code": "X", "title": "x", "condition": "true", "grade": "A"}] * 2}, "rules[1].code"),
        ({"rules": [], "otherwize": "B"}, "otherwize"),
        ({"rules": [{"code": "X", "title": "x", "condition": "true", "grade": "A", "grad": "B"}]}, "rules[0].grad"),
    ],
)
def test_wrong_rules_are_refused_by_place(body: dict[str, Any], place: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        GradeRules.from_mapping(body)
    assert refusal.value.field == place


def test_a_condition_that_does_not_compile_names_its_rule() -> None:
    rules = GradeRules.from_mapping(
        {"rules": [{"code": "SLIP", "title": "x", "condition": "industri == 'x'", "grade": "A"}]}
    )
    with pytest.raises(RuleBodyInvalid) as refusal:
        compile_conditions(rules)
    assert refusal.value.field == "rules[0].condition"
    assert (refusal.value.problem, refusal.value.parameters) == (
        "condition_unknown",
        {"rule": "SLIP", "line": "1", "column": "1", "name": "industri"},
    )


def test_every_fact_can_be_seen_by_a_condition() -> None:
    assert set(grade_facts(facts(), channel="", now=NOON, zone=SHANGHAI)) == set(GRADE_FACTS)


def test_a_text_in_a_condition_is_not_taken_for_a_fact() -> None:
    body = {"rules": [{"code": "X", "title": "x", "grade": "A", "condition": 'channel != "industry"'}]}
    rules = GradeRules.from_mapping(body)
    assert compile_conditions(rules)["X"].words == frozenset({"channel"})
    assert Reason("GRADE_FACT_CHANNEL", {"value": "website"}).code in graded(rules)[1]


@pytest.mark.parametrize(
    ("minor", "currency", "grade"),
    [
        (10_000_000, "CNY", Grade.B),
        (9_999_999, "CNY", Grade.D),
        (10_000_000, "KRW", Grade.D),
        (1_399_999, "USD", Grade.D),
        (1_400_000, "USD", Grade.B),
    ],
)
def test_a_rule_compares_amounts_in_whole_units_of_the_currency_it_names(
    minor: int, currency: str, grade: Grade
) -> None:
    condition = (
        '(budget_currency == "CNY" && budget_min >= 100000) || (budget_currency == "USD" && budget_min >= 14000)'
    )
    assert graded(rule(condition), budget=money(minor, currency))[0] is grade


@pytest.mark.parametrize(
    "word", ["budget_min >= 1", "budget_min_minor >= 1", "budget_min >= 1 && budget_min_minor >= 1"]
)
@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(10_000_000, "CNY", "CNY 100,000.00"), (10_000_000, "KRW", "KRW 10,000,000"), (1500, "KWD", "KWD 1.500")],
)
def test_an_amount_is_told_once_and_as_money_of_its_currency(word: str, minor: int, currency: str, shown: str) -> None:
    _, reasons = explained(rule(word), budget=money(minor, currency))
    assert reasons[1:] == (Reason("GRADE_FACT_BUDGET_MIN", {"value": shown}),)


def test_a_bound_that_was_not_given_has_no_amount() -> None:
    _, reasons = explained(rule('budget_max == 0 && budget_currency == ""'))
    assert reasons[1:] == (
        Reason("GRADE_FACT_BUDGET_CURRENCY", {"value": ""}),
        Reason("GRADE_FACT_BUDGET_MAX", {"value": ""}),
    )


@pytest.mark.parametrize(
    ("condition", "about"),
    [
        ("budget_known", "budget"),
        ("budget_max_minor >= 0", "budget"),
        ('urgency == ""', None),
        ('"budget_known" != channel', None),
    ],
)
def test_the_name_of_a_rule_says_whether_it_speaks_of_the_budget(condition: str, about: str | None) -> None:
    _, (first, *_) = explained(rule(condition), budget=a_budget(1))
    assert (first.code, first.parameters.get("about")) == ("GRADE_RULE_HOLDS", about)


def test_so_does_the_name_of_one_that_cannot_be_evaluated() -> None:
    _, reasons = explained(rule('budget_known && custom["size"] == "big"'), budget=a_budget(1))
    assert reasons[1] == Reason("GRADE_RULE_NOT_EVALUABLE", {"rule": "预算十万以上", "about": "budget"})
