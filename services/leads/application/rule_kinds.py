"""The rules of leads that administrators edit: where each lies as shipped, and how it is read."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from chassis.expressions import Condition, ConditionWrong, Vocabulary
from chassis.rule_sets import RuleKind, RuleSets
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.grading import GRADE_FACTS, GradeRules, compares_any_currency
from services.leads.domain.industry_conditions import with_codes
from services.leads.domain.qualification_rules import QualificationRules
from services.leads.domain.recycling_rules import RecyclingRules
from services.leads.domain.response_rules import ResponseRules
from services.leads.storage.metadata import RULE_SET_VERSIONS, RULE_SETS_TABLE
from trade.duplicates import DuplicateRules
from trade.look_up import LookUpRules
from trade.rule_body import RuleBodyInvalid

_SHIPPED = Path(__file__).parent.parent / "rules"
_VOCABULARY = Vocabulary(GRADE_FACTS)


def compile_conditions(rules: GradeRules) -> Mapping[str, Condition]:
    """The rules' conditions, ready to be asked, with industries by their codes.

    Raises RuleBodyInvalid that names the rule.
    """
    return {
        rule.code: _compiled(rule.condition, field=f"rules[{place}].condition", rule=rule.code)
        for place, rule in enumerate(rules.rules)
    }


def compile_checklist(rules: QualificationRules) -> Mapping[str, Condition]:
    """The conditions of the items that have one; raises RuleBodyInvalid that names the item."""
    return {
        item.code: _compiled(item.condition, field=f"items[{place}].condition", rule=item.code)
        for place, item in enumerate(rules.items)
        if item.condition
    }


def _compiled(condition: str, *, field: str, rule: str) -> Condition:
    try:
        return _VOCABULARY.compile(with_codes(condition))
    except ConditionWrong as wrong:
        parameters = {**wrong.parameters, "rule": rule}
        raise RuleBodyInvalid(field=field, problem=wrong.problem, parameters=parameters) from wrong


def read_qualification_rules(body: Mapping[str, object]) -> QualificationRules:
    """The rules of qualification, every condition of which compiles; raises RuleBodyInvalid."""
    rules = QualificationRules.from_mapping(body)
    compile_checklist(rules)
    return rules


def read_grade_rules(body: Mapping[str, object]) -> GradeRules:
    """The rules of grades, every condition of which compiles; raises RuleBodyInvalid."""
    rules = GradeRules.from_mapping(body)
    compile_conditions(rules)
    return rules


def hold_grade_rules(rules: GradeRules, before: GradeRules) -> None:
    """A condition that compares amounts names their currency, unless it stood before; raises RuleBodyInvalid."""
    conditions, known = compile_conditions(rules), {rule.condition for rule in before.rules}
    for place, rule in enumerate(rules.rules):
        if rule.condition not in known and compares_any_currency(conditions[rule.code].words):
            raise RuleBodyInvalid(
                field=f"rules[{place}].condition", problem="any_currency", parameters={"rule": rule.code}
            )


GRADE: RuleKind[GradeRules] = RuleKind(
    "grade",
    _SHIPPED / "grade.toml",
    read_grade_rules,
    UUID("00000000-0000-7000-8000-000000000001"),
    hold_grade_rules,
)
ASSIGNMENT: RuleKind[AssignmentRules] = RuleKind(
    "assignment",
    _SHIPPED / "assignment.toml",
    AssignmentRules.from_mapping,
    UUID("00000000-0000-7000-8000-000000000002"),
)
DUPLICATES: RuleKind[DuplicateRules] = RuleKind(
    "duplicates",
    _SHIPPED / "duplicates.toml",
    DuplicateRules.from_mapping,
    UUID("00000000-0000-7000-8000-000000000003"),
)
RECYCLING: RuleKind[RecyclingRules] = RuleKind("recycling", _SHIPPED / "recycling.toml", RecyclingRules.from_mapping)
RESPONSE: RuleKind[ResponseRules] = RuleKind("response", _SHIPPED / "response.toml", ResponseRules.from_mapping)
QUALIFICATION: RuleKind[QualificationRules] = RuleKind(
    "qualification", _SHIPPED / "qualification.toml", read_qualification_rules
)
LOOK_UP: RuleKind[LookUpRules] = RuleKind("look_up", _SHIPPED / "look_up.toml", LookUpRules.from_mapping)

RULE_SETS = RuleSets(
    table=RULE_SETS_TABLE,
    versions=RULE_SET_VERSIONS,
    collection="leadRuleSets",
    kinds=(GRADE, ASSIGNMENT, DUPLICATES, RESPONSE, RECYCLING, QUALIFICATION, LOOK_UP),
    noun="lead_rule_set",
)
