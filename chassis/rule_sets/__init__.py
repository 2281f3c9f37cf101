"""Rule sets (规则集): rules as versioned data that administrators edit, shipped as TOML files.

    AUTHORITY = RuleKind("authority", HERE / "rules" / "authority.toml", AuthorityRules.from_mapping)
    RULE_SETS = RuleSets(table=…, versions=…, collection="contractRuleSets", kinds=(AUTHORITY,))
    rules = (await rulebook.current(work, AUTHORITY)).rules

`from_mapping` is pure and reads by `trade.rule_body.RuleBody`, which names the wrong place.
"""

from chassis.rule_sets.rule_set import RuleKind, RuleSet, shipped
from chassis.rule_sets.rulebook import InForce, Rulebook
from chassis.rule_sets.storage import RuleSets, stored_rule_sets, update_rule_set
from chassis.rule_sets.tables import rule_set_tables

__all__ = [
    "InForce",
    "RuleKind",
    "RuleSet",
    "RuleSets",
    "Rulebook",
    "rule_set_tables",
    "shipped",
    "stored_rule_sets",
    "update_rule_set",
]
