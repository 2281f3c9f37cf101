"""Sessions and the digests of their refresh tokens in their tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, delete, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text
from chassis.work import Read, Record, UnitOfWork
from services.directory.domain.sessions import Session, SessionEnd, SignInMethod
from services.directory.storage.session_tables import API_CLIENTS, OPENID_LINKS, REFRESH_TOKENS, SESSIONS

_KEPT = timedelta(days=90)


def to_row(session: Session) -> Mapping[str, object]:
    """The columns of a session."""
    return {
        "uuid": session.uuid,
        "member": session.member,
        "method": session.method.value,
        "device": session.device,
        "generation": session.generation,
        "created_at": session.created_at,
        "refreshed_at": session.refreshed_at,
        "expires_at": session.expires_at,
        "ended_at": session.ended_at,
        "end_reason": session.end.value if session.end else None,
    }


RECORD: Record[Session] = Record(kind="session", collection="sessions", table=SESSIONS, row=to_row)


def from_row(row: RowMapping) -> Session:
    """The session in a row."""
    return Session(
        uuid=row["uuid"],
        version=row["version"],
        member=row["member"],
        method=SignInMethod(row["method"]),
        device=row["device"],
        generation=row["generation"],
        created_at=row["created_at"],
        refreshed_at=row["refreshed_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        end=SessionEnd(row["end_reason"]) if row["end_reason"] else None,
    )


async def find_session(work: UnitOfWork, uuid: UUID) -> Session | None:
    """The session, locked until the unit of work ends."""
    statement = select(SESSIONS).where(SESSIONS.c.uuid == uuid).with_for_update()
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


async def find_refresh_token(work: UnitOfWork, digest: bytes) -> tuple[Session, int] | None:
    """The session a refresh token belongs to, and which of its generations the token is; None for no token of ours."""
    statement = select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.digest == digest)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    session = await find_session(work, row["session"]) if row else None
    return (session, int(row["generation"])) if row and session else None


def keep_refresh_token(work: UnitOfWork, *, digest: bytes, session: Session) -> None:
    """Remember the newest refresh token of a session by its digest."""
    work.insert(REFRESH_TOKENS, {"digest": digest, "session": session.uuid, "generation": session.generation})


async def live_sessions(work: UnitOfWork, member: UUID) -> list[Session]:
    """The member's live sessions, the newest first; the limit of live sessions bounds them."""
    statement = _live(work, member).order_by(SESSIONS.c.created_at.desc(), SESSIONS.c.uuid.desc()).limit(200)
    return [from_row(row) for row in (await work.connection.execute(statement)).mappings()]


LISTING = Listing(
    fields={"device": text(SESSIONS.c.device)},
    orders={
        "create_time": Order(SESSIONS.c.created_at, datetime.fromisoformat),
        "refresh_time": Order(SESSIONS.c.refreshed_at, datetime.fromisoformat),
    },
    order_by="create_time desc",
    tie=SESSIONS.c.uuid,
)


async def list_sessions(read: Read, wanted: PageRequest, *, member: UUID) -> Page[Session]:
    """One page of the member's live sessions."""
    page = await read_page(read.connection, _live(read, member), LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


def _live(read: Read, member: UUID) -> Select[Any]:
    return select(SESSIONS).where(
        SESSIONS.c.member == member, SESSIONS.c.ended_at.is_(None), SESSIONS.c.expires_at > read.now
    )


async def revoked_since(connection: AsyncConnection, since: datetime) -> frozenset[UUID]:
    """Sessions and API clients that ended early after the instant: their tokens may still live."""
    sessions = select(SESSIONS.c.uuid).where(SESSIONS.c.ended_at > since)
    clients = select(API_CLIENTS.c.uuid).where(API_CLIENTS.c.revoked_at > since)
    return frozenset((await connection.execute(union(sessions, clients))).scalars())


async def forget_old_sessions(connection: AsyncConnection, now: datetime) -> int:
    """Delete sessions three months after their end, with the digests of their tokens; how many."""
    gone = delete(SESSIONS).where(SESSIONS.c.expires_at < now - _KEPT).returning(SESSIONS.c.uuid)
    uuids = list((await connection.execute(gone)).scalars())
    await connection.execute(delete(REFRESH_TOKENS).where(REFRESH_TOKENS.c.session.in_(uuids)))
    return len(uuids)


async def find_linked_member(read: Read, *, issuer: str, subject: str) -> UUID | None:
    """The member linked to a provider's subject."""
    statement = select(OPENID_LINKS.c.member).where(OPENID_LINKS.c.issuer == issuer, OPENID_LINKS.c.subject == subject)
    member: UUID | None = await read.connection.scalar(statement)
    return member


def link_member(work: UnitOfWork, *, issuer: str, subject: str, member: UUID) -> None:
    """Link a provider's subject to a member for good: addresses change hands, subjects do not."""
    work.insert(OPENID_LINKS, {"issuer": issuer, "subject": subject, "member": member, "linked_at": work.now})
