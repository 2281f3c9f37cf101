"""Trying out rules of the first response (试算): how many leads would stand how."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.leads.domain.response import ResponseStep
from services.leads.domain.response_rules import ResponseRules
from trade.work_calendar import WorkCalendar, working_time_before

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many leads came to which step so far; `with_deadline` is how many come to any."""

    with_deadline: int = 0
    steps: Mapping[ResponseStep, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedGrade:
    """The unanswered leads of a grade (its letter): how many, as they stand, and as they would by other rules."""

    grade: str
    leads: int
    now: Reached
    then: Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A clock of the grade and team that counts since then, or longer, has come to the step."""

    grade: str
    team: UUID | None
    step: ResponseStep
    since: datetime


def thresholds(
    rules: ResponseRules, *, calendars: Mapping[UUID | None, WorkCalendar], now: datetime
) -> Collection[Threshold]:
    """Since when a clock must run to have come to each step by now: `add_working_time` the other way round."""
    return [
        Threshold(grade=grade, team=team, step=step, since=working_time_before(calendar, now, minutes * _MINUTE))
        for team, calendar in calendars.items()
        for grade, terms in rules.terms.items()
        for step, minutes in terms.minutes()
    ]
