"""Contracts that begin by themselves: an opportunity that negotiates (合同谈判) gets its draft and its legal review."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.jobs import JobContext, carry_out
from chassis.principal import Principal
from chassis.work import Read, Store, UnitOfWork
from kernel.errors import Refusal
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import DraftWish, draft_from, prepare_buyer
from services.contracts.application.contract_review import review
from services.contracts.domain.contract import Contract, ContractState
from services.contracts.domain.offer import Offer
from services.contracts.storage import contracts
from services.contracts.storage.negotiations import is_negotiating, keep_negotiating

BEGIN_CONTRACT = "begin_contract"


@dataclass(frozen=True, slots=True)
class Negotiations:
    """What contracts does about opportunities that reach, or leave, the negotiation."""

    desk: ContractDesk

    async def moved(self, work: UnitOfWork, *, opportunity: UUID, negotiating: bool) -> None:
        """Entering 合同谈判 creates the draft from the approved quote if none exists, and opens its legal review."""
        await keep_negotiating(work, opportunity=opportunity, negotiating=negotiating)
        if negotiating:
            await self._begin(work, opportunity)

    async def approved(self, work: UnitOfWork, *, opportunity: UUID) -> None:
        """A quote approved while its opportunity negotiates does the same; called where the quote is approved.

        What the caller has saved of the quote is looked at after his transaction.
        """
        if await is_negotiating(work, opportunity=opportunity):
            self._enqueue(work, opportunity)

    async def _begin(self, work: UnitOfWork, opportunity: UUID) -> None:
        if await wanting(work, self.desk, opportunity=opportunity) is not None:
            self._enqueue(work, opportunity)

    def _enqueue(self, work: UnitOfWork, opportunity: UUID) -> None:
        """The buyer's name is asked of pipeline, and nothing is asked inside a transaction: a job goes on."""
        work.enqueue(BEGIN_CONTRACT, {"opportunity": str(opportunity)})


async def wanting(read: Read, desk: ContractDesk, *, opportunity: UUID) -> Offer | None:
    """The approved quote of an opportunity that has no contract; a contract that was dropped counts as none."""
    live = await contracts.contracts_of_opportunity(read, opportunity)
    if any(contract.state is not ContractState.TERMINATED for contract in live):
        return None
    return await desk.offers.approved_for(read, opportunity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The job that drafts the contract of a negotiation; running it again drafts no second one."""

    store: Store
    desk: ContractDesk
    principal: Principal

    async def run(self, _context: JobContext, payload: Mapping[str, Any]) -> None:
        """Draft the contract and give it to legal."""
        opportunity = UUID(payload["opportunity"])
        offer = await self._carry_out("read", lambda work: wanting(work, self.desk, opportunity=opportunity))
        if offer is None:
            return
        buyer = await prepare_buyer(self.desk, offer=offer, token="")
        drafted = await self._carry_out("draft", lambda work: self._draft(work, opportunity, buyer))
        if drafted is not None:
            await self._carry_out("review", lambda work: self._review(work, drafted))

    async def _draft(self, work: UnitOfWork, opportunity: UUID, buyer: str) -> Contract | None:
        offer = await wanting(work, self.desk, opportunity=opportunity)
        return await draft_from(work, self.desk, offer=offer, wish=DraftWish(buyer=buyer)) if offer else None

    async def _review(self, work: UnitOfWork, drafted: Contract) -> None:
        contract = await contracts.contract_by_itself(work, drafted.uuid)
        requester = f"members/{contract.owner}" if contract.owner else ""
        try:
            await review(work, self.desk, contract=contract, requester=requester)
        except Refusal:
            # What the review lacks, the company's name for example, somebody fills in: the draft stays for him.
            return

    async def _carry_out(self, step: str, use_case: Any) -> Any:
        return await carry_out(self.store, self.principal, action=f"{BEGIN_CONTRACT}/{step}", use_case=use_case)
