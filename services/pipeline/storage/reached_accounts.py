"""Customers whom others look after and a reader is let at all the same: shared with him, or worked with by him."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from chassis.scope import AnyOf, Shared
from chassis.work import Read
from services.pipeline.domain.account import Account
from services.pipeline.storage.account_collaborators import SHARED_ACCOUNTS, shared_with_caller
from services.pipeline.storage.worked_accounts import WorkedAccounts, worked_accounts


def let_at(now: datetime, *, by: str = "uuid") -> Shared:
    """What is reached at an instant; rows that are seen with an account name it in their column `by`."""
    return AnyOf((SHARED_ACCOUNTS.at(now, by=by), WorkedAccounts(by)))


def let_when_run(*, by: str = "uuid") -> Shared:
    """What is reached when the statement runs: the instant is its parameter `now`."""
    return AnyOf((SHARED_ACCOUNTS.when_run(by=by), WorkedAccounts(by)))


async def reached_by_caller(read: Read, accounts: Iterable[Account], *, permission: str) -> frozenset[UUID]:
    """Which of the accounts the caller is let at besides his own; nothing is asked where there is none."""
    wanted = list(accounts)
    if not wanted:
        return frozenset()
    shared = await shared_with_caller(read, wanted, permission=permission)
    return shared | await worked_accounts(read, permission=permission)
