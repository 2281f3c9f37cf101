"""Leads that somebody is about to change."""

from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import WRITE
from services.leads.domain.lead import Lead
from services.leads.domain.merging import check_stands
from services.leads.storage.leads import get_lead


async def lead_to_write(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Lead:
    """A lead the caller may change, at the version he saw; None means the present one.

    Raises LeadNotFound, StaleVersion, and LeadMergedAway for one that another stands for.
    """
    lead = await get_lead(work, uuid, permission=WRITE)
    check_stands(lead)
    check_seen(lead, seen)
    return lead


def check_seen(lead: Lead, seen: int | None) -> None:
    """Pass for a lead at the version somebody saw, or whatever it is where he names none; raises StaleVersion."""
    if seen is not None and lead.version != seen:
        raise StaleVersion(resource=f"leads/{lead.uuid}")
