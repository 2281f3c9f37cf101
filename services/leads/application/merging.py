"""Merging leads of one customer (线索合并): looked at first, then done, exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed
from kernel.events import Change
from services.leads.application.capture import WRITE, kept_graded, sees
from services.leads.application.finding import keep_identity
from services.leads.application.intake import Briefing, IntakeDesk, Newcomer
from services.leads.application.merged_collaborators import lend
from services.leads.application.reading import READ
from services.leads.application.rule_kinds import ASSIGNMENT
from services.leads.application.writing import check_seen
from services.leads.domain.duplicate_pairs import Judgement
from services.leads.domain.lead import Lead, LeadAssigned
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.merge_fields import Wishes, merge_facts
from services.leads.domain.merge_record import Act, FieldDecision, LeadMerge, Portrait
from services.leads.domain.merging import (
    absorbing,
    check_mergeable,
    check_stands,
    merged_away,
    owner_to_take,
    portrait_of,
    taken_with,
    united_hints,
)
from services.leads.storage.duplicate_pairs import settle_pairs
from services.leads.storage.families import family_of, point_at
from services.leads.storage.hints import with_visible_hints
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import RECORD, get_lead, hold_leads
from services.leads.storage.ledger import write_closed, write_handover
from services.leads.storage.merges import write_merge

# Choosing whose value stays tells what it is, and changes it.
_SEEING: Mapping[str, str] = {
    "phone": "leads.see_contact",
    "email": "leads.see_contact",
    "budget": "leads.see_money",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A lead somebody means, at the version he saw; None means the present one."""

    lead: UUID
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge would make of the survivor, why, and the leads it would be made of, the survivor first."""

    result: Lead
    decisions: tuple[FieldDecision, ...]
    leads: Sequence[Lead]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMerge:
    """A merge with the leads it was made of, as they were, the survivor first; none once it is undone."""

    merge: LeadMerge
    leads: Sequence[Lead]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """All that follows from a merge for the survivor."""

    change: Change[Lead]
    portrait: Portrait
    newcomer: Newcomer
    decisions: tuple[FieldDecision, ...]
    family: frozenset[UUID]


async def preview_merge(
    read: Read, *, survivor: Wanted, others: Sequence[Wanted], wishes: Wishes, desk: IntakeDesk
) -> MergePreview:
    """Whoever may merge leads sees before what each field would become and why, and where the leads contradict.

    Raises what merging raises.
    """
    lead, rest = await _leads_to_merge(read, survivor, others, wishes)
    plan = await _planned(read, await desk.brief(read), lead, rest, wishes)
    (result,) = await with_visible_hints(read, [plan.change.aggregate], permission=READ)
    return MergePreview(result=result, decisions=plan.decisions, leads=[lead, *rest])


async def merge_leads(
    work: UnitOfWork,
    *,
    survivor: Wanted,
    others: Sequence[Wanted],
    wishes: Wishes,
    desk: IntakeDesk,
    undo_days: int,
) -> ShownMerge:
    """Leads of one customer become one: the survivor knows what all of them knew, and the others lead to it.

    Whoever merges may change all of them by his own scope. Raises LeadNotFound, NotAllowed, StaleVersion,
    LeadMergedTwice, LeadMergedAway, LeadCannotMerge, MergeChoiceUnknown.
    """
    await hold_leads(work, {each.lead for each in (survivor, *others)}, permission=WRITE)
    lead, rest = await _leads_to_merge(work, survivor, others, wishes)
    briefing = await desk.brief(work)
    plan = await _planned(work, briefing, lead, rest, wishes)
    uuid, act = work.new_id(), _act(work)
    kept = keep_identity(work, keep(work, plan.change), plan.newcomer)
    INTENTS.mark(work, lead.uuid)
    for other in rest:
        work.save(RECORD, merged_away(other, into=lead.uuid, merge=uuid, now=work.now))
        INTENTS.mark(work, other.uuid)
    _move_loads(work, briefing, kept, rest, took_owner=lead.owner is None and kept.owner is not None)
    await point_at(work, plan.family - {lead.uuid}, at=lead.uuid)
    by = Judgement(judge=act.actor, judge_name=act.name, time=act.time)
    merge = LeadMerge(
        uuid=uuid,
        survivor=lead.uuid,
        version=kept.version,
        others={other.uuid: other.state for other in rest},
        done=act,
        undo_until=work.now + timedelta(days=undo_days),
        before=portrait_of(lead),
        after=portrait_of(kept),
        decisions=plan.decisions,
        lent=await lend(work, survivor=kept, others=rest, zone=desk.zone),
        settled=await settle_pairs(work, plan.family, merge=uuid, by=by),
    )
    write_merge(work, merge)
    _note(work, merge, wishes)
    return ShownMerge(merge=merge, leads=[lead, *rest])


async def _leads_to_merge(
    read: Read, survivor: Wanted, others: Sequence[Wanted], wishes: Wishes
) -> tuple[Lead, Sequence[Lead]]:
    """All of them, where the caller may change them by his own scope: a merge takes a lead from its owner."""
    leads = [await get_lead(read, each.lead, permission=WRITE) for each in (survivor, *others)]
    for lead in leads:
        if not sees(read.principal, lead, permission=WRITE):
            raise NotAllowed(permission=WRITE)
        # Where it went tells more than that it changed.
        check_stands(lead)
    for lead, wanted in zip(leads, (survivor, *others), strict=True):
        check_seen(lead, wanted.seen)
    check_mergeable(leads[0], leads[1:])
    for name in wishes.choices:
        if name in _SEEING and read.principal.scope_of(_SEEING[name]) is None:
            raise NotAllowed(permission=_SEEING[name])
    return leads[0], leads[1:]


async def _planned(read: Read, briefing: Briefing, survivor: Lead, others: Sequence[Lead], wishes: Wishes) -> _Plan:
    merged = merge_facts(survivor, others, wishes)
    newcomer = briefing.known(merged.facts)
    family = await family_of(read, survivor.uuid, *(other.uuid for other in others))
    portrait = replace(
        portrait_of(survivor), facts=newcomer.facts, resembles=united_hints(survivor, others, family=family)
    )
    owned = owner_to_take(survivor, others)
    if owned is not None:
        portrait = replace(portrait, owner=owned.owner, team=owned.team, owner_reasons=taken_with(owned), pool=None)
    change = absorbing(survivor, others, portrait=portrait, keys=newcomer.keys, timetable=briefing.timetable)
    if owned is not None:
        change = change.then(lambda lead: Change(lead, (LeadAssigned(),)))
    change = change.then(lambda lead: kept_graded(briefing, lead, newcomer.channel_kind))
    return _Plan(change=change, portrait=portrait, newcomer=newcomer, decisions=merged.decisions, family=family)


def _move_loads(
    work: UnitOfWork, briefing: Briefing, survivor: Lead, others: Sequence[Lead], *, took_owner: bool
) -> None:
    """Nobody works the others any more; whoever got the survivor with them works that one."""
    for other in others:
        if other.owner is not None and other.state in OPEN_STATES:
            write_closed(work, owner=other.owner, today=briefing.today)
    if took_owner:
        write_handover(work, lead=survivor, rules_version=briefing.version(ASSIGNMENT), today=briefing.today)


def _act(work: UnitOfWork) -> Act:
    who = work.principal
    return Act(actor=who.subject, name=who.display_name or who.subject, time=work.now)


def _note(work: UnitOfWork, merge: LeadMerge, wishes: Wishes) -> None:
    """The log of changes tells what was merged and what was chosen, by names alone."""
    details = {
        "merge": str(merge.uuid),
        "others": [f"leads/{other}" for other in merge.others],
        "preference": wishes.preference.value,
        "choices": {name: f"leads/{lead}" for name, lead in wishes.choices.items()},
    }
    work.note(action="merge leads", resource=f"leads/{merge.survivor}", details=details)
