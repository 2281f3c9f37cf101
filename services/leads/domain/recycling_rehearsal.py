"""Trying out rules of recycling (试算): how many leads would fall back at once, and how many owners know of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.leads.domain.recycling import FallBack, RecyclePlan, Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Leads whose clocks are alike in all that their days follow from; `warned` are owners who were told of an end."""

    grade: str
    team: UUID | None
    start: date
    extended: date | None
    rests: tuple[Rest, ...]
    warned: bool
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled:
    """Of the leads of a grade: how many fall back some day, are `near` it (warned by now), are `due` now.

    Of those that are due, how many owners were warned.
    """

    limited: int = 0
    near: int = 0
    due: int = 0
    due_warned: int = 0

    def with_leads(self, alike: Alike, falls: FallBack | None, *, now: datetime) -> "Recycled":
        """Count leads that are alike."""
        if falls is None:
            return self
        due = falls.due <= now
        near = not due and falls.warn is not None and falls.warn <= now
        return Recycled(
            limited=self.limited + alike.leads,
            near=self.near + alike.leads * near,
            due=self.due + alike.leads * due,
            due_warned=self.due_warned + alike.leads * (due and alike.warned),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedRecycling:
    """The owned leads of a grade (its letter): how many, as they stand, and as they would by other rules."""

    grade: str
    leads: int
    now: Recycled
    then: Recycled


def count_recycled(known: Iterable[Alike], plan: RecyclePlan, *, now: datetime) -> Mapping[str, Recycled]:
    """What a plan makes of leads, by the letter of the grade: by the same days as their clocks are set by."""
    counted: dict[str, Recycled] = {}
    for alike in known:
        falls = plan.falls(
            grade=alike.grade, team=alike.team, start=alike.start, extended=alike.extended, rests=alike.rests
        )
        counted[alike.grade] = counted.get(alike.grade, Recycled()).with_leads(alike, falls, now=now)
    return counted
