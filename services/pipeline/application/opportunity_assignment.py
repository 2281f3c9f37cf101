"""Giving an opportunity to somebody else, with what waits to be decided about it."""

from uuid import UUID

from chassis.approvals import hand_over_approvals
from chassis.principal import Principal
from chassis.reach import grounds
from chassis.work import UnitOfWork
from kernel.errors import NotAllowed
from services.pipeline.application.accounts import ASSIGNING, ownership_of
from services.pipeline.application.opportunities import WRITE, Followed, OpportunityDesk, writable
from services.pipeline.domain.account import Ownership
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.opportunities import keep


async def assign_opportunity(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, owner: UUID, desk: OpportunityDesk
) -> Followed:
    """Somebody else works it from now on; it goes to the team and region he has now.

    His roles let him work it, and he sees its customer while it is his. To whom the caller's own permission does not
    reach, it is given by whoever may approve. What waits to be decided about it goes along: he decides nothing that is
    his own. Raises OpportunityNotFound, StaleVersion, OwnerUnknown, OwnerCannotWork, NotAllowed.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    given = ownership_of(await desk.organization.current(), owner)
    _may_give(work.principal, opportunity, to=given)
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


def _may_give(principal: Principal, opportunity: Opportunity, *, to: Ownership) -> None:
    """Pass within the caller's own reach, and for whoever may approve what becomes of it; raises NotAllowed."""
    reaches_him = grounds(principal, WRITE, owner=to.owner, team=to.team, region=to.region)
    approves = grounds(principal, ASSIGNING, owner=opportunity.owner, team=opportunity.team, region=opportunity.region)
    if reaches_him is None and approves is None:
        raise NotAllowed(permission=ASSIGNING)
