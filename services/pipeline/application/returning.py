"""A customer who waits in a pool (公海) and comes again: he does not wait to be claimed."""

from chassis.work import UnitOfWork
from services.pipeline.domain.account import Account, Ownership
from services.pipeline.domain.account_pooling import taken_on
from services.pipeline.storage import contacts
from services.pipeline.storage.account_pools import MOVES
from services.pipeline.storage.account_profiles import keep_account
from services.pipeline.storage.contacts import CONTACT_RECORD
from trade.pools.claiming import MoveKind


async def out_of_pool(work: UnitOfWork, account: Account, ownership: Ownership) -> Account:
    """An account that waits in a pool goes, with its people, to whom its customer came to, past the caps.

    By a lead that is converted, or a registration that is approved; what is in no pool keeps its owner.
    """
    change = taken_on(account, ownership, now=work.now)
    if not change.events or account.pool is None:
        return account
    saved = keep_account(work, change)
    for person in await contacts.people_of(work, saved.uuid):
        work.save(CONTACT_RECORD, person.assigned(saved.ownership, now=work.now))
    MOVES.write(
        work,
        MoveKind.HANDED_OUT,
        subject=saved.uuid,
        about=saved.tier,
        pool=account.pool,
        member=saved.ownership.owner,
    )
    return saved
