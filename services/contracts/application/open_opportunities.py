"""Nothing is offered or contracted for an opportunity that is lost, on any way, until it is worked on again."""

from uuid import UUID

from chassis.work import Read
from services.contracts.domain.quote_refusals import QuoteOpportunityClosed
from services.contracts.storage.known_opportunities import is_lost


async def require_open(read: Read, opportunity: UUID) -> None:
    """Pass unless pipeline told last that the opportunity is lost; raises QuoteOpportunityClosed."""
    if await is_lost(read, opportunity):
        raise QuoteOpportunityClosed(opportunity=f"opportunities/{opportunity}")
