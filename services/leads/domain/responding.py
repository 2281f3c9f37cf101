"""What happens to a lead by its first-response clock (首次响应): answered, warned of, missed, handed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.events import Change
from services.leads.domain.lead import Lead
from services.leads.domain.response import Answer, ResponseStep, Timetable, clock_of_owner, reset_clock
from trade.reasons import Reason


@dataclass(frozen=True, slots=True)
class LeadResponded:
    """The customer of a lead was answered for the first time; or it turned out that this was at another time."""


@dataclass(frozen=True, slots=True)
class LeadResponseReopened:
    """What was held for the first response was none; the clock goes on."""


@dataclass(frozen=True, slots=True)
class LeadResponseRescheduled:
    """Other rules or calendars move the deadline of a lead nobody answered."""


@dataclass(frozen=True, slots=True)
class LeadResponseWarned:
    """The deadline comes near; who is told."""

    told: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class LeadResponseMissed:
    """The deadline passed without an answer; who is told."""

    told: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class LeadResponseEscalated:
    """Still no answer: those above the owner are told."""

    told: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class LeadResponseStuck:
    """Somebody else was to get the lead, and nobody was free or it went often enough; it stays, and who is told."""

    told: tuple[UUID, ...]


_EVENTS: Mapping[ResponseStep, type[LeadResponseWarned | LeadResponseMissed | LeadResponseEscalated]] = {
    ResponseStep.WARN: LeadResponseWarned,
    ResponseStep.MISS: LeadResponseMissed,
    ResponseStep.ESCALATE: LeadResponseEscalated,
}


def answered(lead: Lead, first: tuple[UUID, datetime] | None, *, timetable: Timetable) -> Change[Lead]:
    """The lead with its first response, or without one; what is so already is no event.

    `first` is the follow-up and when it counts from. A clock that goes on is by the owner and the rules of now.
    """
    clock = lead.response
    if clock is None:
        return Change(lead, ())
    answer = None
    if first is not None:
        follow_up, time = first
        minutes = timetable.minutes(team=lead.team, start=clock.start, end=time)
        answer = Answer(follow_up=follow_up, time=time, minutes=minutes)
    if answer == clock.answer:
        return Change(lead, ())
    stopped = replace(lead, response=clock.stopped(answer), update_time=timetable.now)
    if answer is None:
        return Change(_by_owner_of_now(stopped, timetable), (LeadResponseReopened(),))
    return Change(stopped, (LeadResponded(),))


def _by_owner_of_now(lead: Lead, timetable: Timetable) -> Lead:
    team, grade = lead.team, lead.grade.value
    going = clock_of_owner(lead.response, owner=lead.owner, team=team, grade=grade, timetable=timetable)
    return replace(lead, response=reset_clock(going, team=team, grade=grade, timetable=timetable))


def rescheduled(lead: Lead, *, timetable: Timetable) -> Change[Lead]:
    """A lead nobody answered, by the rules and calendars of now; the same deadline is no event."""
    if lead.running_clock is None:
        return Change(lead, ())
    following = _by_owner_of_now(lead, timetable)
    if following == lead:
        return Change(lead, ())
    return Change(replace(following, update_time=timetable.now), (LeadResponseRescheduled(),))


def stepped(lead: Lead, *, told: Mapping[ResponseStep, Sequence[UUID]], now: datetime) -> Change[Lead]:
    """Take every step whose time has come, each once; `told` names who is to know. Nothing due is no event.

    That somebody else is to get it is told by what becomes of that.
    """
    clock = lead.running_clock
    steps = clock.steps_due(now) if clock else ()
    if clock is None or not steps:
        return Change(lead, ())
    events = tuple(_EVENTS[step](tuple(told.get(step, ()))) for step in steps if step in _EVENTS)
    return Change(replace(lead, response=clock.took(now), update_time=now), events)


def stuck(lead: Lead, *, told: Sequence[UUID], now: datetime) -> Change[Lead]:
    """Nobody is free to take the lead: it stays with its owner."""
    return Change(replace(lead, update_time=now), (LeadResponseStuck(tuple(told)),))


def why_taken_away(lead: Lead) -> Reason:
    """Why the lead goes to somebody else, as the ledger and the lead tell it."""
    clock = lead.response
    terms = clock.schedule.terms if clock and clock.schedule else None
    minutes = str(terms.reassign or terms.due) if terms else ""
    return Reason("ASSIGNED_AFTER_NO_RESPONSE", {"grade": lead.grade.value, "minutes": minutes})
