"""The board (销售看板): how the salespeople stand while leads are given out one after another."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.leads.domain.assignment_rules import AssignmentRules


class PassedOver(StrEnum):
    """Why a candidate did not get the lead."""

    CHOSEN = "chosen"
    OFF_DUTY = "off_duty"
    FULL = "full"
    OTHER_REGION = "other_region"
    NOT_SENIOR = "not_senior"
    HAD_IT = "had_it"
    LOWER_SCORE = "lower_score"


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


class Board:
    """What each salesperson brings to any lead, counted once, and again only when it changes.

    The lists run in parallel to `people`. What region and trade add depends on no load and is kept for each pair of
    them, so that a lead is weighed by one addition a person.
    """

    def __init__(self, people: Iterable[Salesperson], rules: AssignmentRules) -> None:
        """Weigh everybody by the rules."""
        self.rules = rules
        self.people = list(people)
        self._places = {person.member: place for place, person in enumerate(self.people)}
        self._points = [_points(person, rules) for person in self.people]
        self._standings = [_standing(person) for person in self.people]
        self._fits: dict[tuple[UUID | None, str], list[float]] = {}

    def given(self, member: UUID) -> None:
        """Count a lead that was just given; a member who is not on the board changes nothing."""
        place = self._places.get(member)
        if place is None:
            return
        person = self.people[place]
        more = replace(person, open_leads=person.open_leads + 1, recent_leads=person.recent_leads + 1)
        self.people[place] = more
        self._points[place] = _points(more, self.rules)
        self._standings[place] = _standing(more)

    def scores(self, *, region: UUID | None, skill: str) -> list[float]:
        """The points everybody has for a lead of a region and a trade."""
        fits = self._fits.get((region, skill))
        if fits is None:
            fits = self._fits[region, skill] = [self._fit(person, region, skill) for person in self.people]
        return [points + fit for points, fit in zip(self._points, fits, strict=True)]

    def standings(self, *, region: UUID | None, without: Collection[UUID] = ()) -> list[PassedOver]:
        """What bars each from a lead of a region; LOWER_SCORE for those who may take it.

        Those it is to be decided `without` had the lead before.
        """
        standings = self._standings.copy()
        if region is not None and self.rules.only_own_region:
            standings = [
                PassedOver.OTHER_REGION if standing is PassedOver.LOWER_SCORE and person.region != region else standing
                for person, standing in zip(self.people, standings, strict=True)
            ]
        for member in without:
            place = self._places.get(member)
            if place is not None:
                standings[place] = PassedOver.HAD_IT
        return standings

    def _fit(self, person: Salesperson, region: UUID | None, skill: str) -> float:
        in_region = region is not None and person.region == region
        skilled = skill != "" and skill in person.skills
        return self.rules.region_weight * in_region + self.rules.skill_weight * skilled


def _points(person: Salesperson, rules: AssignmentRules) -> float:
    """Points for fairness (few leads lately) and room (few leads open), both for the member's capacity."""
    capacity = max(person.capacity, 1)
    fairness = rules.fairness_weight / (1 + person.recent_leads / capacity)
    return fairness + rules.room_weight * max(capacity - person.open_leads, 0) / capacity


def _standing(person: Salesperson) -> PassedOver:
    if not person.on_duty:
        return PassedOver.OFF_DUTY
    return PassedOver.FULL if person.open_leads >= person.capacity else PassedOver.LOWER_SCORE
