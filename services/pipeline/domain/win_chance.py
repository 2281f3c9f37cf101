"""The chance to win (赢率): what it is told from, and what an opportunity is expected to bring."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from uuid import UUID

from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from trade.probability import Row, Score
from trade.probability.moments import DAY, days_between, drawn_moment
from trade.reasons import Reason

_AGES = (timedelta(hours=1), *(timedelta(days=days) for days in (3, 7, 14, 30, 60, 90, 120)))
# What counts as recent activity (近期活动).
_RECENT = timedelta(days=14)
# An expected amount counts its probability in hundredths of a percent.
_PARTS = 10_000
_REGION = "region"

OPPORTUNITY_CLOSED = Reason("WIN_OPPORTUNITY_CLOSED")

# How many days those that were won stayed in stages of a kind, by the kind.
Pace = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event of its life left of an opportunity, as far as it tells of its chance; `region` is a resource name.

    `evidence` counts the kinds of evidence that were filed, None where an event of an older release does not tell.
    """

    time: datetime
    is_open: bool
    create_time: datetime
    stage: str
    stage_probability: int
    stage_entered_time: datetime
    amount: int | None
    closing: date | None
    industry: str
    region: str
    tier: str
    source: str
    has_campaign: bool
    has_competitor: bool
    counts: bool
    evidence: int | None
    quoted_time: datetime | None
    moved_back: bool = False


Life = Sequence[Step]


def observed_at(opportunity: UUID, create_time: datetime) -> datetime:
    """The moment of its life at which an opportunity is learnt from: one for each, whatever became of it."""
    return drawn_moment(opportunity, create_time, ages=_AGES)


def until(life: Life, at: datetime) -> Life:
    """What had happened by then."""
    return [step for step in life if step.time <= at]


def as_of(life: Life, now: datetime) -> datetime:
    """The present moment of a life: clocks of two hosts differ, and what has happened is not to come."""
    return max(now, life[-1].time)


def features(life: Life, *, at: datetime, pace: Pace) -> Row:
    """An opportunity at a moment as a model reads it; nothing in it is younger than the moment.

    `life` begins with its opening, which was before the moment.
    """
    known = until(life, at)
    now = known[-1]
    stage_days = _days(now.stage_entered_time, at)
    usual = pace.get(now.stage)
    return {
        "stage": now.stage,
        "stage_probability": now.stage_probability,
        "stage_days": stage_days,
        "stage_pace": round(stage_days / usual, 1) if usual and stage_days is not None else None,
        "moves_back": sum(step.moved_back for step in known),
        "postponements": sum(_is_postponed(before, after) for before, after in pairwise(known)),
        "closing_days": (now.closing - at.date()).days if now.closing else None,
        "amount": now.amount,
        "industry": now.industry,
        _REGION: now.region,
        "tier": now.tier,
        "source": now.source,
        "campaign": now.has_campaign,
        "competitor": now.has_competitor,
        "reviewed": now.counts,
        "evidence": now.evidence,
        "quoted_days": _days(now.quoted_time, at),
        "activity": sum(step.time > at - _RECENT for step in known),
        "quiet_days": _days(now.time, at),
        "age_days": _days(now.create_time, at),
    }


def stays(life: Life, *, end: datetime) -> list[tuple[str, float]]:
    """How long it stayed in each stage, by the kind of the stage, in days; the last stay ends with its life."""
    entered = {step.stage_entered_time: step.stage for step in until(life, end)}
    times = [*sorted(entered), end]
    return [(entered[begin], (left - begin) / DAY) for begin, left in pairwise(times)]


def usual_stays(told: Iterable[tuple[str, float]]) -> Pace:
    """The median of the stays in each kind of stage; where half of them took no time, nothing is usual."""
    by_kind: dict[str, list[float]] = {}
    for kind, days in told:
        by_kind.setdefault(kind, []).append(days)
    medians = {kind: round(median(days), 2) for kind, days in by_kind.items()}
    return {kind: days for kind, days in medians.items() if days > 0}


def chance_of(opportunity: Opportunity, told: Score | None, *, silence: Reason) -> Score:
    """What a model told of an open opportunity; else the probability of its stage, and why. A closed one has none."""
    time = told.time if told else None
    if opportunity.state is not OpportunityState.OPEN:
        return Score(time=time, silence=OPPORTUNITY_CLOSED)
    if told is not None and told.model and told.probability is not None:
        return told
    return Score(probability=opportunity.standing.probability / 100, time=time, silence=silence)


def expected_minor(opportunity: Opportunity, chance: Score) -> int:
    """Amount × probability in minor units, rounded down; the probability counts to a hundredth of a percent.

    0 without an amount, and for one that is won or lost.
    """
    amount = opportunity.facts.amount
    if amount is None or chance.probability is None:
        return 0
    share = (Decimal(str(chance.probability)) * _PARTS).to_integral_value(ROUND_HALF_UP)
    return amount.minor * int(share) // _PARTS


def classed_minor(opportunity: Opportunity, chance: Score) -> int:
    """What it is classed by: the expected amount while it is open, and then what it was worth by its stage."""
    is_open = opportunity.state is OpportunityState.OPEN
    return expected_minor(opportunity, chance) if is_open else opportunity.weighted_minor


def with_region(chance: Score, called: Callable[[str], str]) -> Score:
    """The same with its region by name instead of by its resource name."""
    parts = (replace(part, value=called(part.value)) if part.feature == _REGION else part for part in chance.parts)
    return replace(chance, parts=tuple(parts))


def _days(since: datetime | None, at: datetime) -> float | None:
    return days_between(since, at, most=_AGES[-1])


def _is_postponed(before: Step, after: Step) -> bool:
    return before.closing is not None and after.closing is not None and after.closing > before.closing
