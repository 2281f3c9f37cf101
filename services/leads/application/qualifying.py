"""Judging leads (线索甄别): by the checklist of the ideal customer, for a reason, and anew."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.events import Change
from services.leads.application.capture import as_answered, kept_graded, reopen
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ
from services.leads.application.writing import lead_to_write
from services.leads.domain.grading import grade_facts
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.qualification_record import ChecklistAnswer, Verdict
from services.leads.domain.qualification_rules import DisqualifyReason
from services.leads.domain.qualifying import (
    Checklist,
    answered_checklist,
    checklist_of,
    disqualified,
    qualified,
)
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import RECORD, get_lead
from services.leads.storage.ledger import write_closed

_MONEY = "leads.see_money"
_BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of an item: met or not, in which words; None takes back what was said."""

    met: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChecklist:
    """How a lead stands by the checklist, as somebody may see it.

    `withheld` are the codes of items that facts meet which he may not see; with any, the whole is not told either.
    """

    lead: Lead
    checklist: Checklist
    withheld: Collection[str]


async def show_checklist(read: Read, *, uuid: UUID, desk: IntakeDesk) -> ShownChecklist:
    """How a lead stands by the ideal customer profile shows itself to whoever sees the lead. Raises LeadNotFound."""
    lead = await get_lead(read, uuid, permission=READ)
    return _shown(read, await desk.brief(read), lead)


async def answer_checklist(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, said: Mapping[str, Said], desk: IntakeDesk
) -> ShownChecklist:
    """Whoever may change an open lead says which items of the checklist it meets; his word goes before its facts.

    Raises LeadNotFound, LeadMergedAway, StaleVersion, ChecklistItemUnknown, LeadCannotBeJudged.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    briefing = await desk.brief(work)
    for place, item in enumerate(said):
        briefing.rules.qualification.check_item(item, field=f"answers[{place}].item")
    who = work.principal
    given = [
        ChecklistAnswer(
            item=item,
            met=each.met,
            note=each.note,
            author=who.subject,
            author_name=who.display_name or who.subject,
            time=work.now,
        )
        for item, each in said.items()
        if each.met is not None
    ]
    withdrawn = [item for item, each in said.items() if each.met is None]
    change = answered_checklist(lead, given, withdrawn=withdrawn, now=work.now)
    return _shown(work, briefing, work.save(RECORD, change) if change.events else lead)


async def qualify_lead(work: UnitOfWork, *, uuid: UUID, seen: int | None, note: str, desk: IntakeDesk) -> Lead:
    """A new lead becomes worth selling to when it meets the checklist: all must-haves, and enough of the weights.

    Judged so already, it stays as it is. Raises LeadNotFound, LeadMergedAway, StaleVersion, LeadCannotBeJudged,
    LeadChecklistUnmet, LeadChecklistTooLow.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    if lead.state is not LeadState.QUALIFIED:
        briefing = await desk.brief(work)
        change = qualified(lead, _checklist(briefing, lead), _verdict(work, note=note))
        lead = work.save(RECORD, change)
    return await as_answered(work, lead)


async def disqualify_lead(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, code: str, note: str, desk: IntakeDesk
) -> Lead:
    """An open lead is judged not worth selling to, for one of the reasons the rules offer; its owner has room again.

    Raises LeadNotFound, LeadMergedAway, StaleVersion, DisqualifyReasonUnknown, LeadCannotBeJudged.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    change = disqualify(work, await desk.brief(work), lead, code=code, note=note)
    return await as_answered(work, work.save(RECORD, change))


def disqualify(work: UnitOfWork, briefing: Briefing, lead: Lead, *, code: str, note: str) -> Change[Lead]:
    """What becomes of a lead that is not worth selling to. Raises DisqualifyReasonUnknown, LeadCannotBeJudged."""
    reason = briefing.rules.qualification.reason_of(code)
    change = disqualified(lead, _verdict(work, note=note, reason=reason))
    if lead.owner is not None:
        write_closed(work, owner=lead.owner, today=briefing.today)
    INTENTS.mark(work, lead.uuid)
    return change


async def reopen_lead(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: IntakeDesk) -> Lead:
    """A lead that was judged not worth selling to is worked again: graded by the rules of now, answered in fresh time.

    Raises LeadNotFound, LeadMergedAway, StaleVersion, LeadCannotBeJudged.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    briefing = await desk.brief(work)
    kind = briefing.rules.kind_of(lead.facts.channel)
    change = reopen(work, briefing, lead, by_touch=False)
    change = change.then(lambda lead: kept_graded(briefing, lead, kind))
    INTENTS.mark(work, uuid)
    return await as_answered(work, keep(work, change))


async def offered_reasons(read: Read, *, desk: IntakeDesk) -> tuple[DisqualifyReason, ...]:
    """Why a lead may be judged not worth selling to now."""
    return (await desk.brief(read)).rules.qualification.offered


def _checklist(briefing: Briefing, lead: Lead) -> Checklist:
    rules = briefing.rules
    kind = rules.kind_of(lead.facts.channel)
    facts = grade_facts(lead.facts, channel=kind, now=briefing.now, zone=briefing.zone)
    return checklist_of(rules.qualification, lead.qualification, holds=lambda code: rules.checklist[code].holds(facts))


def _shown(read: Read, briefing: Briefing, lead: Lead) -> ShownChecklist:
    checklist = _checklist(briefing, lead)
    return ShownChecklist(lead=lead, checklist=checklist, withheld=_withheld(read, briefing, checklist))


def _withheld(read: Read, briefing: Briefing, checklist: Checklist) -> Collection[str]:
    """The items that the budget would meet: that it does, or does not, tells of it."""
    if read.principal.may(_MONEY):
        return frozenset()
    conditions = briefing.rules.checklist
    return frozenset(
        each.item.code
        for each in checklist.items
        if each.answer is None
        and each.item.code in conditions
        and any(word.startswith(_BUDGET) for word in conditions[each.item.code].words)
    )


def _verdict(work: UnitOfWork, *, note: str, reason: DisqualifyReason | None = None) -> Verdict:
    who = work.principal
    told = {"code": reason.code, "title": reason.title, "title_en": reason.title_en} if reason else {}
    return Verdict(
        qualified=reason is None,
        author=who.subject,
        author_name=who.display_name or who.subject,
        time=work.now,
        note=note,
        **told,
    )
