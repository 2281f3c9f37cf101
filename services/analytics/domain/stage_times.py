"""Stage efficiency (阶段推动效率): how long opportunities stay in a stage, and which share moves on from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analytics.domain.facts import STEPS, Step
from services.analytics.domain.figures import Ratio, Tallies
from services.analytics.domain.stays import average_days, median_days


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """The stays that began in the period: how they ended, and how long those took that moved on."""

    step: Step
    entered: int
    moved_on: int
    moved_back: int
    lost: int
    average: Decimal | None
    median: Decimal | None

    @property
    def still_open(self) -> int:
        """Stays of which nobody knows yet how they end."""
        return self.entered - self.moved_on - self.moved_back - self.lost

    @property
    def share(self) -> Ratio:
        """The share that moved on, of all that entered."""
        return Ratio(self.moved_on, self.entered)


def stage_times(tallies: Tallies) -> Sequence[StageTime]:
    """Every stage of what was found."""
    found = []
    for step in STEPS:
        name = step.value
        moved = tallies.count(f"{name}_moved_on")
        found.append(
            StageTime(
                step=step,
                entered=tallies.count(f"{name}_entered"),
                moved_on=moved,
                moved_back=tallies.count(f"{name}_moved_back"),
                lost=tallies.count(f"{name}_lost"),
                average=average_days(seconds=tallies.total(f"{name}_moved_on"), count=moved),
                median=median_days(tallies.values(f"{name}_moved_on")),
            )
        )
    return found
