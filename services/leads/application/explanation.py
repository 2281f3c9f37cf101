"""Explaining a lead whole (线索说明): what was decided about it by itself or by people, in one answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.organization import Snapshot
from chassis.work import Read
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ, show_lead
from services.leads.domain.explanation import Chapter, Telling, explain_grade, explain_intent
from services.leads.domain.explanation_of_company import explain_company
from services.leads.domain.explanation_of_kinship import explain_duplicates, explain_merges
from services.leads.domain.explanation_of_standing import explain_recycling, explain_verdict
from services.leads.domain.explanation_of_work import explain_owner, explain_response
from services.leads.domain.lead import Lead
from services.leads.storage.account_candidates import candidates_of
from services.leads.storage.companies import companies_of
from services.leads.storage.duplicate_pairs import judged_pairs
from services.leads.storage.families import family_of
from services.leads.storage.lead_history import newest_gradings
from services.leads.storage.ledger import newest_assignments
from services.leads.storage.merges import merges_about
from services.leads.storage.stock import known_leads
from services.leads.storage.touches import newest_touches

# How many stages of each kind are told; lists of their own tell all of them.
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A lead with a chapter for every decision about it, as of a moment."""

    lead: Lead
    time: datetime
    chapters: tuple[Chapter, ...]


async def explain_lead(read: Read, *, uuid: UUID, desk: IntakeDesk) -> Explanation:
    """Whoever sees a lead is told why it has its grade, intent, owner and deadline, and what it was joined with.

    Of leads merged into it the decisions are told as well. Other leads are named only where the reader sees them.
    Raises LeadNotFound.
    """
    shown = await show_lead(read, uuid=uuid)
    lead, family, briefing = shown.lead, await family_of(read, uuid), await desk.brief(read)
    telling = _telling(briefing)
    pairs = await judged_pairs(read, uuid, permission=READ, most=MOST)
    merges = await merges_about(read, uuid, away=lead.merged.merge if lead.merged else None, most=MOST)
    touches = await newest_touches(read, family, most=MOST)
    accounts = (await candidates_of(read, [uuid]))[uuid]
    check = (await companies_of(read, [uuid])).get(uuid)
    return Explanation(
        lead=lead,
        time=read.now,
        chapters=(
            explain_grade(lead, gradings=await newest_gradings(read, family, most=MOST)),
            explain_intent(shown.intent),
            explain_owner(lead, ledger=await newest_assignments(read, family, most=MOST), telling=telling),
            explain_response(lead, calendar=briefing.timetable.calendar(lead.team), telling=telling),
            explain_verdict(lead),
            explain_recycling(lead, telling=telling),
            explain_duplicates(
                lead, names=await _names(read, lead), pairs=pairs, touches=touches, accounts=accounts[:MOST]
            ),
            explain_merges(lead, merges=merges),
            *([explain_company(lead, check)] if check else ()),
        ),
    )


async def _names(read: Read, lead: Lead) -> Mapping[UUID, str]:
    """What the leads are called that a lead resembles; hints at leads the reader may not see are gone by now."""
    resembled = await known_leads(read, [hint.lead for hint in lead.resembles])
    return {uuid: other.facts.company_name for uuid, other in resembled.items()}


def _telling(briefing: Briefing) -> Telling:
    organization: Snapshot = briefing.organization

    def member(uuid: UUID) -> str:
        known = organization.members.get(uuid)
        return known.display_name if known else f"members/{uuid}"

    def team(uuid: UUID) -> str:
        known = organization.teams.get(uuid)
        return known.display_name if known else f"teams/{uuid}"

    return Telling(now=briefing.now, zone=briefing.zone, member=member, team=team)
