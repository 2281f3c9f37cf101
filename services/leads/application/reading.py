"""Reading leads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.listing.filters import fields_named, parse_filter
from chassis.work import Read
from services.leads.application.finding import candidates
from services.leads.application.intake import IntakeDesk
from services.leads.domain.companies import warnings
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.resemblance import Resemblance, judge_intake
from services.leads.storage import leads
from services.leads.storage.companies import companies_of
from services.leads.storage.hints import with_visible_hints
from services.leads.storage.intents import INTENT_MODELS, INTENTS, intents_of
from services.leads.storage.lead_listing import list_page, order_without_intents, sorts_by_intent
from trade.probability import Score
from trade.reasons import Reason

READ = "leads.read"
_WORTH_IT = "state != LEAD_STATE_DISQUALIFIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLead:
    """A lead with its purchase intent (购买意向): None where a list that explains nothing has nothing to show.

    `warnings` are of its company, for whoever reads one lead alone.
    """

    lead: Lead
    intent: Score | None
    warnings: tuple[Reason, ...] = ()


async def get_lead(read: Read, *, uuid: UUID) -> Lead:
    """A lead shows itself to those whose scope reaches it, with the hints they may follow."""
    lead = await leads.get_lead(read, uuid, permission=READ)
    return (await with_visible_hints(read, [lead], permission=READ))[0]


async def show_lead(read: Read, *, uuid: UUID, warned: bool = False) -> ShownLead:
    """The same with its purchase intent, or with why there is none; `warned` of what is up with its company."""
    lead = await get_lead(read, uuid=uuid)
    intent = (await intents_of(read, [uuid])).get(uuid)
    check = (await companies_of(read, [uuid])).get(uuid) if warned else None
    return ShownLead(lead=lead, intent=intent, warnings=warnings(check, lead.facts))


def unless_asked(wanted: PageRequest) -> PageRequest:
    """The list without leads that were judged not worth selling to, unless its filter speaks of states.

    Raises FilterInvalid for a filter that cannot be read.
    """
    condition = parse_filter(wanted.filter)
    if condition is None:
        return replace(wanted, filter=_WORTH_IT)
    # OR binds tighter than AND: whatever the filter says stands before it as it is.
    return wanted if "state" in fields_named(condition) else replace(wanted, filter=f"{wanted.filter} AND {_WORTH_IT}")


async def list_leads(read: Read, *, wanted: PageRequest, explained: bool) -> Page[ShownLead]:
    """Leads within the reader's scope, filtered, sorted and counted; with their reasons where asked for.

    As long as no model tells intents, the grade stands in for them in the order.
    """
    wanted = unless_asked(wanted)
    if sorts_by_intent(wanted) and not await INTENT_MODELS.newest_number(read):
        wanted = order_without_intents(wanted)
    page = await list_page(read, wanted, permission=READ, explained=explained)
    shown = await with_visible_hints(read, page.items, permission=READ)
    told = intents_of if explained else INTENTS.probabilities_of
    intents = await told(read, [lead.uuid for lead in shown])
    return page.of([ShownLead(lead=lead, intent=intents.get(lead.uuid)) for lead in shown])


async def check_duplicates(read: Read, *, told: LeadFacts, desk: IntakeDesk) -> Sequence[Resemblance]:
    """What the stock holds that resembles the facts, the likeliest first, within the reader's scope."""
    briefing = await desk.brief(read)
    newcomer = briefing.prepare(told)
    known = await candidates(read, newcomer.searched(briefing.rules), briefing.rules.duplicates)
    hints = judge_intake(briefing.resemblances(newcomer, known)).hints
    seen = await leads.visible_among(read, {hint.lead for hint in hints}, permission=READ)
    return [hint for hint in hints if hint.lead in seen]
