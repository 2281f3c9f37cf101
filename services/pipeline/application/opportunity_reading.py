"""Showing opportunities: with the process they follow, their chance to win, and what deserves attention."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization.snapshot import KnownRegion
from chassis.work import Read
from services.pipeline.application.opportunities import READ, Followed, OpportunityDesk
from services.pipeline.application.win_chances import chances_of
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.opportunity_rules import Cutoffs
from services.pipeline.domain.sales_process import SalesProcess
from services.pipeline.storage import opportunity_listing
from services.pipeline.storage.opportunities import get_with_process
from services.pipeline.storage.sales_processes import every_process
from trade.probability import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOpportunity:
    """An opportunity with its process, its chance to win (赢率), since when things wait too long, and the regions."""

    opportunity: Opportunity
    process: SalesProcess
    chance: Score
    cutoffs: Cutoffs
    regions: Mapping[UUID, KnownRegion]

    def region_name(self, resource: str) -> str:
        """What a region is called, by its resource name; nothing where it is not known."""
        known = {f"regions/{uuid}": region.display_name for uuid, region in self.regions.items()}
        return known.get(resource, "")


async def read_opportunity(read: Read, *, uuid: UUID, desk: OpportunityDesk) -> ShownOpportunity:
    """An opportunity shows itself to those whose scope reaches it, with the process it follows."""
    return await shown(read, await get_with_process(read, uuid, permission=READ), desk=desk)


async def shown(read: Read, followed: Followed, *, desk: OpportunityDesk) -> ShownOpportunity:
    """An opportunity the caller sees or has just changed; one he opened has the chance of its stage for a moment."""
    opportunity, process = followed
    chances = await chances_of(read, [opportunity], explained=True)
    return ShownOpportunity(
        opportunity=opportunity,
        process=process,
        chance=chances[opportunity.uuid],
        cutoffs=await desk.cutoffs(read),
        regions=(await desk.organization.current()).regions,
    )


async def list_opportunities(
    read: Read, *, wanted: PageRequest, desk: OpportunityDesk, explained: bool
) -> Page[ShownOpportunity]:
    """Opportunities within the reader's scope, filtered, sorted and counted; with the reasons of chances where asked.

    Each comes with the process it follows.
    """
    cutoffs = await desk.cutoffs(read)
    page = await opportunity_listing.list_opportunities(read, wanted, permission=READ, cutoffs=cutoffs)
    processes = {process.uuid: process for process in (await every_process(read) if page.items else ())}
    chances = await chances_of(read, page.items, explained=explained)
    regions = (await desk.organization.current()).regions
    return page.of(
        [
            ShownOpportunity(
                opportunity=each,
                process=processes[each.sales_process],
                chance=chances[each.uuid],
                cutoffs=cutoffs,
                regions=regions,
            )
            for each in page.items
        ]
    )
