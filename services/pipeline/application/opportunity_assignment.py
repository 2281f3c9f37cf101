"""Giving an opportunity to somebody else, with what waits to be decided about it."""

from uuid import UUID

from chassis.approvals import hand_over_approvals
from chassis.work import UnitOfWork
from services.pipeline.application.accounts import ownership_of
from services.pipeline.application.opportunities import Followed, OpportunityDesk, writable
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.opportunities import keep


async def assign_opportunity(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, owner: UUID, desk: OpportunityDesk
) -> Followed:
    """Somebody else works it from now on; it goes to the team and region he has now.

    What waits to be decided about it goes along: he decides nothing that is his own. Raises OwnerUnknown.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    given = ownership_of(await desk.organization.current(), owner)
    change = opportunity.assigned(owner=owner, team=given.team, region=given.region, now=work.now)
    for waiver in opportunity.waivers if change.events else ():
        await hand_over_approvals(
            work,
            APPROVALS,
            subject=f"{opportunity.name}/waivers/{waiver.uuid}",
            kind="waiver",
            owner=owner,
            team=given.team,
            region=given.region,
        )
    return (keep(work, change, before=opportunity) if change.events else opportunity), process
