"""Erasing the person of a lead (删除个人信息)."""

from uuid import UUID

from chassis.erasure import forget_answers
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import graded
from services.leads.application.finding import keep_identity
from services.leads.application.intake import IntakeDesk
from services.leads.domain.erasing import LeadImportRunningWithPerson, erase_person, without_person
from services.leads.domain.lead import Lead
from services.leads.storage.erasing import forget_person, running_import_of
from services.leads.storage.identities import LeadIdentity, identities_of
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import get_lead

ADMIN = "leads.admin"


async def erase_lead_person(work: UnitOfWork, *, uuid: UUID, seen: int | None, reason: str, desk: IntakeDesk) -> Lead:
    """Whoever administers leads erases the person of one, everywhere at once, and says why.

    The lead is graded anew by what is left. Raises LeadNotFound, StaleVersion and LeadImportRunningWithPerson.
    """
    lead = await get_lead(work, uuid, permission=ADMIN)
    if seen is not None and lead.version != seen:
        raise StaleVersion(resource=f"leads/{uuid}")
    importing = await running_import_of(work, uuid)
    if importing is not None:
        raise LeadImportRunningWithPerson(lead_import=f"leadImports/{importing}")
    known = (await identities_of(work, [uuid])).get(uuid, LeadIdentity())
    await forget_person(work, uuid, keys=known.keys)
    await forget_answers(work, resource=f"leads/{uuid}")
    briefing = await desk.brief(work)
    newcomer = briefing.prepare(without_person(lead.facts), before=lead.facts)
    change = erase_person(lead, keys=newcomer.keys, now=work.now)
    if not change.events:
        return lead
    change = change.then(lambda erased: graded(briefing, erased, newcomer.channel_kind))
    INTENTS.mark(work, uuid)
    work.note(action="erase person", resource=f"leads/{uuid}", details={"reason": reason})
    return keep_identity(work, keep(work, change), newcomer)
