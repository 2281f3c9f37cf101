"""What the won ones did that the lost ones did not (赢单与输单的差别), each with the numbers it rests on.

It tells what goes together, not what causes what: whoever loses early has had less time to do anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analytics.domain.facts import Practice
from services.analytics.domain.figures import Ratio, Tallies, difference, rounded
from services.analytics.domain.significance import fisher
from trade.reasons import Reason

# So many must have closed with a practice, and so many without, before anything is said of the difference.
LEAST_CASES = 10
_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeEffect:
    """How many were won and lost with a practice, and without."""

    practice: Practice
    won_with: int
    won_without: int
    lost_with: int
    lost_without: int

    @property
    def rate_with(self) -> Ratio:
        """The win rate of those that did it."""
        return Ratio(self.won_with, self.won_with + self.lost_with)

    @property
    def rate_without(self) -> Ratio:
        """The win rate of those that did not."""
        return Ratio(self.won_without, self.won_without + self.lost_without)

    @property
    def silence(self) -> Reason | None:
        """Why nothing is said of the difference; None where there are cases enough."""
        for code, rate in (("PRACTICE_SELDOM", self.rate_with), ("PRACTICE_USUAL", self.rate_without)):
            if rate.denominator < LEAST_CASES:
                return Reason(code, {"cases": str(rate.denominator), "least": str(LEAST_CASES)})
        return None

    @property
    def points(self) -> Decimal | None:
        """The win rate with it less that without, in points of a percentage; None where nothing is said."""
        return None if self.silence else difference(self.rate_with, self.rate_without).points

    @property
    def chance(self) -> Decimal | None:
        """How often chance alone would make so large a difference (p-value); None where nothing is said."""
        if self.silence:
            return None
        found = fisher(
            won_with=self.won_with,
            won_without=self.won_without,
            lost_with=self.lost_with,
            lost_without=self.lost_without,
        )
        return rounded(Decimal(found), _DIGITS)


def practice_effects(tallies: Tallies) -> Sequence[PracticeEffect]:
    """Every practice, the one that goes with winning most first; those of which nothing is said come last."""
    found = [_effect(tallies, practice) for practice in Practice]
    return sorted(found, key=lambda effect: (effect.points is None, -(effect.points or 0)))


def _effect(tallies: Tallies, practice: Practice) -> PracticeEffect:
    def count(measure: str) -> int:
        return tallies.values(measure).get(practice.value, 0)

    return PracticeEffect(
        practice=practice,
        won_with=count("won_with"),
        won_without=count("won_without"),
        lost_with=count("lost_with"),
        lost_without=count("lost_without"),
    )
