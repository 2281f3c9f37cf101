"""Collaborators of accounts in their table, and what they share: the account, its people, its days and its gifts."""

from collections.abc import Iterable
from uuid import UUID

from chassis.collaborators import Collaborator, Sharing, collaborator_record, shared_among
from chassis.work import Read, Record
from services.pipeline.domain.account import Account
from services.pipeline.storage.metadata import COLLABORATORS

SHARED_ACCOUNTS = Sharing(collection="accounts", table=COLLABORATORS, reading="pipeline.read", writing="pipeline.write")
RECORD: Record[Collaborator] = collaborator_record(
    SHARED_ACCOUNTS, kind="account_collaborator", collection="accountCollaborators"
)


async def shared_with_caller(read: Read, accounts: Iterable[Account], *, permission: str) -> frozenset[UUID]:
    """Which of the accounts are shared with the caller; nothing is asked for when there is none to ask about."""
    return await shared_among(read, SHARED_ACCOUNTS, rows={each.uuid for each in accounts}, permission=permission)
