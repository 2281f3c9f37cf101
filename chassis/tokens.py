"""Access tokens: what they say, how every service checks them, how a service gets its own.

verifier = TokenVerifier(RemoteKeySet(channel), revocations=RevocationList(stored_revocations(engine, table)))
claims = await verifier.verify(token, now)                  # raises Unauthenticated
tokens = ServiceTokens(channel, service="leads", secret=service_secret(settings.secret, "leads"))
await tokens.token(now)                                     # for calls on the service's own account
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import grpc
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from millrace.directory.v1 import api_client_service_pb2, api_client_service_pb2_grpc

from kernel.errors import Overloaded, Unauthenticated

ISSUER = "millrace/directory"
AUDIENCE = "millrace"
# EdDSA over Ed25519 by its fully specified name (RFC 9864); nothing else is ever accepted.
ALGORITHM = "Ed25519"
TYPE = "at+jwt"  # RFC 9068: an ID token of the same keys would not pass for an access token
LIFETIME = timedelta(minutes=10)
LEEWAY = timedelta(seconds=30)

_FETCH_PAUSE = timedelta(seconds=30)
_RETRY_PAUSE = timedelta(seconds=1)
# A key that was ended is trusted no longer than this, even where no token of its successor comes by. Without the
# directory nobody has a token that old anyway.
_KEY_SET_AGE = LIFETIME
_CACHE_SIZE = 10_000
_RENEW_BEFORE = timedelta(minutes=1)
# Long before its end, because a token whose key was ended holds no more, and nobody tells its bearer.
_RENEW_AFTER = timedelta(minutes=1)
_REGISTRY = JWSRegistry(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified token says: `roles` of a member, `permissions` of a program or service.

    `session` is what a revocation names: a member's session, or the API client itself.
    """

    subject: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    session: UUID | None = None
    issue_time: datetime
    expire_time: datetime


class KeySource(Protocol):
    """Where the public keys come from; `chassis.key_sets` has the two there are."""

    async def fetch(self) -> Sequence[Mapping[str, str]]:
        """The key set as JSON Web Keys."""
        ...


class Revocations(Protocol):
    """Which sessions ended before their tokens."""

    async def holds(self, session: UUID) -> bool:
        """Whether the session was revoked."""
        ...


class TokenVerifier:
    """Checks tokens: the signature once; expiry, revocation and whether the key is still known on every use."""

    def __init__(
        self,
        source: KeySource,
        *,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
        revocations: Revocations | None = None,
    ) -> None:
        self._keys = _KnownKeys(source)
        self._issuer = issuer
        self._audience = audience
        self._revocations = revocations
        self._known: dict[bytes, tuple[str, Claims]] = {}

    async def verify(self, token: str, now: datetime) -> Claims:
        """What the token says; raises Unauthenticated, and Overloaded while its key cannot be fetched."""
        digest = hashlib.sha256(token.encode()).digest()
        key_id, claims = self._known.get(digest) or ("", None)
        if claims is None or not self._keys.hold(key_id):
            claims = await self._checked(token, now)
            self._remember(digest, _key_id(token), claims)
        if now >= claims.expire_time + LEEWAY:
            self._known.pop(digest, None)
            raise Unauthenticated
        if claims.session and self._revocations and await self._revocations.holds(claims.session):
            raise Unauthenticated
        return claims

    async def _checked(self, token: str, now: datetime) -> Claims:
        key = await self._keys.get(_key_id(token), now)
        try:
            decoded = jwt.decode(token, key, registry=_REGISTRY)
        except (JoseError, ValueError) as error:
            raise Unauthenticated from error
        claims = decoded.claims
        if decoded.header.get("typ") != TYPE or claims.get("iss") != self._issuer:
            raise Unauthenticated
        if claims.get("aud") != self._audience:
            raise Unauthenticated
        return _read(claims, now)

    def _remember(self, digest: bytes, key_id: str, claims: Claims) -> None:
        if len(self._known) >= _CACHE_SIZE:
            # The oldest entry goes: tokens live ten minutes, so it is the likeliest to be of no use any more.
            self._known.pop(next(iter(self._known)))
        self._known[digest] = (key_id, claims)


class _KnownKeys:
    """The keys at hand. A flood of unknown key ids causes at most one fetch per 30 seconds."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._keys: dict[str, OKPKey] = {}
        self._fetched: datetime | None = None
        self._not_before: datetime | None = None
        self._fetching = asyncio.Lock()

    def hold(self, key_id: str) -> bool:
        """Whether the key was there at the last fetch."""
        return key_id in self._keys

    async def get(self, key_id: str, now: datetime) -> OKPKey:
        if key_id not in self._keys or self._old(now):
            await self._fetch(key_id, now)
        key = self._keys.get(key_id)
        if key is None:
            raise Unauthenticated
        return key

    def _old(self, now: datetime) -> bool:
        return self._fetched is None or now - self._fetched >= _KEY_SET_AGE

    async def _fetch(self, key_id: str, now: datetime) -> None:
        async with self._fetching:
            if self._not_before is not None and now < self._not_before:
                self._must_know(key_id)
                return
            try:
                fetched = await self._source.fetch()
            except Overloaded:
                self._not_before = now + _RETRY_PAUSE
                self._must_know(key_id)
                return
            self._keys = {key["kid"]: _import(key) for key in fetched if _usable(key)}
            self._fetched = now
            self._not_before = now + _FETCH_PAUSE

    def _must_know(self, key_id: str) -> None:
        """Without a fetched set nothing can be said of a token: that is our trouble, not the caller's."""
        if key_id not in self._keys and self._fetched is None:
            raise Overloaded


class ServiceTokens:
    """The token of a service's own account, renewed every minute; while that fails, a minute before it ends."""

    def __init__(self, channel: grpc.aio.Channel, *, service: str, secret: str) -> None:
        """`secret` is `service_secret` of the installation's secret."""
        self._stub: Any = api_client_service_pb2_grpc.ApiClientServiceStub(channel)
        self._service = service
        self._secret = secret
        self._token = ""
        self._expire_time = self._renew_time = datetime.min.replace(tzinfo=UTC)
        self._renewing = asyncio.Lock()

    async def token(self, now: datetime) -> str:
        """A token that holds for at least a minute; raises Overloaded when directory does not answer."""
        async with self._renewing:
            if now >= self._renew_time or not self._holds(now):
                await self._renew(now)
        return self._token

    def _holds(self, now: datetime) -> bool:
        return now + _RENEW_BEFORE < self._expire_time

    async def _renew(self, now: datetime) -> None:
        self._renew_time = now + _RENEW_AFTER
        request = api_client_service_pb2.IssueClientTokenRequest(
            client_id=f"services/{self._service}", client_secret=self._secret
        )
        try:
            answer = await self._stub.IssueClientToken(request, timeout=3)
        except grpc.aio.AioRpcError as error:
            if self._holds(now):
                return
            raise Overloaded from error
        self._token = answer.access_token
        self._expire_time = answer.expire_time.ToDatetime(tzinfo=UTC)


def service_secret(installation_secret: str, service: str) -> str:
    """The secret a service shows to directory: derived, so that both know it without exchanging it (RFC 2104)."""
    text = f"millrace service {service}".encode()
    digest = hmac.new(installation_secret.encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def encode_token(claims: Claims, *, key: OKPKey, key_id: str) -> str:
    """Sign a token; used by directory alone, and here so that writing and reading stay one piece."""
    content: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": claims.subject,
        "iat": int(claims.issue_time.timestamp()),
        "exp": int(claims.expire_time.timestamp()),
        "roles": sorted(claims.roles),
        "permissions": sorted(claims.permissions),
    }
    if claims.session is not None:
        content["sid"] = str(claims.session)
    header = {"alg": ALGORITHM, "kid": key_id, "typ": TYPE}
    return jwt.encode(header, content, key, registry=_REGISTRY)


def _read(claims: Mapping[str, Any], now: datetime) -> Claims:
    """The claims in their types; raises Unauthenticated for a missing one, a future one, or too long a life."""
    try:
        read = Claims(
            subject=_text(claims["sub"]),
            roles=_texts(claims.get("roles", [])),
            permissions=_texts(claims.get("permissions", [])),
            session=UUID(claims["sid"]) if "sid" in claims else None,
            issue_time=datetime.fromtimestamp(int(claims["iat"]), UTC),
            expire_time=datetime.fromtimestamp(int(claims["exp"]), UTC),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise Unauthenticated from error
    if read.issue_time > now + LEEWAY or read.expire_time - read.issue_time > LIFETIME:
        raise Unauthenticated
    return read


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(value)
    return value


def _texts(values: object) -> frozenset[str]:
    if not isinstance(values, list):
        raise TypeError(values)
    return frozenset(_text(value) for value in values)


def _key_id(token: str) -> str:
    """The key id in the header, before anything is verified; raises Unauthenticated for what is no token."""
    try:
        encoded = token.split(".", 1)[0]
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        return _text(header["kid"])
    except (KeyError, TypeError, ValueError, UnicodeError) as error:
        raise Unauthenticated from error


def _usable(key: Mapping[str, str]) -> bool:
    return key.get("kty") == "OKP" and key.get("crv") == ALGORITHM and bool(key.get("kid")) and "d" not in key


def _import(key: Mapping[str, str]) -> OKPKey:
    return OKPKey.import_key({"kty": key["kty"], "crv": key["crv"], "x": key["x"], "kid": key["kid"]})
