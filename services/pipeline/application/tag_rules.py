"""Tag groups (标签组) with their conditions compiled."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.expressions import Condition, ConditionWrong, Vocabulary
from services.pipeline.domain.tag_groups import TAG_FACTS, TagGroups, conditions_of
from trade.rule_body import RuleBodyInvalid

_VOCABULARY = Vocabulary(TAG_FACTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRules:
    """The groups in force, and the condition of every tag by rule."""

    groups: TagGroups
    conditions: Mapping[str, Condition]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "TagRules":
        """Read them from their stored form, every condition compiled; raises RuleBodyInvalid."""
        groups = TagGroups.from_mapping(body)
        return cls(groups=groups, conditions=dict(map(_compiled, conditions_of(groups))))

    def standing(self, by_hand: tuple[str, ...], facts: Mapping[str, object]) -> tuple[str, ...]:
        """The tags an account bears."""
        return self.groups.standing(by_hand, holds=lambda name: self.conditions[name].holds(facts))


def _compiled(told: tuple[str, str, str]) -> tuple[str, Condition]:
    name, place, condition = told
    try:
        return name, _VOCABULARY.compile(condition)
    except ConditionWrong as wrong:
        parameters = {**wrong.parameters, "rule": name}
        raise RuleBodyInvalid(field=place, problem=wrong.problem, parameters=parameters) from wrong
