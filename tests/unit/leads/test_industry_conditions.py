"""Conditions of grade rules mean the same industry, whatever they call it."""

import pytest

from services.leads.application.rule_kinds import compile_conditions
from services.leads.domain.grading import GRADE_FACTS, GradeRules
from services.leads.domain.industry_conditions import with_codes


@pytest.mark.parametrize(
    "condition",
    [
        'industry == "零售"',
        "industry == '零售业'",
        'industry=="Retail"',
        '"零售" == industry',
        'industry in ["制造业", "零售业"]',
        '!(industry != "零售")',
        'channel == "website" || industry == "零售"',
    ],
)
def test_a_word_for_an_industry_means_its_code(condition: str) -> None:
    rule = {"code": "X", "title": "x", "grade": "A", "condition": condition}
    compiled = compile_conditions(GradeRules.from_mapping({"rules": [rule]}))["X"]
    seen = dict.fromkeys(GRADE_FACTS, "")
    assert compiled.holds({**seen, "industry": "retail"}) is True
    assert compiled.holds({**seen, "industry": "education"}) is False


@pytest.mark.parametrize(
    "condition",
    [
        'industry == "家具"',
        '"零售" in tags',
        'custom["industry"] == "零售"',
        'channel == "教育"',
        """channel == 'industry == "零售"'""",
        'industry == "retail"',
    ],
)
def test_nothing_else_in_a_condition_is_changed(condition: str) -> None:
    assert with_codes(condition) == condition
