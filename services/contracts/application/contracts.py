"""Contracts (合同): reading them."""

from collections.abc import Sequence
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read
from services.contracts.domain.contract import Contract
from services.contracts.domain.signature import Signature
from services.contracts.storage import contracts, signatures
from services.contracts.storage.contracts import READING


async def get_contract(read: Read, *, uuid: UUID, permission: str = READING) -> Contract:
    """A contract shows itself to whom it concerns. Raises ContractNotFound."""
    return await contracts.get_contract(read, uuid, permission=permission)


async def list_contracts(read: Read, *, wanted: PageRequest) -> Page[Contract]:
    """Contracts are listed, the newest first."""
    return await contracts.list_contracts(read, wanted)


async def list_signatures(read: Read, *, contract: UUID) -> Sequence[Signature]:
    """A contract tells how and by whom it was signed, to whom it concerns. Raises ContractNotFound."""
    await contracts.get_contract(read, contract)
    return await signatures.signatures_of(read, contract)
