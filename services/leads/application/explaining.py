"""Explaining who got a lead."""

from collections.abc import Sequence
from uuid import UUID

from chassis.work import Read
from services.leads.application.reading import READ
from services.leads.storage.leads import get_lead
from services.leads.storage.ledger import LedgerEntry, read_assignments


async def list_assignments(read: Read, *, lead: UUID) -> Sequence[LedgerEntry]:
    """The decisions about a lead's owner, the newest first, for whoever may see the lead. Raises LeadNotFound."""
    await get_lead(read, lead, permission=READ)
    return await read_assignments(read, lead)
