"""Collaborators of leads in their table, and what they share."""

from collections.abc import Iterable
from uuid import UUID

from chassis.collaborators import Collaborator, Sharing, collaborator_record, shared_among
from chassis.work import Read, Record
from services.leads.domain.lead import Lead
from services.leads.storage.metadata import COLLABORATORS

SHARED_LEADS = Sharing(collection="leads", table=COLLABORATORS, reading="leads.read", writing="leads.write")
RECORD: Record[Collaborator] = collaborator_record(
    SHARED_LEADS, kind="lead_collaborator", collection="leadCollaborators"
)


async def shared_with_caller(
    read: Read, leads: Iterable[Lead], *, permission: str = SHARED_LEADS.writing
) -> frozenset[UUID]:
    """Which of the leads are shared with the caller; nothing is asked for when there is none to ask about."""
    return await shared_among(read, SHARED_LEADS, rows={lead.uuid for lead in leads}, permission=permission)
