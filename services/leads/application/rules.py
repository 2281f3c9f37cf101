"""Reading and changing the rules leads are decided by (规则集)."""

from collections.abc import Mapping, Sequence

from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.rulebook import compile_conditions, shipped
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.grading import GradeRules
from services.leads.domain.rule_sets import RuleKind, RuleSet
from services.leads.storage.rule_sets import RECORD, keep_version, stored_rule_sets
from trade.duplicates import DuplicateRules


async def get_rule_set(read: Read, *, kind: RuleKind) -> RuleSet:
    """The rules in force: what administrators wrote last, else what the product ships with."""
    return (await stored_rule_sets(read)).get(kind) or shipped(kind)


async def list_rule_sets(read: Read) -> Sequence[RuleSet]:
    """The rules in force for every kind of decision."""
    stored = await stored_rule_sets(read)
    return [stored.get(kind) or shipped(kind) for kind in RuleKind]


async def update_rule_set(work: UnitOfWork, *, kind: RuleKind, seen: int, body: Mapping[str, object]) -> RuleSet:
    """New rules come into force when they can be read and every condition compiles; old versions stay readable.

    Raises RuleBodyInvalid that names the wrong place, and StaleVersion.
    """
    rules = (await stored_rule_sets(work)).get(kind) or shipped(kind)
    if rules.version != seen:
        raise StaleVersion(resource=f"leadRuleSets/{kind.value}")
    _check(kind, body)
    change = rules.rewritten(body=body, author=work.principal.subject, now=work.now)
    saved = work.save(RECORD, change)
    keep_version(work, saved)
    return saved


def _check(kind: RuleKind, body: Mapping[str, object]) -> None:
    if kind is RuleKind.GRADE:
        compile_conditions(GradeRules.from_mapping(body))
    elif kind is RuleKind.ASSIGNMENT:
        AssignmentRules.from_mapping(body)
    else:
        DuplicateRules.from_mapping(body)
