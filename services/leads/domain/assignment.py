"""Assignment (线索分配): who works a lead, decided so that it can be replayed and explained."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from services.leads.domain.board import Board, PassedOver, Salesperson
from services.leads.domain.lead import Grade
from trade.reasons import Reason

# How many candidates a decision shows one by one; the others are counted by outcome.
_SHOWN = 5


class Weighed(NamedTuple):
    """One candidate of one decision: the points it had and what became of it."""

    person: Salesperson
    score: float
    outcome: PassedOver


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDecision:
    """Who gets a lead (None when nobody can), why, and how the others stood: the foremost each, the rest counted.

    `no_senior_free` when the grade asks for a senior and none could take the lead.
    """

    chosen: Salesperson | None
    no_senior_free: bool
    reasons: tuple[Reason, ...]
    weighed: tuple[Weighed, ...]
    others: Mapping[PassedOver, int]


def decide_owner(
    board: Board, *, grade: Grade, region: UUID | None, skill: str, without: Collection[UUID] = ()
) -> AssignmentDecision:
    """The best of those who may take the lead; the same input gives the same owner.

    Nobody off duty or without free capacity is chosen, nor those who had it before (`without`). Where the rules keep
    leads inside their region, only its people are. Grades named in `senior_first` go to seniors while one can take
    them; else to the next best, and an alarm is raised. Equal points go to the lower member id.
    """
    people, scores = board.people, board.scores(region=region, skill=skill)
    outcomes = board.standings(region=region, without=without)
    able = [place for place, outcome in enumerate(outcomes) if outcome is PassedOver.LOWER_SCORE]
    wants_senior = grade in board.rules.senior_first
    seniors = [place for place in able if people[place].senior] if wants_senior else []
    best = _best(seniors or able, people, scores)
    if best is None:
        reasons: tuple[Reason, ...] = (_nobody(outcomes),)
    else:
        reasons = _reasons(people[best], region=region, skill=skill, grade=grade, wants_senior=wants_senior)
        if seniors:
            _pass_over_juniors(able, people, outcomes)
        outcomes[best] = PassedOver.CHOSEN
    shown = _foremost(scores, best)
    weighed = tuple([Weighed(people[place], scores[place], outcomes[place]) for place in shown])
    others = Counter(outcomes)
    others.subtract([outcomes[place] for place in shown])
    return AssignmentDecision(
        chosen=None if best is None else people[best],
        no_senior_free=wants_senior and not seniors,
        reasons=reasons,
        weighed=weighed,
        others={outcome: count for outcome, count in others.items() if count},
    )


def _best(able: Sequence[int], people: Sequence[Salesperson], scores: Sequence[float]) -> int | None:
    if not able:
        return None
    most = max([scores[place] for place in able])
    equals = [place for place in able if scores[place] == most]
    return equals[0] if len(equals) == 1 else min(equals, key=lambda place: people[place].member)


def _pass_over_juniors(able: Sequence[int], people: Sequence[Salesperson], outcomes: list[PassedOver]) -> None:
    for place in able:
        if not people[place].senior:
            outcomes[place] = PassedOver.NOT_SENIOR


def _foremost(scores: Sequence[float], best: int | None) -> list[int]:
    """The places with the most points, the chosen one before all."""
    places = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:_SHOWN]
    if best is None:
        return places
    return [best, *(place for place in places if place != best)][:_SHOWN]


def _reasons(
    person: Salesperson, *, region: UUID | None, skill: str, grade: Grade, wants_senior: bool
) -> tuple[Reason, ...]:
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


def _nobody(outcomes: Sequence[PassedOver]) -> Reason:
    counted = Counter(outcomes)
    return Reason(
        "ASSIGNED_NOBODY",
        {
            "off_duty": str(counted[PassedOver.OFF_DUTY]),
            "full": str(counted[PassedOver.FULL]),
            "other_region": str(counted[PassedOver.OTHER_REGION]),
        },
    )
