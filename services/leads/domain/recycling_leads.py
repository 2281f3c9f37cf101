"""What happens to a lead by its recycling clock (回收时钟): extended, moved by other rules, warned of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.events import Change
from services.leads.domain.follow_up import FollowUp
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.recycling import RecycleClock, extension_of, marks_of
from services.leads.domain.recycling_rules import RecyclingRules
from services.leads.domain.response import Timetable
from trade.pools.clock import Mark, begin_spell, extended_spell, reset_spell


class RecyclingState(Enum):
    """How it stands with the time an owner keeps a lead."""

    NONE = "none"
    RUNNING = "running"
    WARNED = "warned"
    PAUSED = "paused"
    POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class LeadRecyclingRescheduled:
    """The day moves on which a lead falls back: it was followed up, or rules, calendars or owner are others."""


@dataclass(frozen=True, slots=True)
class LeadRecyclingWarned:
    """The day comes near on which a lead falls back; who is told."""

    told: tuple[UUID, ...]


def running_spell(lead: Lead) -> RecycleClock | None:
    """The clock that goes on; None where nobody works the lead, or its conversion is being decided."""
    return lead.recycling if lead.state in OPEN_STATES else None


def recycling_state(lead: Lead) -> RecyclingState:
    """How it stands now."""
    clock = lead.recycling
    if lead.pool is not None and lead.state in OPEN_STATES:
        return RecyclingState.POOLED
    if clock is None or clock.falls is None or lead.state not in OPEN_STATES | {LeadState.CONVERTING}:
        return RecyclingState.NONE
    if lead.state is LeadState.CONVERTING:
        return RecyclingState.PAUSED
    return RecyclingState.WARNED if clock.warned_of == clock.falls.due else RecyclingState.RUNNING


def extension(lead: Lead, told: Iterable[FollowUp], rules: RecyclingRules, *, timetable: Timetable) -> Mark | None:
    """Of the follow-ups that count, the first of the last day after the spell began; None where there is none."""
    clock, plan = lead.recycling, timetable.recycling
    if clock is None:
        return None
    began = plan.day(lead.team, clock.start)
    days = [(plan.day(lead.team, each.facts.time), each) for each in told if rules.count(each)]
    later = [(day, each) for day, each in days if day > began]
    if not later:
        return None
    last = max(day for day, _ in later)
    first = min((each for day, each in later if day == last), key=lambda each: (each.facts.time, each.uuid))
    return Mark(source=first.uuid, time=first.facts.time)


def further(lead: Lead, found: Mark | None, *, timetable: Timetable) -> Mark | None:
    """The extension of the later day: what the lead knows stays where what was found is of the same day or before."""
    known, plan = extension_of(lead.recycling) if lead.recycling else None, timetable.recycling
    if known is None or found is None:
        return known or found
    return found if plan.day(lead.team, found.time) > plan.day(lead.team, known.time) else known


def extended(lead: Lead, last: Mark | None, *, timetable: Timetable) -> Change[Lead]:
    """The lead by the last follow-up that counts, or without one; what is so already is no event."""
    clock, plan = lead.recycling, timetable.recycling
    if clock is None:
        return Change(lead, ())
    following = extended_spell(clock, marks_of(last), team=lead.team, kind=lead.grade.value, plan=plan)
    return _with(lead, following, timetable)


def refitted(lead: Lead, *, timetable: Timetable) -> Change[Lead]:
    """An open lead by the rules, calendars and owner of now; one that has an owner and no clock gets its clock now."""
    if lead.state not in OPEN_STATES or lead.owner is None:
        return Change(lead, ())
    team, grade, plan = lead.team, lead.grade.value, timetable.recycling
    clock = begin_spell(lead.recycling, owner=lead.owner, team=team, kind=grade, plan=plan, now=timetable.now)
    fitted = reset_spell(clock, team=team, kind=grade, plan=plan) if clock else None
    return _with(lead, fitted, timetable)


def noted(lead: Lead, *, now: datetime) -> Change[Lead]:
    """The lead as it is, so that its row tells again when it comes to something."""
    return Change(replace(lead, update_time=now), (LeadRecyclingRescheduled(),))


def warned(lead: Lead, *, told: Sequence[UUID], now: datetime) -> Change[Lead]:
    """The owner is told of the day on which the lead falls back; once of each."""
    clock = lead.recycling
    if clock is None:
        return Change(lead, ())
    following = replace(lead, recycling=clock.warned(), update_time=now)
    return Change(following, (LeadRecyclingWarned(tuple(told)),))


def _with(lead: Lead, clock: RecycleClock | None, timetable: Timetable) -> Change[Lead]:
    if clock == lead.recycling:
        return Change(lead, ())
    return Change(replace(lead, recycling=clock, update_time=timetable.now), (LeadRecyclingRescheduled(),))
