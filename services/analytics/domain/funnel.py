"""The funnel (漏斗): how many came how far, where they go lost, and where it is narrowest.

As a cohort it follows what began in the period: of each stage it says how many moved on, were lost, and are still
open. As a window it counts what happened in the period, whenever it began: a rate then compares what entered a stage
with what entered the next, and says nothing of what is still open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from services.analytics.domain.facts import STEPS
from services.analytics.domain.figures import Amounts, Difference, Ratio, Tallies, difference

# From how many on a stage may be called the narrowest.
LEAST_DECIDED = 5


class Mode(Enum):
    """What a funnel counts."""

    COHORT = "cohort"
    WINDOW = "window"


class Stage(Enum):
    """The stages of the funnel, in order."""

    LEAD = "lead"
    REGISTRATION = "registration"
    OPPORTUNITY = "opportunity"
    NEED = "need"
    QUOTE = "quote"
    NEGOTIATION = "negotiation"
    SIGNING = "signing"
    WON = "won"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One stage: how many reached it, and what became of them; `still_open` None where the mode cannot tell."""

    stage: Stage
    count: int
    moved_on: int
    lost: int
    still_open: int | None
    amounts: Amounts
    lost_amounts: Amounts

    @property
    def rate(self) -> Ratio:
        """The share that moved on."""
        return Ratio(self.moved_on, self.count)

    @property
    def decided(self) -> Ratio:
        """The share that moved on of all that did or were lost."""
        return Ratio(self.moved_on, self.moved_on + self.lost)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The stages of one group, with what deserves a look."""

    steps: Sequence[FunnelStep]
    loss_reasons: Mapping[str, int]
    win_reasons: Mapping[str, int]

    @property
    def bottleneck(self) -> Stage | None:
        """The stage from which the smallest share moves on, of those whose way is decided; None where too few are.

        What is still open says nothing: in a young month nearly everything is. Where all move on it is not narrow.
        """
        decided = [step for step in self.steps[:-1] if step.lost and step.moved_on + step.lost >= LEAST_DECIDED]
        return min(decided, key=lambda step: step.decided.value or 0).stage if decided else None

    @property
    def worst_loss(self) -> Stage | None:
        """The stage where most are lost; None where nothing is."""
        losing = [step for step in self.steps if step.lost]
        return max(losing, key=lambda step: step.lost).stage if losing else None


def funnel(tallies: Tallies, mode: Mode) -> Funnel:
    """The funnel of what was found, with the reasons to lose and to win, the most frequent first."""
    prefix = "cohort_" if mode is Mode.COHORT else ""
    steps = [_lead(tallies, prefix), _registration(tallies, prefix)]
    reached = ["opportunities", *(f"{prefix}{step.value}" for step in STEPS[1:]), f"{prefix}won"]
    stages = list(Stage)[2:]
    for stage, measure, following, step in zip(stages, reached, reached[1:], STEPS, strict=False):
        lost = f"{prefix}lost_at_{step.value}"
        steps.append(_step(tallies, mode, stage, measure, following, lost))
    won = reached[-1]
    steps.append(
        FunnelStep(
            stage=Stage.WON,
            count=tallies.count(won),
            moved_on=0,
            lost=0,
            still_open=None,
            amounts=tallies.amounts(won),
            lost_amounts={},
        )
    )
    return Funnel(steps, _reasons(tallies, f"{prefix}lost"), _reasons(tallies, f"{prefix}won_for"))


def compared(ours: Funnel, theirs: Funnel) -> Sequence[tuple[Stage, Difference]]:
    """How the rates of a group lie against those of another, stage by stage."""
    pairs = zip(ours.steps[:-1], theirs.steps[:-1], strict=True)
    return [(mine.stage, difference(mine.rate, other.rate)) for mine, other in pairs]


def _reasons(tallies: Tallies, measure: str) -> Mapping[str, int]:
    return dict(sorted(tallies.values(measure).items(), key=lambda each: (-each[1], each[0])))


def _lead(tallies: Tallies, prefix: str) -> FunnelStep:
    count, moved, lost = (tallies.count(each) for each in ("leads", f"{prefix}converted", f"{prefix}disqualified"))
    return _counted(Stage.LEAD, prefix, count, moved, lost)


def _registration(tallies: Tallies, prefix: str) -> FunnelStep:
    """Only reviewed ones count; one whose protection ended without an opportunity is lost."""
    names = ("registered", "registration_opened", "registration_expired")
    count, moved, lost = (tallies.count(f"{prefix}{each}") for each in names)
    return _counted(Stage.REGISTRATION, prefix, count, moved, lost)


def _counted(stage: Stage, prefix: str, count: int, moved: int, lost: int) -> FunnelStep:
    return FunnelStep(
        stage=stage,
        count=count,
        moved_on=moved,
        lost=lost,
        still_open=count - moved - lost if prefix else None,
        amounts={},
        lost_amounts={},
    )


def _step(tallies: Tallies, mode: Mode, stage: Stage, measure: str, following: str, lost: str) -> FunnelStep:
    """A stage of opportunities. What was won is through, also where it skipped the stage before the signature."""
    count, moved, gone = tallies.count(measure), tallies.count(following), tallies.count(lost)
    return FunnelStep(
        stage=stage,
        count=count,
        moved_on=moved,
        lost=gone,
        still_open=count - moved - gone if mode is Mode.COHORT else None,
        amounts=tallies.amounts(measure),
        lost_amounts=tallies.amounts(lost),
    )
