"""Giving and changing passwords (密码); who holds the old one is signed out."""

from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, NotFound, Refusal
from services.directory.application.references import require_whole
from services.directory.application.sessions import end_sessions
from services.directory.application.sign_in import PasswordCheck, confirm_password, forget_failures
from services.directory.domain.credentials import LockOutPolicy, set_first_password
from services.directory.domain.member import Member
from services.directory.domain.role import ADMINISTRATION
from services.directory.domain.sessions import SessionEnd
from services.directory.storage import credentials, members


async def calling_member(read: Read) -> Member:
    """The member who calls; raises NotAllowed for programs, which have no password."""
    member = await members.find_member(read, read.principal.member) if read.principal.member else None
    if member is None:
        raise NotAllowed(permission="passwords.change")
    return member


async def prepare_password(read: Read, *, member: UUID) -> Member:
    """Whose password an administrator of the whole sets; raises NotAllowed and NotFound."""
    require_whole(read)
    return await members.get_member(read, member, permission=ADMINISTRATION)


async def change_password(
    work: UnitOfWork, *, check: PasswordCheck, policy: LockOutPolicy, password_hash: str, session: UUID | None
) -> Refusal | None:
    """A member who knows the old password gets the new one, and his other sessions end.

    A wrong old password counts as a failed sign-in and is answered as a refusal. Raises SignInLocked.
    """
    refusal = await confirm_password(work, check=check, policy=policy)
    if refusal is None and check.member is not None:
        await give_password(work, member=check.member, password_hash=password_hash, keep=session)
    return refusal


async def set_password(work: UnitOfWork, *, member: UUID, address: UUID, password_hash: str) -> None:
    """An administrator of the whole gives a member a password: it opens a locked address, and all sessions end.

    `address` is the guard's id of the member's mail address. Raises NotAllowed and NotFound.
    """
    found = await prepare_password(work, member=member)
    guard = await credentials.lock_guard(work, address)
    if guard is not None:
        forget_failures(work, guard)
    await give_password(work, member=found.uuid, password_hash=password_hash)


async def give_password(work: UnitOfWork, *, member: UUID, password_hash: str, keep: UUID | None = None) -> None:
    """The new password stands, and every session of the member but `keep` ends; raises NotFound."""
    if await members.find_member(work, member) is None:
        raise NotFound(resource=f"members/{member}")
    credential = await credentials.find_credential(work, member)
    if credential is None:
        change = set_first_password(member=member, password_hash=password_hash, now=work.now)
    else:
        change = credential.change(password_hash=password_hash, now=work.now)
    work.save(credentials.CREDENTIAL, change)
    await end_sessions(work, member=member, end=SessionEnd.PASSWORD_CHANGED, keep=keep)
