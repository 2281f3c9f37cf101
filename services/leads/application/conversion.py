"""Converting leads (线索转化): wanted here, carried out by pipeline, and kept here, exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.collaborators import Invitation, present_collaborators
from chassis.work import UnitOfWork
from kernel.money import Money
from services.leads.application.capture import WRITE, as_answered, graded
from services.leads.application.intake import IntakeDesk
from services.leads.application.writing import lead_to_write
from services.leads.domain.conversion import (
    begin_conversion,
    check_convertible,
    conversion_refused,
    converted,
    is_asked_for_by,
)
from services.leads.domain.conversion_record import Choices, Outcome
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.lead_history import MOST, HistoryEntry, history_of
from services.leads.storage.account_candidates import linked_account
from services.leads.storage.families import family_of
from services.leads.storage.follow_ups import newest_follow_ups
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.lead_history import keep, read_decisions
from services.leads.storage.leads import RECORD, get_lead
from services.leads.storage.ledger import write_closed
from services.leads.storage.stock import known_leads
from services.leads.storage.touches import newest_touches
from trade.budget import Budget
from trade.reasons import Reason

CONVERT_LEAD = "convert lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestFacts:
    """What the one who converts knows better than the lead: an amount instead of its budget, and the need."""

    amount: Money | None = None
    need: str = ""

    def over(self, facts: LeadFacts) -> LeadFacts:
        """The facts with what is known better."""
        if self.amount is not None:
            facts = replace(facts, budget=Budget(least=self.amount, most=self.amount))
        return replace(facts, need=self.need) if self.need else facts


async def convert_lead(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, choices: Choices, latest: LatestFacts, desk: IntakeDesk
) -> Lead:
    """Whoever may change a lead wants it converted; a job of the same transaction asks pipeline, after the commit.

    The job's id goes along, so that asking twice converts once. Raises LeadNotFound, StaleVersion, LeadCannotConvert,
    LeadWithoutOwner.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    check_convertible(lead)
    briefing = await desk.brief(work)
    newcomer = briefing.prepare(latest.over(lead.facts), before=lead.facts)
    change = lead.updated(facts=newcomer.facts, keys=newcomer.keys, now=work.now)
    if change.events:
        change = change.then(lambda lead: graded(briefing, lead, newcomer.channel_kind))
    INTENTS.mark(work, uuid)
    job, actor = work.enqueue(CONVERT_LEAD, {"lead": str(uuid)}), work.principal.member
    change = change.then(lambda lead: begin_conversion(lead, choices=choices, job=job, actor=actor, now=work.now))
    return await as_answered(work, keep(work, change))


async def lead_to_convert(work: UnitOfWork, *, uuid: UUID, job: UUID) -> Lead | None:
    """The lead as long as the job still has to convert it."""
    lead = await get_lead(work, uuid, permission=WRITE)
    return lead if is_asked_for_by(lead, job) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadToTell:
    """What pipeline is told: the lead, what happened to it so far, and who works on it beside its owner.

    `linked` is the account that somebody said the lead is.
    """

    lead: Lead
    history: Sequence[HistoryEntry] = ()
    collaborators: Sequence[Invitation] = ()
    linked: UUID | None = None


async def lead_to_tell(work: UnitOfWork, *, uuid: UUID, job: UUID) -> LeadToTell | None:
    """The same with all that pipeline is told of it."""
    lead = await lead_to_convert(work, uuid=uuid, job=job)
    if lead is None:
        return None
    family = await family_of(work, uuid)
    touches, decisions = await newest_touches(work, family, most=MOST), await read_decisions(work, family)
    absorbed = list((await known_leads(work, family - {uuid})).values())
    followed_up = await newest_follow_ups(work, family, most=MOST)
    return LeadToTell(
        lead=lead,
        history=history_of(lead, absorbed=absorbed, touches=touches, follow_ups=followed_up, decisions=decisions),
        collaborators=[each.terms for each in await present_collaborators(work, SHARED_LEADS, row=uuid)],
        linked=await linked_account(work, uuid),
    )


async def keep_outcome(work: UnitOfWork, *, uuid: UUID, job: UUID, outcome: Outcome, desk: IntakeDesk) -> None:
    """The lead keeps what became of it, and no longer counts as its owner's load; a repeat changes nothing."""
    lead = await lead_to_convert(work, uuid=uuid, job=job)
    if lead is None:
        return
    work.save(RECORD, converted(lead, replace(outcome, time=work.now)))
    if lead.owner is not None:
        write_closed(work, owner=lead.owner, today=work.now.astimezone(desk.zone).date())


async def keep_refusal(work: UnitOfWork, *, uuid: UUID, job: UUID, error: Reason, desk: IntakeDesk) -> None:
    """The lead goes back to where it was, with the reason; a repeat changes nothing."""
    lead = await lead_to_convert(work, uuid=uuid, job=job)
    if lead is not None:
        timetable = (await desk.brief(work)).timetable
        work.save(RECORD, conversion_refused(lead, error, timetable=timetable))
        INTENTS.mark(work, uuid)
