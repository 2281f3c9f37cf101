"""Assigning leads (线索分配) that are known already: by hand, and again where nobody could take one."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chassis.work import UnitOfWork
from services.leads.application.capture import as_answered, owned
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.rounds import RoundPlan
from services.leads.application.rule_kinds import ASSIGNMENT
from services.leads.application.writing import lead_to_write
from services.leads.domain.board import PassedOver
from services.leads.domain.handing_over import Handover, LeadOwnerUnknown, handed_over
from services.leads.domain.lead import Lead
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_closed, write_handover
from services.leads.storage.rounds import Stretch

# Whoever comes back to work, or closes a lead, makes room; a lead of nobody waits at most so long for it.
EVERY = timedelta(minutes=5)


async def hand_over(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, owner: UUID, words: str, desk: IntakeDesk
) -> Lead:
    """Whoever may change a lead gives it to a member, and the ledger tells who did and why.

    Raises LeadNotFound, StaleVersion, LeadOwnerUnknown, LeadCannotBeAssigned.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    briefing = await desk.brief(work)
    handover = _handover(briefing, owner, author=work.principal.display_name or work.principal.subject, words=words)
    change = handed_over(lead, handover, timetable=briefing.timetable)
    if change.events:
        today = work.now.astimezone(desk.zone).date()
        if lead.owner is not None:
            write_closed(work, owner=lead.owner, today=today)
        write_handover(work, lead=change.aggregate, rules_version=briefing.version(ASSIGNMENT), today=today)
        lead = work.save(RECORD, change)
    return await as_answered(work, lead)


def _handover(briefing: Briefing, owner: UUID, *, author: str, words: str) -> Handover:
    member = briefing.organization.members.get(owner)
    if member is None or not member.active:
        raise LeadOwnerUnknown
    region = briefing.organization.region_of(member)
    return Handover(owner=owner, team=member.team, region=region, author=author, words=words)


async def give_unowned(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads that nobody could take go to whoever can now; how many. The others wait, and nothing is written of them."""
    changed = 0
    for lead in leads:
        change = owned(work, briefing, lead)
        if change is not None:
            work.save(RECORD, change)
            changed += 1
    return changed


def _while_somebody_is_free(briefing: Briefing) -> str:
    """The present stretch of time, if there is anybody who can take a lead."""
    if PassedOver.LOWER_SCORE not in briefing.board.standings(region=None):
        return ""
    return f"{briefing.now.timestamp() // EVERY.total_seconds():.0f}"


UNOWNED = RoundPlan(
    name="assign what nobody took", stretch=Stretch.UNOWNED, goal=_while_somebody_is_free, bring=give_unowned
)
