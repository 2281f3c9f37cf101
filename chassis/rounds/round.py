"""Rounds (巡检): going over a whole stock until each record of it agrees with what changed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

# Longer than a process decides by rules it has in memory, and than a write lasts that read a record before the walk:
# whatever such a write left behind lies there when the next walk comes.
PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How far a round is: its goal, the last record of the present walk, how many this walk changed, when it goes on.

    Without `due` the round is at its goal.
    """

    name: str
    goal: str = ""
    after: UUID | None = None
    changed: int = 0
    due: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to go over."""
        return self.due is not None and self.due <= now

    def towards(self, goal: str, *, now: datetime) -> "Round":
        """Begin anew for another goal, after the pause."""
        return Round(name=self.name, goal=goal, due=now + PAUSE)

    def went_on(self, *, last: UUID, changed: int) -> "Round":
        """Some records further, up to the last one looked at."""
        return replace(self, after=last, changed=self.changed + changed)

    def ended(self, *, changed: int, now: datetime) -> "Round":
        """The end of a walk: another follows one that changed something; after one that did not, the round is over."""
        is_over = self.changed + changed == 0
        return replace(self, after=None, changed=0, due=None if is_over else now + PAUSE)
