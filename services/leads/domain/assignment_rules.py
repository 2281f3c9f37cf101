"""The rules of assignment, as administrators edit them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from services.leads.domain.lead import Grade
from trade.rule_body import RuleBodyInvalid


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
        unknown = set(body) - {field.name for field in fields(cls)}
        if unknown:
            raise RuleBodyInvalid(field=min(unknown), problem="is not known")
        weights = {
            name: _weight(name, body.get(name))
            for name in ("region_weight", "skill_weight", "fairness_weight", "room_weight")
        }
        own_region = body.get("only_own_region")
        if not isinstance(own_region, bool):
            raise RuleBodyInvalid(field="only_own_region", problem="must be true or false")
        grades = _texts("senior_first", body.get("senior_first"))
        if not grades <= {"A", "B", "C", "D"}:
            raise RuleBodyInvalid(field="senior_first", problem="must name grades A to D")
        return cls(
            **weights,
            recent_days=_days(body.get("recent_days")),
            only_own_region=own_region,
            senior_first=frozenset(Grade(letter) for letter in grades),
            roles=_texts("roles", body.get("roles")),
        )


def _weight(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise RuleBodyInvalid(field=name, problem="must be a number of points, 0 or more")
    return float(value)


def _days(value: object) -> int:
    # Administrators' rules arrive as JSON numbers, which know no integers.
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or not 1 <= value <= 365:  # noqa: PLR2004 - a year is the longest memory that helps
        raise RuleBodyInvalid(field="recent_days", problem="must be a whole number from 1 to 365")
    return int(value)


def _texts(name: str, value: object) -> frozenset[str]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(text, str) for text in value):
        raise RuleBodyInvalid(field=name, problem="must be a list of texts")
    return frozenset(value)
