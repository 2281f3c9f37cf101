"""Contracts that begin by themselves: an opportunity that negotiates (合同谈判) gets its draft and its legal review."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
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
# A write has 10 seconds until its last statement, which ends after 10 more at the latest.
_AFTER_EVERY_APPROVAL = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Negotiations:
    """What contracts does about opportunities that reach, or leave, the negotiation."""

    desk: ContractDesk

    async def moved(self, work: UnitOfWork, *, opportunity: UUID, negotiating: bool) -> None:
        """Entering 合同谈判 creates the draft from the approved quote if none exists, and opens its legal review."""
        await keep_negotiating(work, opportunity=opportunity, negotiating=negotiating)
        if negotiating:
            self._enqueue(work, opportunity)
            self._enqueue(work, opportunity, after=_AFTER_EVERY_APPROVAL)

    async def approved(self, work: UnitOfWork, *, opportunity: UUID) -> None:
        """A quote approved while its opportunity negotiates does the same; called where the quote is approved.

        Most are approved long before. One that enters 合同谈判 at this very moment is not seen here, nor does its own
        job see this quote; the second job of the move comes after this write has ended.
        """
        if await is_negotiating(work, opportunity=opportunity):
            self._enqueue(work, opportunity)

    async def dropped(self, work: UnitOfWork, *, contract: Contract) -> None:
        """A contract dropped while its opportunity negotiates does the same for another quote, if one is approved.

        What somebody dropped on purpose does not begin again by itself.
        """
        if await is_negotiating(work, opportunity=contract.opportunity):
            self._enqueue(work, contract.opportunity, besides=contract.quote_hash)

    def _enqueue(
        self, work: UnitOfWork, opportunity: UUID, *, after: timedelta = timedelta(), besides: bytes = b""
    ) -> None:
        """The job looks at both halves anew, after the commit."""
        payload = {"opportunity": str(opportunity), "besides": besides.hex()}
        work.enqueue(BEGIN_CONTRACT, payload, due=work.now + after)


async def wanting(read: Read, desk: ContractDesk, *, opportunity: UUID, besides: bytes = b"") -> Offer | None:
    """The approved quote of an opportunity that negotiates and has no contract; a dropped contract counts as none.

    A quote that says what `besides` is the digest of is not wanted.
    """
    if not await is_negotiating(read, opportunity=opportunity):
        return None
    live = await contracts.contracts_of_opportunity(read, opportunity)
    if any(contract.state is not ContractState.TERMINATED for contract in live):
        return None
    offer = await desk.offers.approved_for(read, opportunity)
    if offer is None or offer.content_hash == besides:
        return None
    today = read.now.astimezone(desk.zone).date()
    return None if offer.valid_until and offer.valid_until < today else offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The job that drafts the contract of a negotiation; running it again drafts no second one."""

    store: Store
    desk: ContractDesk
    principal: Principal

    async def run(self, _context: JobContext, payload: Mapping[str, Any]) -> None:
        """Draft the contract and give it to legal."""
        # A job of a release before knows nothing of what was dropped.
        wanted: dict[str, Any] = {
            "opportunity": UUID(payload["opportunity"]),
            "besides": bytes.fromhex(payload.get("besides", "")),
        }
        offer = await self._carry_out("read", lambda work: wanting(work, self.desk, **wanted))
        if offer is None:
            return
        buyer = await prepare_buyer(self.desk, offer=offer, token="")
        await self._carry_out("draft", lambda work: self._begin(work, buyer, **wanted))

    async def _begin(self, work: UnitOfWork, buyer: str, **wanted: Any) -> None:
        """Draft and review in one transaction: a kill between them would leave a draft nobody looks for."""
        offer = await wanting(work, self.desk, **wanted)
        if offer is None:
            return
        drafted = await draft_from(work, self.desk, offer=offer, wish=DraftWish(buyer=buyer))
        await work.flush()
        requester = f"members/{drafted.owner}" if drafted.owner else ""
        try:
            await review(work, self.desk, contract=drafted, requester=requester)
        except Refusal:
            # What the review lacks, the company's name for example, somebody fills in: the draft stays for him.
            return

    async def _carry_out(self, step: str, use_case: Any) -> Any:
        return await carry_out(self.store, self.principal, action=f"{BEGIN_CONTRACT}/{step}", use_case=use_case)
