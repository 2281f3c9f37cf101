"""Undoing and reading merges (撤销合并)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed
from services.leads.application.capture import WRITE, kept_graded, sees
from services.leads.application.finding import keep_identity
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.merged_collaborators import take_back
from services.leads.application.merging import ShownMerge
from services.leads.application.reading import READ
from services.leads.application.writing import check_seen
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.merge_record import Act, LeadMerge
from services.leads.domain.merge_undoing import check_undoable, portrait_without, releasing, restored
from services.leads.domain.merging import with_portrait
from services.leads.storage import merges
from services.leads.storage.duplicate_pairs import unsettle_pairs
from services.leads.storage.families import family_of, point_at
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import get_lead
from services.leads.storage.ledger import write_closed, write_reopened
from services.leads.storage.stock import known_leads
from services.leads.storage.touches import touches_since


async def undo_merge(
    work: UnitOfWork, *, survivor: UUID, merge: UUID, seen: int | None, desk: IntakeDesk
) -> ShownMerge:
    """For some days a merge can be undone: all leads are what they were, but for what was changed since.

    Whoever undoes it may change all of them by his own scope. The last merge into a lead is undone first. Raises
    LeadNotFound, LeadMergeNotFound, NotAllowed, StaleVersion, LeadMergeUndone, LeadMergedAway, LeadMergeFollowed,
    LeadMergeConverting, LeadMergeTooOld.
    """
    lead = await _own_lead(work, survivor)
    check_seen(lead, seen)
    done = await merges.get_merge(work, merge, survivor=survivor)
    check_undoable(done, lead, later=await merges.later_merge(work, done), now=work.now)
    others = [await _own_lead(work, other) for other in done.others]
    briefing = await desk.brief(work)
    await _release(work, briefing, done, lead, others)
    for other in others:
        await _restore(work, briefing, done, other)
    await unsettle_pairs(work, merge=merge, settled=done.settled)
    await take_back(work, done, zone=desk.zone)
    who = work.principal
    undone = Act(actor=who.subject, name=who.display_name or who.subject, time=work.now)
    done = replace(done, undone=undone)
    await merges.keep_undone(work, done)
    work.note(action="undo merge", resource=f"leads/{survivor}", details={"merge": str(merge)})
    return ShownMerge(merge=done, leads=())


async def get_merge(read: Read, *, survivor: UUID, merge: UUID) -> ShownMerge:
    """A merge shows itself, with the values it was made of, to whoever may see the lead that survived it.

    Raises LeadNotFound, LeadMergeNotFound.
    """
    lead = await get_lead(read, survivor, permission=READ)
    return (await _shown(read, lead, [await merges.get_merge(read, merge, survivor=survivor)]))[0]


async def list_merges(read: Read, *, survivor: UUID, wanted: PageRequest) -> Page[ShownMerge]:
    """The merges into a lead, also those that were undone, for whoever may see it. Raises LeadNotFound."""
    lead = await get_lead(read, survivor, permission=READ)
    page = await merges.list_page(read, wanted, survivor=survivor)
    return page.of(await _shown(read, lead, page.items))


async def _shown(read: Read, lead: Lead, found: Sequence[LeadMerge]) -> list[ShownMerge]:
    """What was merged away stands in its own lead still, and what the merge wrote over in the merge."""
    standing = [merge for merge in found if merge.undone is None]
    known = await known_leads(read, {other for merge in standing for other in merge.others})
    return [
        ShownMerge(
            merge=merge,
            leads=[with_portrait(lead, merge.before), *(known[other] for other in merge.others)]
            if merge.undone is None
            else (),
        )
        for merge in found
    ]


async def _own_lead(work: UnitOfWork, uuid: UUID) -> Lead:
    lead = await get_lead(work, uuid, permission=WRITE)
    if not sees(work.principal, lead, permission=WRITE):
        raise NotAllowed(permission=WRITE)
    return lead


async def _release(
    work: UnitOfWork, briefing: Briefing, merge: LeadMerge, survivor: Lead, others: Sequence[Lead]
) -> None:
    """The survivor without what the merge brought; an owner it got by that has one lead less."""
    told_since = [touch.told for touch in await touches_since(work, survivor.uuid, merge.done.time)]
    portrait = portrait_without(merge, survivor, told_since=told_since)
    newcomer = briefing.known(portrait.facts)
    portrait = replace(portrait, facts=newcomer.facts)
    change = releasing(survivor, others, portrait=portrait, keys=newcomer.keys, timetable=briefing.timetable)
    change = change.then(lambda lead: kept_graded(briefing, lead, newcomer.channel_kind))
    keep_identity(work, keep(work, change), newcomer)
    INTENTS.mark(work, survivor.uuid)
    if survivor.owner is not None and portrait.owner is None and survivor.state in OPEN_STATES:
        write_closed(work, owner=survivor.owner, today=briefing.today)


async def _restore(work: UnitOfWork, briefing: Briefing, merge: LeadMerge, other: Lead) -> None:
    """A lead stands for itself again, and for those that had been merged into it before."""
    change = restored(other, state=merge.others[other.uuid], timetable=briefing.timetable)
    kind = briefing.rules.kind_of(other.facts.channel)
    lead = keep(work, change.then(lambda lead: kept_graded(briefing, lead, kind)))
    INTENTS.mark(work, other.uuid)
    await point_at(work, await family_of(work, other.uuid), at=other.uuid)
    if lead.owner is not None and lead.state in OPEN_STATES:
        write_reopened(work, owner=lead.owner, today=briefing.today)
