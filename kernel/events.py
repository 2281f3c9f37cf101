"""What a change of the domain is: the new aggregate and what happened to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class Aggregate(Protocol):
    """What the unit of work needs of anything it stores: an identity and the version it was read at."""

    @property
    def uuid(self) -> UUID:
        """The identity, a UUIDv7 made by the unit of work."""
        ...

    @property
    def version(self) -> int:
        """The version it was read at; 0 for one that was never stored."""
        ...


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Change(Generic[A]):
    """An aggregate after a transition, with the events that happened, oldest first.

    Its version is still the one it was read at: the unit of work counts the events onto it when it saves.
    """

    aggregate: A
    events: tuple[object, ...]

    def then(self, step: "Callable[[A], Change[A]]") -> "Change[A]":
        """Carry on with another transition; the events of both stand in order."""
        following = step(self.aggregate)
        return Change(following.aggregate, self.events + following.events)
