"""Signing in (登录): by password or by the word of the enterprise's provider.

A failure is a fact to keep: it counts towards the lock-out and stands in the audit. These use cases therefore answer
a refusal instead of raising it, so that the unit of work commits; the servicer raises it afterwards.
"""

from dataclasses import dataclass
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.errors import Refusal
from services.directory.domain.credentials import Credential, LockOutPolicy, SignInFailed, SignInGuard
from services.directory.domain.identities import Identity
from services.directory.domain.member import Member
from services.directory.domain.sessions import Session, SessionEnd, SessionLimits, SignInMethod, start_session
from services.directory.storage import credentials, members, sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A live session with its member."""

    session: Session
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """What came of comparing a password before the unit of work, because comparing is slow.

    `address` is the guard's id of the mail address; `credential` is what the password was compared with.
    """

    address: UUID
    member: UUID | None
    credential: Credential | None
    matches: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What a client brings to a new session: the digest of its first refresh token, the name of its device."""

    token_digest: bytes
    device: str
    limits: SessionLimits


async def prepare_sign_in(read: Read, *, email: str) -> tuple[Member | None, Credential | None]:
    """Whose password to compare with: nobody's for an address no member has."""
    member = await members.find_member_by_email(read, email)
    return member, await credentials.find_credential(read, member.uuid) if member else None


async def sign_in(
    work: UnitOfWork, *, check: PasswordCheck, policy: LockOutPolicy, new: NewSession
) -> SignedIn | Refusal:
    """A member signs in with the right password, unless the address is locked; a failure counts.

    Raises SignInLocked.
    """
    refusal = await confirm_password(work, check=check, policy=policy)
    member = await members.find_member(work, check.member) if check.member else None
    if refusal is not None or member is None:
        return refusal or SignInFailed()
    return await _start(work, member=member, method=SignInMethod.PASSWORD, new=new)


async def confirm_password(work: UnitOfWork, *, check: PasswordCheck, policy: LockOutPolicy) -> Refusal | None:
    """A right password of an active member clears the failures, anything else is one more; raises SignInLocked."""
    guard = await credentials.lock_guard(work, check.address) or SignInGuard(uuid=check.address, member=check.member)
    guard.check(now=work.now)
    if not check.matches or not await _still_holds(work, check):
        counted = work.save(credentials.GUARD, guard.fail(policy=policy, now=work.now))
        _note_failure(work, member=check.member, failures=counted.failures)
        return SignInFailed()
    forget_failures(work, guard)
    return None


def forget_failures(work: UnitOfWork, guard: SignInGuard) -> None:
    """An address without failures stays as it is: most sign-ins write nothing here."""
    if guard.failures:
        work.save(credentials.GUARD, guard.clear())


async def sign_in_with_identity(work: UnitOfWork, *, identity: Identity, new: NewSession) -> SignedIn | Refusal:
    """Whom the provider vouches for signs in as the member linked to the provider's subject.

    The first time, the member with the verified mail address is linked.
    """
    linked = await sessions.find_linked_member(work, issuer=identity.issuer, subject=identity.subject)
    if linked is not None:
        member = await members.find_member(work, linked)
    else:
        member = await members.find_member_by_email(work, identity.email) if identity.email else None
    if member is None or not member.active:
        _note_failure(work, member=member.uuid if member else None, failures=1)
        return SignInFailed()
    if linked is None:
        sessions.link_member(work, issuer=identity.issuer, subject=identity.subject, member=member.uuid)
    return await _start(work, member=member, method=SignInMethod.OPENID, new=new)


async def _still_holds(work: UnitOfWork, check: PasswordCheck) -> bool:
    """Whether member and password are still those that were compared."""
    if check.member is None or check.credential is None:
        return False
    member = await members.find_member(work, check.member)
    current = await credentials.find_credential(work, check.member)
    return member is not None and member.active and current == check.credential


async def _start(work: UnitOfWork, *, member: Member, method: SignInMethod, new: NewSession) -> SignedIn:
    """Begin a session; the oldest ones end when the member would have too many."""
    live = await sessions.live_sessions(work, member.uuid)
    for oldest in live[new.limits.live - 1 :]:
        work.save(sessions.RECORD, oldest.revoke(end=SessionEnd.REVOKED, now=work.now))
    change = start_session(
        uuid=work.new_id(), member=member.uuid, method=method, device=new.device, limits=new.limits, now=work.now
    )
    session = work.save(sessions.RECORD, change)
    sessions.keep_refresh_token(work, digest=new.token_digest, session=session)
    work.note(action="sign-in", resource=member.name, details={"session": str(session.uuid), "method": method.value})
    return SignedIn(session=session, member=member)


def _note_failure(work: UnitOfWork, *, member: UUID | None, failures: int) -> None:
    """Nobody is signed in yet, so the audit names the one it was about; an address of nobody stays unnamed."""
    work.note(
        action="sign-in.failed", resource=f"members/{member}" if member else "members", details={"failures": failures}
    )
