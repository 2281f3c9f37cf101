"""What becomes of sessions: renewed, listed, ended."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.principal import Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import NotFound, Refusal
from services.directory.application.sign_in import SignedIn
from services.directory.domain.role import ADMINISTRATION
from services.directory.domain.sessions import (
    RefreshTokenReused,
    Session,
    SessionEnd,
    SessionEnded,
    SessionLimits,
)
from services.directory.storage import members, sessions


async def refresh_session(
    work: UnitOfWork, *, token_digest: bytes, successor_digest: bytes, limits: SessionLimits
) -> SignedIn | Refusal:
    """The newest refresh token renews the session; a spent one, shown late, ends it, which is answered as a refusal.

    Raises SessionEnded.
    """
    found = await sessions.find_refresh_token(work, token_digest)
    if found is None:
        raise SessionEnded
    session, generation = found
    change = session.refresh(generation=generation, limits=limits, now=work.now)
    member = await members.find_member(work, session.member)
    if member is None or not member.active:
        raise SessionEnded
    if not change.events:
        return SignedIn(session=session, member=member)
    renewed = work.save(sessions.RECORD, change)
    if renewed.end is not None:
        return RefreshTokenReused()
    sessions.keep_refresh_token(work, digest=successor_digest, session=renewed)
    return SignedIn(session=renewed, member=member)


async def list_sessions(read: Read, *, wanted: PageRequest) -> Page[Session]:
    """A member sees where he is signed in; programs have no sessions."""
    member = read.principal.member
    if member is None:
        return Page(items=(), next_page_token="", total=0, capped=False)
    return await sessions.list_sessions(read, wanted, member=member)


async def end_sessions(work: UnitOfWork, *, member: UUID, end: SessionEnd, keep: UUID | None = None) -> None:
    """Every live session of a member but `keep` ends."""
    for session in await sessions.live_sessions(work, member):
        if session.uuid != keep:
            work.save(sessions.RECORD, session.revoke(end=end, now=work.now))


async def sign_out(work: UnitOfWork, *, session: UUID) -> None:
    """Signing out ends the session of the calling token; one that has ended stays ended."""
    found = await sessions.find_session(work, session)
    if found is not None and found.lives(now=work.now):
        work.save(sessions.RECORD, found.revoke(end=SessionEnd.SIGNED_OUT, now=work.now))


async def revoke_session(work: UnitOfWork, *, session: UUID) -> Session:
    """A member ends his own sessions, an administrator of the whole ends any; raises NotFound."""
    found = await sessions.find_session(work, session)
    anybodys = work.principal.scope_of(ADMINISTRATION) is Scope.ALL
    if found is None or not (anybodys or found.member == work.principal.member):
        raise NotFound(resource=f"sessions/{session}")
    if not found.lives(now=work.now):
        raise NotFound(resource=f"sessions/{session}")
    return work.save(sessions.RECORD, found.revoke(end=SessionEnd.REVOKED, now=work.now))
