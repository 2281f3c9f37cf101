"""Passwords (密码) and what wrong ones lead to: after some failures in a row the address is locked for a while."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change

_MINIMUM_LENGTH = 10
_MINIMUM_DIFFERENT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOutPolicy:
    """How many failures in a row lock an address, and for how long; a pause as long forgets them."""

    failures: int = 5
    lock: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A member's password as its Argon2id hash; `uuid` is the member's."""

    uuid: UUID
    version: int = 0
    password_hash: str
    changed_at: datetime

    def change(self, *, password_hash: str, now: datetime) -> Change["Credential"]:
        """Replace the password."""
        return Change(replace(self, password_hash=password_hash, changed_at=now), (PasswordSet(),))


def set_first_password(*, member: UUID, password_hash: str, now: datetime) -> Change[Credential]:
    """Give a member a password for the first time."""
    return Change(Credential(uuid=member, password_hash=password_hash, changed_at=now), (PasswordSet(),))


def check_password(password: str, *, email: str) -> None:
    """Raise PasswordTooShort or PasswordTooEasy. Length counts, not a mix of signs (NIST SP 800-63B, 3.1.1.2)."""
    if len(password) < _MINIMUM_LENGTH:
        raise PasswordTooShort(minimum=_MINIMUM_LENGTH)
    lowered = password.casefold()
    if len(set(lowered)) < _MINIMUM_DIFFERENT or email.partition("@")[0].casefold() in lowered:
        raise PasswordTooEasy


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInGuard:
    """The failures in a row of one mail address (登录保护), whether or not it belongs to a member.

    `uuid` is a keyed digest of the address, so that the table does not list what people typed.
    """

    uuid: UUID
    version: int = 0
    member: UUID | None
    failures: int = 0
    failed_at: datetime | None = None
    locked_until: datetime | None = None

    def check(self, *, now: datetime) -> None:
        """Raise SignInLocked while the address is locked."""
        if self.locked_until is not None and now < self.locked_until:
            left = self.locked_until - now
            raise SignInLocked(
                minutes=ceil(left / timedelta(minutes=1)),
                lock_end_time=self.locked_until.isoformat(),
                retry_after_ms=int(left.total_seconds() * 1000),
            )

    def fail(self, *, policy: LockOutPolicy, now: datetime) -> Change["SignInGuard"]:
        """Count a failure; the last one allowed locks the address."""
        forgotten = self.failed_at is None or now - self.failed_at >= policy.lock
        failures = 1 if forgotten else self.failures + 1
        counted = replace(self, failures=failures, failed_at=now, locked_until=None)
        if failures < policy.failures:
            return Change(counted, (SignInFailureCounted(failures=failures),))
        until = now + policy.lock
        locked = replace(counted, locked_until=until)
        return Change(locked, (SignInFailureCounted(failures=failures), SignInLockBegan(until=until)))

    def clear(self) -> Change["SignInGuard"]:
        """Forget the failures and the lock: after a success, or when an administrator gives a new password."""
        return Change(replace(self, failures=0, failed_at=None, locked_until=None), (SignInFailuresCleared(),))


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A password was set or changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailureCounted:
    """A sign-in by password failed."""

    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLockBegan:
    """An address was locked."""

    until: datetime


@dataclass(frozen=True, slots=True)
class SignInFailuresCleared:
    """A sign-in succeeded after failures, or an administrator gave a new password."""


@dataclass(eq=False, kw_only=True)
class SignInFailed(Refusal):
    """Address, password or membership do not hold; which of them is not said."""

    kind = Kind.UNAUTHENTICATED
    reason = "SIGN_IN_FAILED"


@dataclass(eq=False, kw_only=True)
class SignInLocked(Refusal):
    """Too many failures in a row: every sign-in with the address is refused until then."""

    kind = Kind.TOO_MANY
    reason = "SIGN_IN_LOCKED"

    minutes: int
    lock_end_time: str
    retry_after_ms: int


@dataclass(eq=False, kw_only=True)
class PasswordTooShort(Refusal):
    """The new password has too few characters."""

    kind = Kind.INVALID_INPUT
    reason = "PASSWORD_TOO_SHORT"

    minimum: int
    field: str = "new_password"


@dataclass(eq=False, kw_only=True)
class PasswordTooEasy(Refusal):
    """The new password repeats few characters, or holds the name of the mail address."""

    kind = Kind.INVALID_INPUT
    reason = "PASSWORD_TOO_EASY"

    field: str = "new_password"
