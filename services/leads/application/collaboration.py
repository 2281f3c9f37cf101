"""Sharing leads with collaborators (协作人)."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis import collaborators
from chassis.collaborators import Collaborator, Invitation, check_member, keep_invited
from chassis.listing import Page, PageRequest
from chassis.organization import Organization
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed
from services.leads.application.capture import WRITE, sees
from services.leads.application.reading import READ
from services.leads.domain.merging import check_stands
from services.leads.storage.lead_collaborators import RECORD, SHARED_LEADS
from services.leads.storage.leads import get_lead


async def add_collaborator(
    work: UnitOfWork, *, lead: UUID, terms: Invitation, organization: Organization, zone: ZoneInfo
) -> Collaborator:
    """Whoever may change a lead by his own scope shares it with a member until the end of a day.

    A member who collaborates already, or once did, gets the new terms. Raises LeadNotFound, NotAllowed,
    LeadMergedAway, CollaboratorUnknown, CollaborationEndOutOfRange.
    """
    found = await get_lead(work, lead, permission=WRITE)
    if not sees(work.principal, found, permission=WRITE):
        raise NotAllowed(permission=WRITE)
    check_stands(found)
    check_member(await organization.current(), terms.member)
    return await keep_invited(work, SHARED_LEADS, RECORD, row=lead, terms=terms, by=work.principal.subject, zone=zone)


async def remove_collaborator(work: UnitOfWork, *, lead: UUID, collaborator: UUID) -> Collaborator:
    """Whoever may share a lead ends a collaboration before its day; a collaborator may leave by himself.

    Raises LeadNotFound, NotFound, NotAllowed.
    """
    found = await get_lead(work, lead, permission=READ)
    known = await collaborators.get_collaborator(work, SHARED_LEADS, row=lead, uuid=collaborator)
    leaves = known.terms.member == work.principal.member
    if not leaves and not sees(work.principal, found, permission=WRITE):
        raise NotAllowed(permission=WRITE)
    return work.save(RECORD, known.remove(now=work.now))


async def list_collaborators(read: Read, *, lead: UUID, wanted: PageRequest) -> Page[Collaborator]:
    """Whoever may see a lead sees who works on it beside the owner, and until when. Raises LeadNotFound."""
    await get_lead(read, lead, permission=READ)
    return await collaborators.list_collaborators(read, SHARED_LEADS, row=lead, wanted=wanted)
