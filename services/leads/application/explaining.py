"""Explaining a lead: who got it, and what its customer told at each contact."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read
from services.leads.application.reading import READ
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.touches import Touch
from services.leads.storage import ledger, touches
from services.leads.storage.families import family_of
from services.leads.storage.leads import get_lead


async def list_assignments(read: Read, *, lead: UUID, wanted: PageRequest) -> Page[LedgerEntry]:
    """The decisions about a lead's owner and those of leads merged into it, for whoever may see the lead.

    Raises LeadNotFound.
    """
    await get_lead(read, lead, permission=READ)
    return await ledger.list_page(read, wanted, leads=await family_of(read, lead))


async def list_touches(read: Read, *, lead: UUID, wanted: PageRequest) -> Page[Touch]:
    """The contacts that were attached to a lead and to those merged into it, for whoever may see the lead.

    Raises LeadNotFound.
    """
    await get_lead(read, lead, permission=READ)
    return await touches.list_page(read, wanted, leads=await family_of(read, lead))
