"""A draft follows its quote (重新报价): what is agreed upon changes, the wording stays."""

from dataclasses import replace
from datetime import datetime

from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.contract import Contract, ContractState
from services.contracts.domain.contract_happenings import ContractUpdated
from services.contracts.domain.contract_refusals import ContractNotInDraft
from services.contracts.domain.offer import Offer


def requoted(contract: Contract, offer: Offer, *, now: datetime) -> Change[Contract]:
    """The draft with what its quote says by now; the same is no event. Raises ContractNotInDraft."""
    if contract.state is not ContractState.DRAFT:
        raise ContractNotInDraft(contract=contract.resource)
    after = replace(
        contract,
        quote=offer.quote,
        quote_hash=offer.content_hash,
        amount=offer.gross_total,
        sold=offer.sold,
        paid=Money(minor=0, currency=offer.gross_total.currency),
    )
    if after == contract:
        return Change(contract, ())
    return Change(replace(after, update_time=now), (ContractUpdated(),))
