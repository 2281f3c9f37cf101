"""What a lost opportunity leaves open here: its questions are asked no longer, and its links sign nothing."""

from uuid import UUID

from chassis.work import UnitOfWork
from services.contracts.application.contract_review import make_draft
from services.contracts.application.quote_approval import drop_approval
from services.contracts.domain.contract import ContractState
from services.contracts.domain.quote import QuoteState
from services.contracts.storage import contracts, quotes
from services.contracts.storage.quotes import QUOTE_RECORD

_ON_THE_WAY = frozenset({ContractState.LEGAL_REVIEW, ContractState.APPROVED, ContractState.SENT})


async def close_business(work: UnitOfWork, *, opportunity: UUID) -> None:
    """Quotes that wait for an approval, and contracts on their way to the signature, are drafts again."""
    for quote in await quotes.quotes_of_opportunity(work, opportunity):
        if quote.state is QuoteState.PENDING_APPROVAL:
            await drop_approval(work, quote)
            work.save(QUOTE_RECORD, quote.take_back(now=work.now))
    for contract in await contracts.contracts_of_opportunity(work, opportunity):
        if contract.state in _ON_THE_WAY:
            await make_draft(work, contract=contract)
