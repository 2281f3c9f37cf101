"""Pairs of leads that are likely one customer, and what people make of them (疑似重复)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from services.leads.domain.merge_record import Merged
from trade.reasons import Reason


class PairState(Enum):
    """Where a pair stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


NEXT_STATES: Mapping[PairState, frozenset[PairState]] = {
    PairState.OPEN: frozenset({PairState.CONFIRMED, PairState.DISMISSED}),
    PairState.CONFIRMED: frozenset(),
    PairState.DISMISSED: frozenset(),
}


@dataclass(eq=False, kw_only=True)
class DuplicatePairNotFound(Refusal):
    """There is no such pair, or the caller may not see both leads."""

    kind = Kind.NOT_FOUND
    reason = "DUPLICATE_PAIR_NOT_FOUND"

    pair: str


@dataclass(eq=False, kw_only=True)
class DuplicateAlreadyJudged(Refusal):
    """Somebody has judged the pair already."""

    kind = Kind.RULE_VIOLATION
    reason = "DUPLICATE_ALREADY_JUDGED"

    judge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Who judged a pair, and when."""

    judge: str
    judge_name: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePair:
    """A newer lead and a known one that score as likely the same customer; names are the companies'.

    As long as nobody has judged, it is about the leads that stand for them: `other_found` is the one known then.
    `merge` tells what made them one, where they are one.
    """

    uuid: UUID
    lead: UUID
    lead_name: str
    other: UUID
    other_name: str
    other_found: UUID
    score: float
    reasons: tuple[Reason, ...]
    create_time: datetime
    state: PairState = PairState.OPEN
    judgement: Judgement | None = None
    merge: Merged | None = None

    def judged(self, state: PairState, judgement: Judgement) -> "DuplicatePair":
        """Mark what somebody found; raises DuplicateAlreadyJudged."""
        if state not in NEXT_STATES[self.state]:
            raise DuplicateAlreadyJudged(judge=self.judgement.judge_name if self.judgement else "")
        return replace(self, state=state, judgement=judgement)
