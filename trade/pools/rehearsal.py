"""Trying out rules of recycling (试算): how much would fall back at once, and how many owners know of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Generic, TypeVar
from uuid import UUID

from trade.pools.clock import Days, FallBack, Plan, Rest

R = TypeVar("R", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike(Generic[R]):
    """Records that are alike in all that their days follow from; `warned` are owners who were told of an end."""

    kind: str
    team: UUID | None
    start: date
    marks: Days[R]
    rests: tuple[Rest, ...]
    warned: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled:
    """Of the records of a kind: how many fall back some day, are `near` it (warned by now), are `due` now.

    Of those that are due, how many owners were warned.
    """

    limited: int = 0
    near: int = 0
    due: int = 0
    due_warned: int = 0

    def with_alike(self, alike: Alike[R], falls: FallBack[R] | None, *, now: datetime) -> "Recycled":
        """Count records that are alike."""
        if falls is None:
            return self
        due = falls.due <= now
        near = not due and falls.warn is not None and falls.warn <= now
        return Recycled(
            limited=self.limited + alike.count,
            near=self.near + alike.count * near,
            due=self.due + alike.count * due,
            due_warned=self.due_warned + alike.count * (due and alike.warned),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedRecycling:
    """The owned records of a kind: how many, as they stand, and as they would by other rules."""

    kind: str
    count: int
    now: Recycled
    then: Recycled


def rehearse(
    known: Sequence[Alike[R]], *, in_force: Plan[R], tried: Plan[R], now: datetime
) -> Sequence[RehearsedRecycling]:
    """What plans make of records, by their kind: by the same days as their clocks are set by."""
    present, then = (_count(known, plan, now=now) for plan in (in_force, tried))
    counts: Counter[str] = Counter()
    for alike in known:
        counts[alike.kind] += alike.count
    return [
        RehearsedRecycling(kind=kind, count=counts[kind], now=present[kind], then=then[kind]) for kind in sorted(counts)
    ]


def _count(known: Iterable[Alike[R]], plan: Plan[R], *, now: datetime) -> Mapping[str, Recycled]:
    counted: dict[str, Recycled] = {}
    for alike in known:
        falls = plan.falls(kind=alike.kind, team=alike.team, start=alike.start, marks=alike.marks, rests=alike.rests)
        counted[alike.kind] = counted.get(alike.kind, Recycled()).with_alike(alike, falls, now=now)
    return counted
