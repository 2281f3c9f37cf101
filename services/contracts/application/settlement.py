"""Contracts follow the ledger: what is paid of them, and whether anything is open still."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.contract import Contract
from services.contracts.domain.instalment import Instalment
from services.contracts.storage import contracts, instalments
from services.contracts.storage.contracts import CONTRACT_RECORD
from services.contracts.storage.instalments import INSTALMENT_RECORD


@dataclass(frozen=True, slots=True)
class Held:
    """Contracts with their plans, which nobody else pays meanwhile; instalments stand in it as they were last saved."""

    contracts: tuple[Contract, ...]
    instalments: dict[UUID, Instalment]

    def save(self, work: UnitOfWork, change: Change[Instalment]) -> None:
        """Save an instalment and go on with it as it is then."""
        self.instalments[change.aggregate.uuid] = work.save(INSTALMENT_RECORD, change)


async def hold(work: UnitOfWork, uuids: Iterable[UUID]) -> Held:
    """Hold contracts until the transaction ends, always in one order, and read their plans as they are then."""
    await work.begin()
    wanted = sorted(set(uuids))
    held = await contracts.lock_contracts(work, wanted)
    plans = await instalments.instalments_of_contracts(work, wanted)
    return Held(tuple(held), {each.uuid: each for each in plans})


def settle(work: UnitOfWork, held: Held) -> tuple[Contract, ...]:
    """A contract has been paid what its instalments have, and is settled when none of them is open.

    Answers the contracts as they are then.
    """
    return tuple(_settled(work, held))


def _settled(work: UnitOfWork, held: Held) -> Iterator[Contract]:
    for contract in held.contracts:
        plan = [each for each in held.instalments.values() if each.contract == contract.uuid]
        paid = Money(minor=sum(each.paid.minor for each in plan), currency=contract.amount.currency)
        settled = bool(plan) and not any(each.open.minor for each in plan)
        change = contract.collected(paid=paid, settled=settled, now=work.now)
        yield work.save(CONTRACT_RECORD, change) if change.events else contract
