"""API clients (接口应用): programs with permissions of their own, an end, and a secret shown once."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change

_USUAL_LIFE = timedelta(days=365)
_LONGEST_LIFE = timedelta(days=731)

# What the product's own services may do on their own account, when no person stands behind the call.
SERVICE_PERMISSIONS: Mapping[str, frozenset[str]] = {
    "directory": frozenset({"events.read"}),
    "leads": frozenset({"events.read", "directory.read", "pipeline.read", "pipeline.write"}),
    "pipeline": frozenset({"events.read", "directory.read", "contracts.read"}),
    "contracts": frozenset({"events.read", "directory.read", "pipeline.read"}),
    "analytics": frozenset({"events.read", "directory.read"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """A program that calls on its own account; of its secret only the SHA-256 is kept: 256 random bits need no salt."""

    uuid: UUID
    version: int = 0
    display_name: str
    scopes: tuple[str, ...]
    secret_digest: bytes
    creator: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def check(self, *, secret: str, now: datetime) -> None:
        """Raise ApiClientRefused unless the secret fits and the client may call."""
        fits = hmac.compare_digest(self.secret_digest, digest_of(secret))
        if not fits or self.revoked_at is not None or now >= self.expires_at:
            raise ApiClientRefused

    def revoke(self, *, now: datetime) -> Change["ApiClient"]:
        """End its access; raises ApiClientAlreadyRevoked."""
        if self.revoked_at is not None:
            raise ApiClientAlreadyRevoked(api_client=f"apiClients/{self.uuid}")
        return Change(replace(self, revoked_at=now), (ApiClientRevoked(),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientDraft:
    """What an administrator says of a new client; without an end it lasts a year."""

    display_name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


def create_api_client(
    *, uuid: UUID, draft: ApiClientDraft, secret: str, creator: UUID | None, now: datetime
) -> Change[ApiClient]:
    """A new client; raises ApiClientExpiryOutOfRange when it would end in the past or after two years."""
    expires_at = draft.expires_at or now + _USUAL_LIFE
    if not now < expires_at <= now + _LONGEST_LIFE:
        raise ApiClientExpiryOutOfRange
    client = ApiClient(
        uuid=uuid,
        display_name=draft.display_name,
        scopes=tuple(sorted(draft.scopes)),
        secret_digest=digest_of(secret),
        creator=creator,
        created_at=now,
        expires_at=expires_at,
    )
    return Change(client, (ApiClientCreated(),))


def digest_of(secret: str) -> bytes:
    """The form in which secrets of 256 random bits are kept (SHA-256)."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class ApiClientCreated:
    """A client was created."""


@dataclass(frozen=True, slots=True)
class ApiClientRevoked:
    """A client was revoked."""


@dataclass(eq=False, kw_only=True)
class ApiClientRefused(Refusal):
    """The id, the secret or the client's standing does not hold; which of them is not said."""

    kind = Kind.UNAUTHENTICATED
    reason = "API_CLIENT_REFUSED"


@dataclass(eq=False, kw_only=True)
class ApiClientAlreadyRevoked(Refusal):
    """The client was revoked before."""

    kind = Kind.RULE_VIOLATION
    reason = "API_CLIENT_ALREADY_REVOKED"

    api_client: str


@dataclass(eq=False, kw_only=True)
class ApiClientScopeNotHeld(Refusal):
    """Nobody gives a program what he may not do everywhere himself."""

    kind = Kind.RULE_VIOLATION
    reason = "API_CLIENT_SCOPE_NOT_HELD"

    scope: str


@dataclass(eq=False, kw_only=True)
class ApiClientExpiryOutOfRange(Refusal):
    """The end lies in the past or more than two years ahead."""

    kind = Kind.INVALID_INPUT
    reason = "API_CLIENT_EXPIRY_OUT_OF_RANGE"

    field: str = "api_client.expire_time"
