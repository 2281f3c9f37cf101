"""Leads that somebody is about to change."""

from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import WRITE
from services.leads.domain.lead import Lead
from services.leads.storage.leads import get_lead


async def lead_to_write(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Lead:
    """A lead the caller may change, at the version he saw; None means the present one.

    Raises LeadNotFound and StaleVersion.
    """
    lead = await get_lead(work, uuid, permission=WRITE)
    if seen is not None and lead.version != seen:
        raise StaleVersion(resource=f"leads/{uuid}")
    return lead
