"""What becomes of signed contracts: in force, ended with their term, ended before it."""

from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.application.amendment_review import hand_over_amendments
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_drafting import WRITING
from services.contracts.application.contract_ending import hand_over_ending
from services.contracts.application.contract_review import hand_over_review
from services.contracts.application.plan_changes import hand_over_payments
from services.contracts.domain.contract import NEXT_STATES, Contract, ContractState
from services.contracts.storage import contracts
from services.contracts.storage.contracts import CONTRACT_RECORD

MOST_AT_ONCE = 100


async def activate_contract(work: UnitOfWork, desk: ContractDesk, *, uuid: UUID, seen: int | None) -> Contract:
    """A signed contract comes into force; a term without a first day began with the signature.

    Raises ContractNotFound, StaleVersion, ContractCannotMove.
    """
    return await _activate(work, desk, await _found(work, uuid=uuid, seen=seen))


async def _activate(work: UnitOfWork, desk: ContractDesk, contract: Contract) -> Contract:
    """The contract it follows is renewed with it; one that ended otherwise meanwhile stays as it ended."""
    signed_on = (contract.sign_time or work.now).astimezone(desk.zone).date()
    active = work.save(CONTRACT_RECORD, contract.activate(signed_on=signed_on, now=work.now))
    if contract.renews is not None:
        before = await contracts.contract_by_itself(work, contract.renews)
        if ContractState.RENEWED in NEXT_STATES[before.state]:
            work.save(CONTRACT_RECORD, before.renew(now=work.now))
    return active


async def by_calendar(work: UnitOfWork, desk: ContractDesk) -> int:
    """Signed contracts come into force on their first day, and end after their last; how many did either.

    At most `MOST_AT_ONCE` of each.
    """
    today = work.now.astimezone(desk.zone).date()
    begun = await contracts.begun_contracts(work, today=today, most=MOST_AT_ONCE)
    for contract in begun:
        await _activate(work, desk, contract)
    # What was renewed by one that begins today does not end as well.
    await work.flush()
    ended = await contracts.ended_contracts(work, today=today, most=MOST_AT_ONCE)
    for contract in ended:
        work.save(CONTRACT_RECORD, contract.expire(now=work.now))
    return len(begun) + len(ended)


async def hand_over(
    work: UnitOfWork, *, opportunity: UUID, owner: UUID | None, team: UUID | None, region: UUID | None
) -> None:
    """Whoever takes an opportunity over answers for its contracts, for what is open of those that ended, too."""
    for contract in await contracts.contracts_of_opportunity(work, opportunity):
        change = contract.handed_over(owner=owner, team=team, region=region, now=work.now)
        if change.events:
            saved = work.save(CONTRACT_RECORD, change)
            await hand_over_review(work, contract=saved)
            await hand_over_amendments(work, contract=saved)
            await hand_over_ending(work, contract=saved)
            await hand_over_payments(work, contract=contract.uuid, owner=owner, team=team, region=region)


async def _found(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Contract:
    contract = await contracts.get_contract(work, uuid, permission=WRITING)
    if seen is not None and contract.version != seen:
        raise StaleVersion(resource=contract.resource)
    return contract
