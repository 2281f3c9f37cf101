"""Reading leads."""

from collections.abc import Sequence
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read
from services.leads.application.finding import candidates
from services.leads.application.intake import IntakeDesk
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.resemblance import Resemblance, judge_intake
from services.leads.storage import leads
from services.leads.storage.lead_listing import list_page

READ = "leads.read"


async def get_lead(read: Read, *, uuid: UUID) -> Lead:
    """A lead shows itself to those whose scope reaches it, with the hints they may follow."""
    lead = await leads.get_lead(read, uuid, permission=READ)
    return (await leads.with_visible_hints(read, [lead], permission=READ))[0]


async def list_leads(read: Read, *, wanted: PageRequest, explained: bool) -> Page[Lead]:
    """Leads within the reader's scope, filtered, sorted and counted; with their reasons where asked for."""
    page = await list_page(read, wanted, permission=READ, explained=explained)
    return page.of(await leads.with_visible_hints(read, page.items, permission=READ))


async def check_duplicates(read: Read, *, told: LeadFacts, desk: IntakeDesk) -> Sequence[Resemblance]:
    """What the stock holds that resembles the facts, the likeliest first, within the reader's scope."""
    briefing = await desk.brief(read)
    newcomer = briefing.prepare(told)
    known = await candidates(read, newcomer.searched(briefing.rules), briefing.rules.duplicates)
    hints = judge_intake(briefing.resemblances(newcomer, known)).hints
    seen = await leads.visible_among(read, {hint.lead for hint in hints}, permission=READ)
    return [hint for hint in hints if hint.lead in seen]
