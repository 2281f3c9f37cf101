"""What contracts told that does not fit: looked at by people, until somebody is done with it."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.pipeline.application.opportunities import READ, WRITE
from services.pipeline.storage import opportunity_conflicts
from services.pipeline.storage.opportunity_conflicts import Conflict


async def list_conflicts(read: Read, *, wanted: PageRequest) -> Page[Conflict]:
    """What does not fit is shown to whoever sees its opportunity now."""
    return await opportunity_conflicts.list_conflicts(read, wanted, permission=READ)


async def close_conflict(work: UnitOfWork, *, uuid: UUID, comment: str) -> Conflict:
    """Whoever works the opportunity is done with one and says what came of it.

    Raises OpportunityConflictNotFound and OpportunityConflictClosed.
    """
    closed = await opportunity_conflicts.close_conflict(work, uuid, comment=comment, permission=WRITE)
    work.note(action="close a conflict", resource=f"opportunityConflicts/{uuid}", details={"linked": closed.linked})
    return closed
