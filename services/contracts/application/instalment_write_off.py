"""What finance does to an instalment by hand: giving up what is left (核销坏账), taking that back, moving its day."""

from datetime import date
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.application.settlement import hold, settle
from services.contracts.domain.instalment import Instalment
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.storage import instalments
from services.contracts.storage.ledger import post
from services.contracts.storage.receipts import FINANCE


async def write_off_instalment(work: UnitOfWork, *, uuid: UUID, seen: int | None, comment: str) -> Instalment:
    """Finance gives up what is left of an instalment, and says why.

    Raises InstalmentNotFound, StaleVersion, InstalmentNotOpen.
    """
    contract = (await instalments.get_instalment(work, uuid, permission=FINANCE)).contract
    held = await hold(work, [contract])
    instalment = held.instalments[uuid]
    if seen is not None and instalment.version != seen:
        raise StaleVersion(resource=instalment.resource)
    change = instalment.write_off(comment=comment, now=work.now)
    about = Concerning(contract=contract, instalment=uuid)
    actor = work.principal.subject
    post(work, move(Movement.WRITE_OFF, instalment.open, uuid=work.new_id(), about=about, actor=actor, now=work.now))
    held.save(work, change)
    settle(work, held)
    return held.instalments[uuid]


async def recover_instalment(work: UnitOfWork, *, uuid: UUID, seen: int | None, comment: str) -> Instalment:
    """What was given up of an instalment is owed again: the customer pays after all, or it was a mistake.

    Raises InstalmentNotFound, StaleVersion, InstalmentNotWrittenOff.
    """
    contract = (await instalments.get_instalment(work, uuid, permission=FINANCE)).contract
    held = await hold(work, [contract])
    instalment = held.instalments[uuid]
    if seen is not None and instalment.version != seen:
        raise StaleVersion(resource=instalment.resource)
    change = instalment.recover(comment=comment, now=work.now)
    about, actor = Concerning(contract=contract, instalment=uuid), work.principal.subject
    back = instalment.written_off
    post(work, move(Movement.RECOVER, back, uuid=work.new_id(), about=about, actor=actor, now=work.now))
    held.save(work, change)
    settle(work, held)
    return held.instalments[uuid]


async def reschedule_instalment(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, due_date: date, comment: str
) -> Instalment:
    """Finance moves the day of an instalment, as when the delivery it waits for moved, and says why.

    Raises InstalmentNotFound, StaleVersion, InstalmentNotOpen.
    """
    contract = (await instalments.get_instalment(work, uuid, permission=FINANCE)).contract
    held = await hold(work, [contract])
    instalment = held.instalments[uuid]
    if seen is not None and instalment.version != seen:
        raise StaleVersion(resource=instalment.resource)
    change = instalment.reschedule(due_date=due_date, comment=comment, now=work.now)
    if change.events:
        held.save(work, change)
    return held.instalments[uuid]
