"""Assignment (线索分配): who works a lead, decided so that it can be replayed and explained."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from services.leads.domain.lead import Grade
from services.leads.domain.rule_sets import RuleBodyInvalid
from trade.reasons import Reason


class PassedOver(Enum):
    """Why a candidate did not get the lead."""

    CHOSEN = "chosen"
    OFF_DUTY = "off_duty"
    FULL = "full"
    OTHER_REGION = "other_region"
    NOT_SENIOR = "not_senior"
    LOWER_SCORE = "lower_score"


# Looking a member of an enumeration up takes longer than weighing a candidate.
_CHOSEN, _OFF_DUTY, _FULL = PassedOver.CHOSEN, PassedOver.OFF_DUTY, PassedOver.FULL
_OTHER_REGION, _NOT_SENIOR, _LOWER_SCORE = PassedOver.OTHER_REGION, PassedOver.NOT_SENIOR, PassedOver.LOWER_SCORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Salesperson:
    """A member who may get leads, with the load the ledger knows (销售)."""

    member: UUID
    display_name: str = ""
    team: UUID | None = None
    region: UUID | None = None
    skills: frozenset[str] = frozenset()
    senior: bool = False
    capacity: int = 0
    on_duty: bool = True
    open_leads: int = 0
    recent_leads: int = 0


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


class Standing(NamedTuple):
    """What a salesperson brings whatever the lead is: points for fairness and room, and what bars him, if anything."""

    person: Salesperson
    points: float
    bar: PassedOver | None


class Weighed(NamedTuple):
    """One candidate of one decision: the points it had and what became of it."""

    person: Salesperson
    score: float
    outcome: PassedOver


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDecision:
    """Who gets a lead (None when nobody can), why, and how everybody else stood."""

    chosen: Salesperson | None
    reasons: tuple[Reason, ...]
    weighed: tuple[Weighed, ...]


def stand(person: Salesperson, rules: AssignmentRules) -> Standing:
    """Weigh what of a salesperson does not depend on the lead."""
    capacity = max(person.capacity, 1)
    points = (
        rules.fairness_weight / (1 + person.recent_leads / capacity)
        + rules.room_weight * max(capacity - person.open_leads, 0) / capacity
    )
    if not person.on_duty:
        return Standing(person, points, _OFF_DUTY)
    return Standing(person, points, _FULL if person.open_leads >= person.capacity else None)


def decide_owner(
    standings: Sequence[Standing], rules: AssignmentRules, *, grade: Grade, region: UUID | None, skill: str
) -> AssignmentDecision:
    """The best of those who may take the lead; the same input gives the same owner.

    Nobody off duty or without free capacity is chosen. Where the rules keep leads inside their region, only its
    people are. Grades named in `senior_first` go to seniors while one can take them; else to the next best, with
    a reason that raises the alarm. Equal points go to the lower member id.
    """
    weighed = _weigh(standings, rules, region=region, skill=skill)
    able = [each for each in weighed if each.outcome is _LOWER_SCORE]
    wants_senior = grade in rules.senior_first
    seniors = [each for each in able if each.person.senior] if wants_senior else []
    best = min(seniors or able, key=lambda each: (-each.score, each.person.member), default=None)
    if best is None:
        return AssignmentDecision(chosen=None, reasons=(_nobody(weighed),), weighed=tuple(weighed))
    final = tuple(_final(each, chosen=best, seniors_only=bool(seniors)) for each in weighed)
    reasons = _reasons(best, region=region, skill=skill, grade=grade, wants_senior=wants_senior)
    return AssignmentDecision(chosen=best.person, reasons=reasons, weighed=final)


def _weigh(standings: Sequence[Standing], rules: AssignmentRules, *, region: UUID | None, skill: str) -> list[Weighed]:
    """Add the points for the lead's region and trade, and bar whom the rules keep out of the region."""
    own_region_only = rules.only_own_region and region is not None
    weighed = []
    for person, points, bar in standings:
        in_region = region is not None and person.region == region
        if in_region:
            points += rules.region_weight  # noqa: PLW2901 - the sum is the point
        if skill and skill in person.skills:
            points += rules.skill_weight  # noqa: PLW2901 - the sum is the point
        outcome = bar or (_OTHER_REGION if own_region_only and not in_region else _LOWER_SCORE)
        weighed.append(Weighed(person, points, outcome))
    return weighed


def _final(weighed: Weighed, *, chosen: Weighed, seniors_only: bool) -> Weighed:
    if weighed is chosen:
        return Weighed(weighed.person, weighed.score, _CHOSEN)
    if weighed.outcome is _LOWER_SCORE and seniors_only and not weighed.person.senior:
        return Weighed(weighed.person, weighed.score, _NOT_SENIOR)
    return weighed


def _reasons(best: Weighed, *, region: UUID | None, skill: str, grade: Grade, wants_senior: bool) -> tuple[Reason, ...]:
    person = best.person
    reasons = []
    if wants_senior:
        code = "ASSIGNED_TO_SENIOR" if person.senior else "ASSIGNED_NO_SENIOR_FREE"
        reasons.append(Reason(code, {"grade": grade.value}))
    if region is not None:
        reasons.append(Reason("ASSIGNED_SAME_REGION" if person.region == region else "ASSIGNED_OTHER_REGION", {}))
    if skill and skill in person.skills:
        reasons.append(Reason("ASSIGNED_SKILL", {"skill": skill}))
    reasons.append(Reason("ASSIGNED_LOAD", {"open": str(person.open_leads), "capacity": str(person.capacity)}))
    reasons.append(Reason("ASSIGNED_FAIRNESS", {"recent": str(person.recent_leads)}))
    return tuple(reasons)


def _nobody(weighed: Sequence[Weighed]) -> Reason:
    counted = Counter([each.outcome for each in weighed])
    return Reason(
        "ASSIGNED_NOBODY",
        {
            "off_duty": str(counted[_OFF_DUTY]),
            "full": str(counted[_FULL]),
            "other_region": str(counted[_OTHER_REGION]),
        },
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
