"""What happens to a case of a collision (撞单): the events it is told by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CollisionCaseOpened:
    """A case was opened, with both timelines."""


@dataclass(frozen=True, slots=True)
class CollisionCaseDecided:
    """It was decided who has the customer: by the rules, or by a manager."""


@dataclass(frozen=True, slots=True)
class CollisionCaseAppealed:
    """Whoever lost appealed."""


@dataclass(frozen=True, slots=True)
class CollisionCaseClosed:
    """The decision became final, and what follows from it happened; or both keep the customer."""
