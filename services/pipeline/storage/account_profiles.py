"""Which accounts are due for a round over their profiles (客户画像), and those accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import UnitOfWork
from kernel.events import Change
from services.pipeline.domain.account import Account
from services.pipeline.storage.account_rows import ACCOUNT_RECORD, from_row
from services.pipeline.storage.account_tables import ACCOUNTS, PROFILES_DUE

_TAKE = text(
    # An account that a second happening made due meanwhile is gone over once; what is not due yet gives way to it.
    "delete from account_profiles_due where account in (select account from (select distinct account "
    "from account_profiles_due where due_time <= :now limit :most) as due) returning account"
)
_HELD = Prepared(
    select(ACCOUNTS)
    .where(ACCOUNTS.c.uuid == any_(bindparam("accounts", type_=ARRAY(Uuid))), ACCOUNTS.c.delete_time.is_(None))
    .order_by(ACCOUNTS.c.uuid)
    .with_for_update()
)


def profile_soon(work: UnitOfWork, account: UUID, *, due: datetime | None = None) -> None:
    """Have an account gone over, at once or when it is due."""
    work.insert(PROFILES_DUE, {"uuid": work.new_id(), "account": account, "due_time": due or work.now})


def keep_account(work: UnitOfWork, change: Change[Account]) -> Account:
    """Save a change of a live account; what follows from it is found a moment later."""
    profile_soon(work, change.aggregate.uuid)
    return work.save(ACCOUNT_RECORD, change)


async def take_due_accounts(work: UnitOfWork, *, most: int) -> Sequence[Account]:
    """The live accounts that are due, held until the transaction ends; they are due no more."""
    await work.begin()
    taken = set(await work.connection.scalars(_TAKE, {"now": work.now, "most": most}))
    if not taken:
        return ()
    return [from_row(row) for row in await work.rows(_HELD, accounts=sorted(taken))]
