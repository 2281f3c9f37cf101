"""Contracts that begin by themselves: an opportunity that negotiates (合同谈判) gets its draft and its legal review."""

from dataclasses import dataclass
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import Refusal
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import DraftWish, draft_from
from services.contracts.application.contract_review import review
from services.contracts.domain.contract import Contract, ContractState
from services.contracts.domain.offer import Offer
from services.contracts.storage import contracts
from services.contracts.storage.negotiations import is_negotiating, keep_negotiating


@dataclass(frozen=True, slots=True)
class Negotiations:
    """What contracts does about opportunities that reach, or leave, the negotiation."""

    desk: ContractDesk

    async def moved(self, work: UnitOfWork, *, opportunity: UUID, negotiating: bool) -> None:
        """Entering 合同谈判 creates the draft from the approved quote if none exists, and opens its legal review."""
        await keep_negotiating(work, opportunity=opportunity, negotiating=negotiating)
        if negotiating:
            await self._begin(work, await self.desk.offers.approved_for(work, opportunity))

    async def approved(self, work: UnitOfWork, *, offer: Offer) -> None:
        """A quote approved while its opportunity negotiates does the same."""
        if await is_negotiating(work, opportunity=offer.opportunity):
            await self._begin(work, offer)

    async def _begin(self, work: UnitOfWork, offer: Offer | None) -> Contract | None:
        if offer is None:
            return None
        live = await contracts.contracts_of_opportunity(work, offer.opportunity)
        if any(contract.state is not ContractState.TERMINATED for contract in live):
            return None
        try:
            contract = await draft_from(work, self.desk, offer=offer, wish=DraftWish())
            await work.flush()
            return await review(
                work, self.desk, contract=contract, requester=f"members/{offer.owner}" if offer.owner else ""
            )
        except Refusal:
            # What the review lacks, a buyer's name for example, somebody fills in: the draft stays for him.
            return None
