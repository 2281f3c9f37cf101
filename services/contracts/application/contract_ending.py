"""Ending contracts before their term (终止): unsigned ones are dropped, for signed ones finance is asked."""

from dataclasses import dataclass
from uuid import UUID

from chassis.approvals import (
    Approval,
    ApprovalKind,
    ApprovalState,
    ApprovalSubject,
    ApproverRule,
    ask,
    hand_over_approvals,
)
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.application.amendment_review import end_amendments
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import WRITING
from services.contracts.application.contract_review import end_review
from services.contracts.application.negotiation import Negotiations
from services.contracts.application.plan_changes import cancel_plan
from services.contracts.application.signature_links import revoke_links
from services.contracts.domain.contract import Contract
from services.contracts.storage import amendments, contracts
from services.contracts.storage.approvals import APPROVALS
from services.contracts.storage.contracts import CONTRACT_RECORD
from trade.reasons import Reason

ENDING = "contract_ending"
_FINANCE = ApproverRule(permission="contracts.finance")


async def terminate_contract(
    work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, seen: int | None, comment: str
) -> Contract:
    """A contract is dropped before it is signed, and somebody says why; of a signed one finance is asked to end it.

    What is owed of a signed contract is not given up by whoever sold it. Raises ContractNotFound, StaleVersion,
    ContractCannotMove.
    """
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if seen is not None and contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    if not contract.signed:
        return await _end(work, desk, contract, comment=comment)
    # Refused before finance is asked: what has ended is not ended again.
    contract.terminate(comment=comment, now=work.now)
    subject = ApprovalSubject(
        name=contract.resource,
        content_hash=contract.content_hash(),
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
        parties=contract.authors,
    )
    why = (Reason("CONTRACT_TO_END", {"comment": comment}),)
    await ask(work, APPROVALS, kind=ENDING, subject=subject, approver=_FINANCE, reasons=why)
    return contract


async def hand_over_ending(work: UnitOfWork, *, contract: Contract) -> None:
    """The open question whether a contract ends goes to another owner with it."""
    await hand_over_approvals(
        work,
        APPROVALS,
        subject=contract.resource,
        kind=ENDING,
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
    )


async def _end(work: UnitOfWork, desk: ContractDesk, contract: Contract, *, comment: str) -> Contract:
    """What nobody has begun to pay of it is owed no longer, and what was agreed upon last may become another contract.

    Of one that nobody signed the negotiation goes on: another quote that is approved begins the next.
    """
    change = contract.terminate(comment=comment, now=work.now)
    await end_review(work, contract=contract)
    await end_amendments(work, contract=contract)
    await revoke_links(work, contract=contract.uuid)
    ended = work.save(CONTRACT_RECORD, change)
    if contract.signed:
        await work.flush()
        await cancel_plan(work, contract=ended)
        await desk.offers.give_back(work, await _accepted_last(work, contract))
    else:
        await Negotiations(desk).dropped(work, contract=ended)
    return ended


async def _accepted_last(work: UnitOfWork, contract: Contract) -> UUID:
    """The quote whose prices hold: that of the amendment signed last that had one, else the contract's own."""
    signed = [each for each in await amendments.amendments_of(work, contract.uuid) if each.sign_time and each.quote]
    last = max(signed, key=lambda each: each.sign_time or each.create_time, default=None)
    return last.quote if last is not None and last.quote is not None else contract.quote


@dataclass(frozen=True, slots=True)
class _Endings:
    desk: ContractDesk

    async def content(self, work: UnitOfWork, approval: Approval) -> bytes:
        return (await _contract(work, approval)).content_hash()

    async def settle(self, work: UnitOfWork, approval: Approval) -> None:
        """The contract ends once finance agrees, with what was said when it was asked; else it stays as it is."""
        if approval.state is ApprovalState.APPROVED:
            comment = approval.reasons[0].parameters["comment"]
            await _end(work, self.desk, await _contract(work, approval), comment=comment)


async def _contract(work: UnitOfWork, approval: Approval) -> Contract:
    return await contracts.contract_by_itself(work, UUID(approval.subject.name.rpartition("/")[2]))


def ending_kind(desk: ContractDesk) -> ApprovalKind:
    """What a decision about ending a contract does."""
    endings = _Endings(desk)
    return ApprovalKind(content=endings.content, effect=endings.settle)
