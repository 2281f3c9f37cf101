"""The rules of assignment, as administrators edit them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from services.leads.domain.lead import GRADE_LETTERS, Grade
from trade.rule_body import RuleBody

_YEAR = 365  # the longest memory that helps
_MOST_POINTS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRules:
    """How candidates are weighed; weights are points, compared only with each other."""

    region_weight: float
    skill_weight: float
    fairness_weight: float
    room_weight: float
    recent_days: int
    only_own_region: bool
    senior_first: frozenset[Grade]
    roles: frozenset[str]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "AssignmentRules":
        """Read the rules from their stored form; raises RuleBodyInvalid that names the wrong place."""
        whole = RuleBody(body).only(*(field.name for field in fields(cls)))
        grades = whole.choices("senior_first", GRADE_LETTERS, absent=None)
        return cls(
            region_weight=_weight(whole, "region_weight"),
            skill_weight=_weight(whole, "skill_weight"),
            fairness_weight=_weight(whole, "fairness_weight"),
            room_weight=_weight(whole, "room_weight"),
            recent_days=whole.whole("recent_days", least=1, most=_YEAR),
            only_own_region=whole.truth("only_own_region"),
            senior_first=frozenset(Grade(letter) for letter in grades),
            roles=frozenset(whole.texts("roles", absent=None)),
        )


def _weight(whole: RuleBody, key: str) -> float:
    return whole.number(key, least=0, most=_MOST_POINTS)
