"""Explaining a lead (线索说明): every decision about it as a conclusion, what it rests on, and how it came about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.leads.domain.intent import HORIZON
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.lead_history import HistoryEntry
from trade.probability import Score
from trade.reasons import Reason


class Subject(Enum):
    """What is explained, in the order in which people ask."""

    GRADE = "grade"
    INTENT = "intent"
    OWNER = "owner"
    RESPONSE = "response"
    VERDICT = "verdict"
    RECYCLING = "recycling"
    DUPLICATES = "duplicates"
    MERGES = "merges"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One thing that happened or is to come on the way to a conclusion, and why; without a time where none is kept."""

    told: Reason
    time: datetime | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One decision: what holds, why, and the stages it came by."""

    subject: Subject
    conclusion: Reason
    reasons: tuple[Reason, ...] = ()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """As of when something is explained, by whose clocks, and how members and teams are called."""

    now: datetime
    zone: ZoneInfo
    member: Callable[[UUID], str]
    team: Callable[[UUID], str]

    def instant(self, time: datetime) -> str:
        """An instant as the clocks of the house show it."""
        return time.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def explain_grade(lead: Lead, *, gradings: Sequence[HistoryEntry]) -> Chapter:
    """By whom or what a lead was graded; then every grade it had since it was taken in, the newest first."""
    stages = [
        Stage(
            told=Reason("EXPLAINED_GRADED", {"grade": entry.grade.value if entry.grade else ""}),
            time=entry.time,
            reasons=entry.reasons,
        )
        for entry in sorted(gradings, key=lambda entry: entry.time, reverse=True)
    ]
    return Chapter(subject=Subject.GRADE, conclusion=_graded(lead), reasons=lead.grade_reasons, stages=tuple(stages))


def _graded(lead: Lead) -> Reason:
    """Names no rule: its name may tell of the budget, which not everybody may see."""
    override = lead.grade_override
    if override is not None:
        told = {
            "grade": override.grade.value,
            "author": override.author_name,
            "rules_grade": override.rules_grade.value,
        }
        return Reason("EXPLAINED_GRADE_BY_PERSON", told)
    if lead.grade is Grade.UNGRADED:
        return Reason("EXPLAINED_GRADE_NONE")
    return Reason("EXPLAINED_GRADE_BY_RULES", {"grade": lead.grade.value, "version": str(lead.rules.grade)})


def explain_intent(intent: Score | None) -> Chapter:
    """How probable a conversion is, with what adds up to that and the sum of it; or why nothing can be said."""
    if intent is None or intent.probability is None:
        silence = intent.silence if intent and intent.silence else Reason("INTENT_NOT_SCORED_YET")
        return Chapter(subject=Subject.INTENT, conclusion=silence)
    percent = f"{intent.probability:.1%}"
    told = {"percent": percent, "model": str(intent.model), "days": str(HORIZON.days)}
    total = intent.base + sum(part.weight for part in intent.parts)
    added_up = Reason("EXPLAINED_INTENT_SUM", {"sum": f"{total:+.4f}", "percent": percent})
    return Chapter(
        subject=Subject.INTENT,
        conclusion=Reason("EXPLAINED_INTENT", told),
        reasons=(*intent.reasons("INTENT"), added_up),
    )
