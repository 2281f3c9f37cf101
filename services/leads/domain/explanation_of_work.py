"""Why a lead has its owner, and why its first response is due when it is."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from services.leads.domain.assignment import Weighed
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.explanation import Chapter, Stage, Subject, Telling
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.response import ResponseClock, ResponseState, ResponseStep
from services.leads.domain.response_reasons import reasons_of_clock
from trade.reasons import Reason
from trade.work_calendar import WorkCalendar

_MINUTES_OF_AN_HOUR = 60


def explain_owner(lead: Lead, *, ledger: Sequence[LedgerEntry], telling: Telling) -> Chapter:
    """Who has a lead and why; then every decision of the ledger, the newest first, with all who were weighed for it."""
    stages = [_decided(entry, telling) for entry in sorted(ledger, key=lambda entry: entry.time, reverse=True)]
    return Chapter(
        subject=Subject.OWNER,
        conclusion=_owned(lead, ledger, telling),
        reasons=lead.owner_reasons,
        stages=tuple(stages),
    )


def _owned(lead: Lead, ledger: Sequence[LedgerEntry], telling: Telling) -> Reason:
    if lead.owner is None:
        return Reason("EXPLAINED_OWNER_NONE")
    since = max((entry.time for entry in ledger if entry.member == lead.owner), default=lead.create_time)
    return Reason("EXPLAINED_OWNER", {"member": telling.member(lead.owner), "since": telling.instant(since)})


def _decided(entry: LedgerEntry, telling: Telling) -> Stage:
    by = {"grade": entry.grade.value, "version": str(entry.rules)}
    told = Reason("EXPLAINED_NOT_ASSIGNED", by)
    if entry.member is not None:
        told = Reason("EXPLAINED_ASSIGNED", {"member": telling.member(entry.member), **by})
    weighed = [_weighed(each, telling) for each in entry.candidates]
    others = [
        Reason("EXPLAINED_OTHER_CANDIDATES", {"count": str(count), "outcome": outcome.value})
        for outcome, count in entry.others.items()
    ]
    return Stage(told=told, time=entry.time, reasons=(*entry.reasons, *weighed, *others))


def _weighed(candidate: Weighed, telling: Telling) -> Reason:
    person = candidate.person
    told = {
        "member": telling.member(person.member),
        "score": f"{candidate.score:.2f}",
        "outcome": candidate.outcome.value,
        "open": str(person.open_leads),
        "capacity": str(person.capacity),
        "recent": str(person.recent_leads),
    }
    return Reason("EXPLAINED_CANDIDATE", told)


def explain_response(lead: Lead, *, calendar: WorkCalendar, telling: Telling) -> Chapter:
    """How it stands with the first response, by which rule and calendar; then the steps that came and are to come.

    `calendar` is that of the owner's team.
    """
    clock = lead.response
    if clock is None:
        return Chapter(subject=Subject.RESPONSE, conclusion=Reason("EXPLAINED_RESPONSE_NO_CLOCK"))
    standing = clock.standing(now=telling.now, is_open=lead.state in OPEN_STATES)
    reasons = reasons_of_clock(clock, telling.zone)
    if clock.schedule is not None:
        reasons = (*reasons, Reason("EXPLAINED_RESPONSE_RULES", {"version": str(clock.rules)}))
        reasons = (*reasons, _counted_by(lead, calendar, clock.schedule.due, telling))
    return Chapter(
        subject=Subject.RESPONSE,
        conclusion=_standing(clock, standing, telling),
        reasons=reasons,
        stages=tuple(_steps(lead, clock)),
    )


def _standing(clock: ResponseClock, standing: ResponseState, telling: Telling) -> Reason:
    told = {"member": telling.member(clock.owner)}
    if clock.due is not None:
        told["due"] = telling.instant(clock.due)
    if clock.answer is not None:
        told |= {"time": telling.instant(clock.answer.time), "minutes": str(clock.answer.minutes)}
    return Reason(f"EXPLAINED_RESPONSE_{standing.name}", told)


def _counted_by(lead: Lead, calendar: WorkCalendar, due: datetime, telling: Telling) -> Reason:
    """By whose calendar a deadline was counted: the hours of the day on which it falls."""
    hours = calendar.hours_of(due.astimezone(calendar.zone).date())
    told = ", ".join(f"{_clock_time(each.start_minute)}-{_clock_time(each.end_minute)}" for each in hours)
    team = telling.team(lead.team) if lead.team else ""
    return Reason("EXPLAINED_RESPONSE_CALENDAR", {"team": team, "hours": told})


def _clock_time(minute: int) -> str:
    hour, rest = divmod(minute, _MINUTES_OF_AN_HOUR)
    return f"{hour:02}:{rest:02}"


def _steps(lead: Lead, clock: ResponseClock) -> Iterator[Stage]:
    """What the clock came to, and what it comes to if nobody answers; the earliest first."""
    times: Mapping[ResponseStep, datetime] = clock.schedule.times if clock.schedule else {}
    for step, time in sorted(times.items(), key=lambda each: each[1]):
        if step in clock.taken:
            yield Stage(told=Reason("EXPLAINED_STEP_TAKEN", {"step": step.value}), time=time)
        elif lead.running_clock is not None:
            yield Stage(told=Reason("EXPLAINED_STEP_TO_COME", {"step": step.value}), time=time)
    if clock.answer is not None:
        answered = Reason("EXPLAINED_ANSWERED", {"follow_up": f"leadFollowUps/{clock.answer.follow_up}"})
        yield Stage(told=answered, time=clock.answer.time)
