"""Signing keys (签名密钥): each signs for a month, is known a day before, and stays known while its tokens live.

One that is trusted no more is ended before its time.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from kernel.events import Change

SIGNS_FOR = timedelta(days=30)
KNOWN_BEFORE = timedelta(days=1)
# Longer than a token and every leeway.
KNOWN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """An Ed25519 key pair; the private half is sealed, and never leaves the directory."""

    uuid: UUID
    version: int = 0
    public: str
    sealed_private: bytes
    sign_from: datetime
    sign_until: datetime
    ended_at: datetime | None = None

    def known(self, *, now: datetime) -> bool:
        """Whether it belongs in the key set: it signs, will sign, or signed tokens that may still live."""
        return self.ended_at is None and now < self.sign_until + KNOWN_AFTER

    def end(self, *, now: datetime) -> Change["SigningKey"]:
        """Trust it no more, and no token that it signed."""
        return Change(replace(self, ended_at=now), (SigningKeyEnded(),))


def next_start(keys: Collection[SigningKey], *, now: datetime) -> datetime | None:
    """From when a new key should sign; None while none is needed."""
    if signing_key(keys, now=now) is None:
        return now
    last = max(key.sign_until for key in keys)
    return last if last - now <= KNOWN_BEFORE else None


def signing_key(keys: Collection[SigningKey], *, now: datetime) -> SigningKey | None:
    """The oldest key that signs now; None when a new one is needed.

    A minute's grace at the beginning: the key may be made a moment after the call that needs it was taken in.
    """
    signing = [key for key in keys if key.sign_from - timedelta(minutes=1) <= now < key.sign_until]
    return min(signing, key=lambda key: key.sign_from, default=None)


def create_signing_key(*, uuid: UUID, public: str, sealed_private: bytes, sign_from: datetime) -> Change[SigningKey]:
    """A new key, to sign from then on."""
    key = SigningKey(
        uuid=uuid,
        public=public,
        sealed_private=sealed_private,
        sign_from=sign_from,
        sign_until=sign_from + SIGNS_FOR,
    )
    return Change(key, (SigningKeyCreated(),))


@dataclass(frozen=True, slots=True)
class SigningKeyCreated:
    """A signing key was made."""


@dataclass(frozen=True, slots=True)
class SigningKeyEnded:
    """A signing key was ended before its time."""
