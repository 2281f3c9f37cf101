"""Sharing accounts with collaborators (协作人)."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis import collaborators
from chassis.collaborators import (
    CollaborationEndOutOfRange,
    Collaborator,
    CollaboratorUnknown,
    Invitation,
    check_member,
    keep_invited,
)
from chassis.listing import Page, PageRequest
from chassis.organization import Organization, Snapshot
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed
from services.pipeline.application.accounts import WRITING, sees
from services.pipeline.domain.account import Account
from services.pipeline.storage.account_collaborators import RECORD, SHARED_ACCOUNTS
from services.pipeline.storage.accounts import READING, get_account


async def add_collaborator(
    work: UnitOfWork, *, account: UUID, terms: Invitation, organization: Organization, zone: ZoneInfo
) -> Collaborator:
    """Whoever may change an account by his own scope shares it with a member until the end of a day.

    A member who collaborates already, or once did, gets the new terms. Raises AccountNotFound, AccountArchived,
    NotAllowed, CollaboratorUnknown, CollaborationEndOutOfRange.
    """
    found = await get_account(work, account, permission=WRITING)
    if not sees(work.principal, found, permission=WRITING):
        raise NotAllowed(permission=WRITING)
    found.must_live()
    check_member(await organization.current(), terms.member)
    return await keep_invited(
        work, SHARED_ACCOUNTS, RECORD, row=account, terms=terms, by=work.principal.subject, zone=zone
    )


async def remove_collaborator(work: UnitOfWork, *, account: UUID, collaborator: UUID) -> Collaborator:
    """Whoever may share an account ends a collaboration before its day; a collaborator may leave by himself.

    Raises AccountNotFound, NotFound, NotAllowed.
    """
    found = await get_account(work, account, permission=READING)
    known = await collaborators.get_collaborator(work, SHARED_ACCOUNTS, row=account, uuid=collaborator)
    leaves = known.terms.member == work.principal.member
    if not leaves and not sees(work.principal, found, permission=WRITING):
        raise NotAllowed(permission=WRITING)
    return work.save(RECORD, known.remove(now=work.now))


async def list_collaborators(read: Read, *, account: UUID, wanted: PageRequest) -> Page[Collaborator]:
    """Whoever may see an account sees who works on it beside the owner, and until when. Raises AccountNotFound."""
    await get_account(read, account, permission=READING)
    return await collaborators.list_collaborators(read, SHARED_ACCOUNTS, row=account, wanted=wanted)


async def carry_over(
    work: UnitOfWork, account: Account, told: Sequence[Invitation], *, by: str, snapshot: Snapshot, zone: ZoneInfo
) -> None:
    """Who helped with a lead helps with the account it became, on the same terms.

    Left out is who has left meanwhile, whose time is over, and who has the account on terms that end no earlier.
    """
    for terms in told:
        try:
            check_member(snapshot, terms.member)
            known = await collaborators.find_collaborator(work, SHARED_ACCOUNTS, row=account.uuid, member=terms.member)
            if known is None or not known.holds(now=work.now) or known.terms.end_date < terms.end_date:
                await keep_invited(work, SHARED_ACCOUNTS, RECORD, row=account.uuid, terms=terms, by=by, zone=zone)
        except (CollaboratorUnknown, CollaborationEndOutOfRange):
            continue
