"""What a new lead has in common with known ones, and what follows from it (查重)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from trade.duplicates import Fingerprint
from trade.reasons import Reason


class Band(Enum):
    """How sure the system is that two records are the same customer."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class LeadDuplicateConfirmed:
    """Somebody said that the lead and another one are the same customer."""

    other: UUID


@dataclass(frozen=True, slots=True)
class LeadDuplicateDismissed:
    """Somebody said that the lead and another one are two customers."""

    other: UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known lead that shares a key with a newcomer, by nothing but its fingerprint."""

    lead: UUID
    prints: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """Another lead that may be the same customer: its score from 0 to 1, and why."""

    lead: UUID
    score: float
    band: Band
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeVerdict:
    """What becomes of a lead at intake: attached to a known one, or new with hints beside it."""

    attach_to: UUID | None
    hints: tuple[Resemblance, ...]

    @property
    def to_review(self) -> tuple[Resemblance, ...]:
        """The hints that somebody should look at."""
        return tuple(hint for hint in self.hints if hint.band is Band.LIKELY)


def judge_intake(resemblances: Sequence[Resemblance]) -> IntakeVerdict:
    """The same customer is attached to the record it resembles most; everything else becomes a hint.

    Equal scores go to the older record, because its history is the longer one (UUIDv7 grow with time).
    """
    ranked = tuple(sorted(resemblances, key=lambda hint: (-hint.score, hint.lead)))
    same = next((hint.lead for hint in ranked if hint.band is Band.SAME), None)
    return IntakeVerdict(attach_to=same, hints=ranked)
