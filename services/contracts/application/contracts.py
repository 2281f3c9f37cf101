"""Contracts (合同): reading them."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read
from services.contracts.domain.contract import Contract
from services.contracts.storage import contracts


async def get_contract(read: Read, *, uuid: UUID) -> Contract:
    """A contract shows itself to whom it concerns. Raises ContractNotFound."""
    return await contracts.get_contract(read, uuid)


async def list_contracts(read: Read, *, wanted: PageRequest) -> Page[Contract]:
    """Contracts are listed, the newest first."""
    return await contracts.list_contracts(read, wanted)
