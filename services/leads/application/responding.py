"""Running first-response clocks (首次响应): warning, missing, escalating and handing on, each once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.managers import Managers
from chassis.work import Read, UnitOfWork
from chassis.work_time import calendars_mark
from kernel.events import Change
from services.leads.application.capture import WRITE, ownership_by, write_down
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ
from services.leads.application.rounds import RoundPlan
from services.leads.application.rule_kinds import RESPONSE
from services.leads.domain.lead import Lead
from services.leads.domain.responding import (
    LeadResponseEscalated,
    LeadResponseMissed,
    LeadResponseWarned,
    rescheduled,
    stepped,
    stuck,
    why_taken_away,
)
from services.leads.domain.response import ResponseClock, ResponseStep
from services.leads.domain.response_notices import NoticeKind, ResponseNotice
from services.leads.storage import response_notices
from services.leads.storage.due_leads import RESPONSE_NEXT, take_due
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_closed
from services.leads.storage.response_notices import write_notice
from services.leads.storage.rounds import Stretch
from services.leads.storage.stock import known_leads

RUN_CLOCKS = "run response clocks"
AT_ONCE = 200
# Between so many leads the loop serves others.
_BREATH = 20
_NOTICES: Mapping[type[object], NoticeKind] = {
    LeadResponseWarned: NoticeKind.WARNED,
    LeadResponseMissed: NoticeKind.MISSED,
    LeadResponseEscalated: NoticeKind.ESCALATED,
}


async def run_clocks(work: UnitOfWork, *, desk: IntakeDesk) -> int:
    """Every clock whose time has come takes its steps, a few leads at a time; how many were looked at.

    The leads are held, and each step is kept on its lead in the transaction that tells of it: whoever else sweeps, and
    whatever dies, each step is taken once.
    """
    await work.begin()
    due = await take_due(work, RESPONSE_NEXT, most=AT_ONCE)
    briefing = await desk.brief(work)
    known, managers = await known_leads(work, due), Managers(briefing.organization, permission=WRITE)
    for place, lead in enumerate((known[uuid] for uuid in due), start=1):
        run_clock(work, briefing, lead, above=managers)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return len(due)


def run_clock(work: UnitOfWork, briefing: Briefing, lead: Lead, *, above: Managers) -> None:
    """A lead whose owner did not answer: he is told, then his manager, then somebody else gets it."""
    clock = lead.running_clock
    if clock is None or clock.owner != lead.owner:
        # Given away by a process of a release that knew no clocks: its new owner's begins now.
        change = rescheduled(lead, timetable=briefing.timetable)
        if change.events:
            work.save(RECORD, change)
        return
    steps, managers = clock.steps_due(work.now), above.of(owner=lead.owner, team=lead.team, region=lead.region)
    told = {
        ResponseStep.WARN: (clock.owner,),
        ResponseStep.MISS: (clock.owner,),
        ResponseStep.ESCALATE: (*managers, clock.owner),
    }
    change = stepped(lead, told=told, now=work.now)
    for event in change.events:
        write_notice(work, change.aggregate, _NOTICES[type(event)], told=event.told)  # type: ignore[attr-defined]  # every event of a step names whom it is for
    if ResponseStep.REASSIGN in steps:
        change = change.then(lambda lead: _handed_on(work, briefing, lead, clock, managers))
    if change.events:
        work.save(RECORD, change)


def _handed_on(
    work: UnitOfWork, briefing: Briefing, lead: Lead, clock: ResponseClock, managers: Sequence[UUID]
) -> Change[Lead]:
    """Somebody else who did not have it yet gets the lead; where nobody is free, it stays, and its managers know.

    They know as well of one that changed hands as often as it may.
    """
    if len(clock.former) >= briefing.rules.response.reassign_at_most:
        return _stuck(work, lead, told=(*managers, clock.owner))
    had_it = {clock.owner, *clock.former}
    decision = briefing.owner(grade=lead.grade, region=lead.region, skill=lead.facts.industry, without=had_it)
    decision = replace(decision, reasons=(why_taken_away(lead), *decision.reasons))
    write_down(work, briefing, lead, decision)
    if decision.chosen is None:
        return _stuck(work, lead, told=(*managers, clock.owner))
    write_closed(work, owner=clock.owner, today=briefing.today)
    change = lead.assigned(ownership_by(decision), timetable=briefing.timetable)
    told = (clock.owner, decision.chosen.member, *managers)
    write_notice(work, change.aggregate, NoticeKind.REASSIGNED, told=tuple(dict.fromkeys(told)))
    return change


def _stuck(work: UnitOfWork, lead: Lead, *, told: Sequence[UUID]) -> Change[Lead]:
    write_notice(work, lead, NoticeKind.STUCK, told=told)
    return stuck(lead, told=told, now=work.now)


async def list_notices(read: Read, *, wanted: PageRequest) -> Page[ResponseNotice]:
    """What clocks came to shows itself to those who see the rows of the leads' owners then."""
    return await response_notices.list_page(read, wanted, permission=READ)


async def reschedule(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads nobody answered get the deadline that rules and calendars give them now; how many got another one."""
    changed = 0
    for place, lead in enumerate(leads, start=1):
        change = rescheduled(lead, timetable=briefing.timetable)
        if change.events:
            work.save(RECORD, change)
            changed += 1
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return changed


def _rules_and_calendars(briefing: Briefing) -> str:
    rules = briefing.rules.response
    return f"version {briefing.version(RESPONSE)}, {rules.mark}, calendars {calendars_mark(briefing.organization)}"


BY_NEW_TERMS = RoundPlan(
    name="reschedule responses", stretch=Stretch.UNANSWERED, goal=_rules_and_calendars, bring=reschedule
)
