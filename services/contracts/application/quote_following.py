"""What follows of a quote that moves (报价变动), or is approved anew, for the contracts and amendments on it."""

from uuid import UUID

from chassis.work import UnitOfWork
from services.contracts.application.amendment_review import let_go
from services.contracts.application.contract_review import make_draft, take_over
from services.contracts.application.offers import offer_of
from services.contracts.domain.contract import ContractState
from services.contracts.domain.quote import Quote
from services.contracts.storage import amendments, contracts, quotes


async def quote_moved(work: UnitOfWork, *, quote: UUID) -> None:
    """What was asked, granted or sent about a quote that no longer stands holds no longer itself.

    A contract nobody signed is a draft again, an amendment that is under way is dropped.
    """
    contract = await contracts.unsigned_of_quotes(work, [quote])
    if contract is not None and contract.state is not ContractState.DRAFT:
        await make_draft(work, contract=contract)
    amendment = await amendments.amendment_under_way(work, quote=quote)
    if amendment is not None:
        await let_go(work, amendment=amendment)


async def quote_approved(work: UnitOfWork, *, quote: Quote) -> None:
    """The contract that was drafted from a version of the quote, and nobody signed, goes on with what is approved."""
    versions = [version.uuid for version in await quotes.versions_of(work, quote.number)]
    contract = await contracts.unsigned_of_quotes(work, versions)
    offer = offer_of(quote)
    if contract is None or (contract.quote, contract.quote_hash) == (offer.quote, offer.content_hash):
        return
    drafted = contract if contract.state is ContractState.DRAFT else await make_draft(work, contract=contract)
    await take_over(work, contract=drafted, offer=offer)
