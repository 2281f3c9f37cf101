"""Erasing the person of a lead (删除个人信息)."""

from uuid import UUID

from chassis.erasure import forget_answers
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import graded
from services.leads.application.finding import keep_identity
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.nurturing.forgetting import forget_mails_of
from services.leads.domain.erasing import LeadImportRunningWithPerson, erase_person, without_person
from services.leads.domain.lead import Lead
from services.leads.domain.merging import check_unmerged
from services.leads.storage.erasing import forget_person, running_import_of
from services.leads.storage.families import family_of
from services.leads.storage.identities import LeadIdentity, identities_of
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import get_lead
from services.leads.storage.merges import forget_merged_person
from services.leads.storage.stock import known_leads

ADMIN = "leads.admin"


async def erase_lead_person(work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str, desk: IntakeDesk) -> Lead:
    """Whoever administers leads erases the person of one, everywhere at once, and says why.

    So is what leads that were merged into it know of him, and what the merges wrote over. The lead is graded anew by
    what is left. Raises LeadNotFound, LeadMergedAway, StaleVersion and LeadImportRunningWithPerson.
    """
    lead = await get_lead(work, uuid, permission=ADMIN)
    check_unmerged(lead)
    if seen is not None and lead.version != seen:
        raise StaleVersion(resource=f"leads/{uuid}")
    family = await family_of(work, uuid)
    for each in family:
        importing = await running_import_of(work, each)
        if importing is not None:
            raise LeadImportRunningWithPerson(lead_import=f"leadImports/{importing}")
    briefing = await desk.brief(work)
    for absorbed in (await known_leads(work, family - {uuid})).values():
        await _erase(work, briefing, absorbed, reason=reason, stands_for=uuid)
    await forget_merged_person(work, family)
    return await _erase(work, briefing, lead, reason=reason)


async def _erase(
    work: UnitOfWork, briefing: Briefing, lead: Lead, *, reason: str, stands_for: UUID | None = None
) -> Lead:
    """Erase the person from one lead and what lies beside it; another one may stand for it."""
    known = (await identities_of(work, [lead.uuid])).get(lead.uuid, LeadIdentity())
    await forget_person(work, lead.uuid, keys=known.keys)
    await forget_answers(work, resource=f"leads/{lead.uuid}")
    await forget_mails_of(work, lead)
    newcomer = briefing.prepare(without_person(lead.facts), before=lead.facts)
    change = erase_person(lead, keys=newcomer.keys, now=work.now)
    if not change.events:
        return lead
    change = change.then(lambda erased: graded(briefing, erased, newcomer.channel_kind))
    INTENTS.mark(work, lead.uuid)
    work.note(action="erase person", resource=f"leads/{lead.uuid}", details={"reason": reason})
    return keep_identity(work, keep(work, change), newcomer, stands_for=stands_for)
