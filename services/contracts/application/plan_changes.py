"""What becomes of a payment plan when its contract ends early, or gets another owner."""

from uuid import UUID

from chassis.work import UnitOfWork
from services.contracts.application.settlement import hold, settle
from services.contracts.domain.contract import Contract
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.storage.instalments import INSTALMENT_RECORD, instalments_of_contract
from services.contracts.storage.ledger import post
from services.contracts.storage.receipts import RECEIPT_RECORD, lock_receipts_of_contract


async def cancel_plan(work: UnitOfWork, *, contract: Contract) -> None:
    """A contract that is ended early owes no more than what was begun to be paid: the rest leaves plan and ledger."""
    held, actor = await hold(work, [contract.uuid]), work.principal.subject
    for instalment in list(held.instalments.values()):
        if not instalment.is_untouched:
            continue
        owed, amount = Concerning(contract=contract.uuid, instalment=instalment.uuid), instalment.open
        post(work, move(Movement.CANCEL, amount, uuid=work.new_id(), about=owed, actor=actor, now=work.now))
        held.save(work, instalment.cancel(now=work.now))
    if any(each.paid.minor for each in held.instalments.values()):
        settle(work, held)


async def hand_over_payments(
    work: UnitOfWork, *, contract: UUID, owner: UUID | None, team: UUID | None, region: UUID | None
) -> None:
    """Whoever takes a contract over sees what it owes and what was paid for it."""
    await work.begin()
    receipts = await lock_receipts_of_contract(work, contract)
    for receipt in receipts:
        change = receipt.handed_over(owner=owner, team=team, region=region, now=work.now)
        if change.events:
            work.save(RECEIPT_RECORD, change)
    for instalment in await instalments_of_contract(work, contract):
        moved = instalment.handed_over(owner=owner, team=team, region=region, now=work.now)
        if moved.events:
            work.save(INSTALMENT_RECORD, moved)
