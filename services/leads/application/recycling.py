"""Running recycling clocks (回收): warning owners, and taking from them what they do not work, each once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.managers import Managers
from chassis.pools import fitting_pools
from chassis.work import Read, UnitOfWork
from chassis.work_time import calendars_mark
from services.leads.application.capture import WRITE
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ
from services.leads.application.rounds import RoundPlan
from services.leads.application.rule_kinds import RECYCLING
from services.leads.domain.lead import Lead
from services.leads.domain.pooling import recycled
from services.leads.domain.pools import DEFAULT_POOL, LeadPool
from services.leads.domain.recycling_leads import noted, refitted, running_spell, warned
from services.leads.storage import recycling_notices
from services.leads.storage.due_leads import RECYCLE_NEXT, take_due
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_closed
from services.leads.storage.pools import MOVES, POOLS
from services.leads.storage.recycling_notices import RecyclingNotice, RecyclingNoticeKind, write_recycling_notice
from services.leads.storage.rounds import Stretch
from services.leads.storage.stock import known_leads
from trade.pools.claiming import MoveKind
from trade.pools.clock import RecycleStep
from trade.pools.pool import FittingPools

RECYCLE = "recycle leads"
AT_ONCE = 500
# Between so many leads the loop serves others.
_BREATH = 20


async def recycle_due(work: UnitOfWork, *, desk: IntakeDesk) -> int:
    """Every clock whose day has come takes its step, some hundred leads at a time; how many were looked at.

    The leads are held, and each step stands on its lead in the transaction that tells of it: whoever else sweeps, and
    whatever dies, each is taken once.
    """
    await work.begin()
    due = await take_due(work, RECYCLE_NEXT, most=AT_ONCE)
    if not due:
        return 0
    briefing = await desk.brief(work)
    known, managers = await known_leads(work, due), Managers(briefing.organization, permission=WRITE)
    pools = fitting_pools(briefing.organization, await POOLS.every(work), default=DEFAULT_POOL)
    for place, lead in enumerate((known[uuid] for uuid in due), start=1):
        _run(work, briefing, lead, pools=pools, managers=managers)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return len(due)


def _run(
    work: UnitOfWork, briefing: Briefing, lead: Lead, *, pools: FittingPools[LeadPool], managers: Managers
) -> None:
    """The owner is told some days before; then the lead goes into the pool that fits, and his managers are told too."""
    clock = running_spell(lead)
    # One that a process of a release without clocks gave away has the clock of who had it before.
    step = clock.step_due(work.now) if clock is not None and clock.owner == lead.owner else None
    if step is RecycleStep.WARN:
        _warn(work, lead)
    elif step is RecycleStep.RECYCLE:
        _recycle(work, briefing, lead, pools.of(lead.team, lead.region), managers=_above(lead, managers))
    elif not _refit(work, briefing, lead):
        # Its row says otherwise than its clock: left so, it would be looked at without end.
        work.save(RECORD, noted(lead, now=work.now))


def _above(lead: Lead, managers: Managers) -> Sequence[UUID]:
    return managers.of(owner=lead.owner, team=lead.team, region=lead.region)


def _refit(work: UnitOfWork, briefing: Briefing, lead: Lead) -> bool:
    change = refitted(lead, timetable=briefing.timetable)
    if change.events:
        work.save(RECORD, change)
    return bool(change.events)


def _warn(work: UnitOfWork, lead: Lead) -> None:
    clock = lead.recycling
    assert clock is not None and clock.falls is not None  # noqa: S101, PT018 - tells the type checker what was just seen
    told = (clock.owner,)
    write_recycling_notice(work, lead, RecyclingNoticeKind.WARNED, clock.falls, told=told)
    work.save(RECORD, warned(lead, told=told, now=work.now))


def _recycle(work: UnitOfWork, briefing: Briefing, lead: Lead, pool: LeadPool, *, managers: Sequence[UUID]) -> None:
    clock = lead.recycling
    assert clock is not None and clock.falls is not None  # noqa: S101, PT018 - as above
    told = (clock.owner, *managers)
    write_recycling_notice(work, lead, RecyclingNoticeKind.RECYCLED, clock.falls, told=told, pool=pool.uuid)
    MOVES.write(work, MoveKind.RECYCLED, subject=lead.uuid, about=lead.grade.value, pool=pool.uuid, member=clock.owner)
    write_closed(work, owner=clock.owner, today=briefing.today)
    work.save(RECORD, recycled(lead, pool, now=work.now))


async def list_notices(read: Read, *, wanted: PageRequest) -> Page[RecyclingNotice]:
    """What clocks came to shows itself to those who see the rows of the leads' owners then."""
    return await recycling_notices.list_page(read, wanted, permission=READ)


async def refit(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads fall back when rules and calendars say so now, and those without a clock get one; how many changed."""
    changed = 0
    for place, lead in enumerate(leads, start=1):
        changed += _refit(work, briefing, lead)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return changed


def _rules_and_calendars(briefing: Briefing) -> str:
    rules = briefing.rules.recycling
    return f"version {briefing.version(RECYCLING)}, {rules.mark}, calendars {calendars_mark(briefing.organization)}"


BY_NEW_LIMITS = RoundPlan(name="reschedule recycling", stretch=Stretch.CLOCKED, goal=_rules_and_calendars, bring=refit)
# Once a day, for a process of the release before may give a lead away as long as it runs beside this one.
OF_BEFORE = RoundPlan(
    name="begin recycling clocks",
    stretch=Stretch.UNCLOCKED,
    goal=lambda briefing: briefing.today.isoformat(),
    bring=refit,
)
