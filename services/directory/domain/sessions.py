"""Sessions (登录会话): begun by signing in, renewed by a refresh token that serves once, ended early or by time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change


class SignInMethod(Enum):
    """How a member proved who he is."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    OPENID = "openid"


class SessionEnd(Enum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    REUSED = "reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a reason
    MEMBER_LEFT = "member_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a session lasts unused and in all, how long a spent token may be repeated, how many a member has."""

    idle: timedelta = timedelta(days=7)
    whole: timedelta = timedelta(days=30)
    repeat: timedelta = timedelta(seconds=10)
    live: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in of one member; `generation` counts the refresh tokens it has handed out."""

    uuid: UUID
    version: int = 0
    member: UUID
    method: SignInMethod
    device: str
    generation: int = 1
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end: SessionEnd | None = None

    def lives(self, *, now: datetime) -> bool:
        """Whether it has neither ended nor expired."""
        return self.ended_at is None and now < self.expires_at

    def refresh(self, *, generation: int, limits: SessionLimits, now: datetime) -> Change["Session"]:
        """Renew with the token of a generation.

        The newest token moves the session on. The one before it, shown within seconds, is a repeat (a lost answer, a
        second tab) and changes nothing. Any other is a copy in other hands: the session ends for all who hold one.
        Raises SessionEnded.
        """
        if not self.lives(now=now):
            raise SessionEnded
        if generation == self.generation:
            renewed = replace(
                self,
                generation=generation + 1,
                refreshed_at=now,
                expires_at=min(self.created_at + limits.whole, now + limits.idle),
            )
            return Change(renewed, (SessionRenewed(),))
        if generation == self.generation - 1 and now - self.refreshed_at <= limits.repeat:
            return Change(self, ())
        return self.revoke(end=SessionEnd.REUSED, now=now)

    def revoke(self, *, end: SessionEnd, now: datetime) -> Change["Session"]:
        """End it before its time; raises SessionEnded when it has ended."""
        if not self.lives(now=now):
            raise SessionEnded
        return Change(replace(self, ended_at=now, end=end), (SessionRevoked(),))


def start_session(
    *, uuid: UUID, member: UUID, method: SignInMethod, device: str, limits: SessionLimits, now: datetime
) -> Change[Session]:
    """A member who has proved who he is gets a session."""
    session = Session(
        uuid=uuid,
        member=member,
        method=method,
        device=device,
        created_at=now,
        refreshed_at=now,
        expires_at=now + min(limits.idle, limits.whole),
    )
    return Change(session, (SessionStarted(),))


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A member signed in."""


@dataclass(frozen=True, slots=True)
class SessionRenewed:
    """A session was renewed."""


@dataclass(frozen=True, slots=True)
class SessionRevoked:
    """A session ended before its time."""


@dataclass(eq=False, kw_only=True)
class SessionEnded(Refusal):
    """No live session has this refresh token; the member signs in again."""

    kind = Kind.UNAUTHENTICATED
    reason = "SESSION_ENDED"


@dataclass(eq=False, kw_only=True)
class RefreshTokenReused(Refusal):
    """A spent refresh token was shown: the session has been ended for everybody."""

    kind = Kind.UNAUTHENTICATED
    reason = "REFRESH_TOKEN_REUSED"
