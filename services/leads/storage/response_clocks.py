"""First-response clocks as they lie beside their leads, and which of them come to something."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.leads.domain.lead import Lead
from services.leads.domain.response import Answer, ResponseClock, ResponseStep, Schedule, Terms

# Where nothing is to be answered: after everything that is.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def response_to_row(lead: Lead) -> Mapping[str, object]:
    """The columns of a lead's clock: what comes next follows from the whole lead, on every path."""
    clock, running = lead.response, lead.running_clock
    coming = running.next_step if running else None
    return {
        "response": clock_to_json(clock),
        "response_due": clock.due if clock else None,
        "first_response_time": clock.answer.time if clock and clock.answer else None,
        "response_next": coming[1] if coming else None,
        "answer_by": (running.due if running else None) or NEVER,
    }


def clock_to_json(clock: ResponseClock | None) -> Mapping[str, object] | None:
    """The clock as an object; None for none."""
    if clock is None:
        return None
    schedule, answer = clock.schedule, clock.answer
    return {
        "owner": clock.owner,
        "start": clock.start,
        "since": clock.since,
        "grade": clock.grade,
        "rules": clock.rules,
        "terms": {step.value: minutes for step, minutes in schedule.terms.minutes()} if schedule else None,
        "times": {step.value: time for step, time in schedule.times.items()} if schedule else None,
        "taken": [step.value for step in ResponseStep if step in clock.taken],
        "former": clock.former,
        "answer": [answer.follow_up, answer.time, answer.minutes] if answer else None,
    }


def clock_from_json(column: Mapping[str, Any] | None) -> ResponseClock | None:
    """The clock in a column."""
    if column is None:
        return None
    answer = column["answer"]
    return ResponseClock(
        owner=UUID(column["owner"]),
        start=datetime.fromisoformat(column["start"]),
        since=datetime.fromisoformat(column["since"]),
        grade=column["grade"],
        rules=column["rules"],
        schedule=_schedule(column["terms"], column["times"]),
        taken=frozenset(map(ResponseStep, column["taken"])),
        former=tuple(map(UUID, column["former"])),
        answer=_answer(*answer) if answer else None,
    )


def _schedule(terms: Mapping[str, int] | None, times: Mapping[str, str] | None) -> Schedule | None:
    if terms is None or times is None:
        return None
    minutes = {ResponseStep(step): each for step, each in terms.items()}
    return Schedule(
        terms=Terms(
            due=minutes[ResponseStep.MISS],
            warn=minutes.get(ResponseStep.WARN),
            escalate=minutes.get(ResponseStep.ESCALATE),
            reassign=minutes.get(ResponseStep.REASSIGN),
        ),
        times={ResponseStep(step): datetime.fromisoformat(time) for step, time in times.items()},
    )


def _answer(follow_up: str, time: str, minutes: int) -> Answer:
    return Answer(follow_up=UUID(follow_up), time=datetime.fromisoformat(time), minutes=minutes)
