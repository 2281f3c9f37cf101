"""Changing leads."""

from collections.abc import Callable
from uuid import UUID

from chassis.work import UnitOfWork
from services.leads.application.capture import as_answered, kept_graded
from services.leads.application.finding import keep_identity
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import origin_names
from services.leads.application.writing import lead_to_write
from services.leads.domain.companies import is_asked_for
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.storage.companies import mark_company
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep


async def update_lead(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, edit: Callable[[LeadFacts], LeadFacts], desk: IntakeDesk
) -> Lead:
    """Facts of a lead change when somebody who saw its present version says so; an open lead is graded anew.

    Raises LeadNotFound, StaleVersion, and the refusals of the facts.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    told = edit(lead.facts)
    briefing = await desk.brief(work, naming=origin_names(told))
    newcomer = briefing.prepare(told, before=lead.facts)
    change = lead.updated(facts=newcomer.facts, keys=newcomer.keys, now=work.now)
    change = change.then(lambda lead: kept_graded(briefing, lead, newcomer.channel_kind))
    if change.events:
        INTENTS.mark(work, uuid)
        if briefing.checks_companies and is_asked_for(lead.facts, newcomer.facts):
            mark_company(work, uuid)
        lead = keep_identity(work, keep(work, change), newcomer)
    return await as_answered(work, lead)
