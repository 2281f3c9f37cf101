"""Sign-in by the enterprise's OpenID Connect provider (统一身份认证): authorization code with proof key.

Everything here calls the provider over the network, hence before the unit of work.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from chassis.absence import absent
from chassis.no_network import forbid_inside_transaction
from services.directory.domain.identities import Identity, OpenIdRefused, OpenIdUnavailable

with absent("click"):
    import httpx

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
_REGISTRY = JWSRegistry(algorithms=list(_ALGORITHMS))
_LEEWAY = timedelta(seconds=30)
_DISCOVERY_AGE = timedelta(hours=1)
_KEYS_PAUSE = timedelta(seconds=30)
_LARGEST_ANSWER = 256 * 1024
_CLIENT_ERROR = 400
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """The provider's address, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str


class OpenIdProvider:
    """The provider as its discovery document describes it (OpenID Connect Core 1.0, Discovery 1.0)."""

    def __init__(self, settings: OpenIdSettings, http: httpx.AsyncClient) -> None:
        """`http` follows no redirects and has time limits: see `open_http`."""
        self._settings = settings
        self._http = http
        self._document: Mapping[str, Any] = {}
        self._discovered: datetime | None = None
        self._keys: KeySet | None = None
        self._keys_fetched: datetime | None = None

    async def prepare_start(self, *, redirect_uri: str, state: str, verifier: str, nonce: str, now: datetime) -> str:
        """The address at the provider where a sign-in begins (RFC 7636 with S256); raises OpenIdUnavailable."""
        document = await self._discover(now)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(document["authorization_endpoint"])
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    async def prepare_finish(
        self, *, code: str, redirect_uri: str, verifier: str, nonce: str, now: datetime
    ) -> Identity:
        """Exchange the code and check the ID token; raises OpenIdRefused and OpenIdUnavailable."""
        document = await self._discover(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        answer = await self._exchange(document, form)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise OpenIdRefused
        return self._identity(await self._verified(document, id_token, now), nonce=nonce, now=now)

    async def _discover(self, now: datetime) -> Mapping[str, Any]:
        if self._discovered is None or now - self._discovered >= _DISCOVERY_AGE:
            issuer = self._settings.issuer
            document = await self._json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if document.get("issuer") != issuer or not all(_reachable(document.get(name)) for name in wanted):
                raise OpenIdUnavailable
            self._document, self._discovered = document, now
        return self._document

    async def _exchange(self, document: Mapping[str, Any], form: Mapping[str, str]) -> Mapping[str, Any]:
        """Ask the token endpoint, in the way it says it knows its clients (Basic unless only the form is offered)."""
        settings = self._settings
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:
            pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
            headers = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
            return await self._json("POST", str(document["token_endpoint"]), data=form, headers=headers)
        whole = {**form, "client_id": settings.client_id, "client_secret": settings.client_secret}
        return await self._json("POST", str(document["token_endpoint"]), data=whole)

    async def _verified(self, document: Mapping[str, Any], id_token: str, now: datetime) -> Mapping[str, Any]:
        """The claims of an ID token the provider signed; the keys are fetched again once for an unknown one."""
        known = self._keys
        keys = known or await self._fetch_keys(document, now)
        try:
            return jwt.decode(id_token, keys, registry=_REGISTRY).claims
        except (JoseError, ValueError) as error:
            if known is None or self._keys_fetched is None or now - self._keys_fetched < _KEYS_PAUSE:
                raise OpenIdRefused from error
        try:
            return jwt.decode(id_token, await self._fetch_keys(document, now), registry=_REGISTRY).claims
        except (JoseError, ValueError) as error:
            raise OpenIdRefused from error

    async def _fetch_keys(self, document: Mapping[str, Any], now: datetime) -> KeySet:
        fetched = await self._json("GET", str(document["jwks_uri"]))
        # Symmetric keys have no place in a published set, and would let the published half sign.
        usable = [key for key in fetched.get("keys", []) if key.get("kty") in {"RSA", "EC", "OKP"}]
        try:
            self._keys = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, KeyError) as error:
            raise OpenIdUnavailable from error
        self._keys_fetched = now
        return self._keys

    def _identity(self, claims: Mapping[str, Any], *, nonce: str, now: datetime) -> Identity:
        """The checks of OpenID Connect Core 1.0, section 3.1.3.7."""
        client_id = self._settings.client_id
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        holds = (
            claims.get("iss") == self._settings.issuer
            and client_id in audiences
            and claims.get("azp", client_id) == client_id
            and (len(audiences) == 1 or "azp" in claims)
            and hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
            and _in_time(claims, now)
            and isinstance(claims.get("sub"), str)
            and bool(claims["sub"])
        )
        if not holds:
            raise OpenIdRefused
        email = claims.get("email") if claims.get("email_verified") is True else ""
        return Identity(issuer=self._settings.issuer, subject=claims["sub"], email=str(email or "").strip().lower())

    async def _json(self, method: str, url: str, **what: Any) -> Mapping[str, Any]:
        forbid_inside_transaction()
        try:
            response = await self._http.request(method, url, **what)
            if _CLIENT_ERROR <= response.status_code < _SERVER_ERROR and method == "POST":
                raise OpenIdRefused
            response.raise_for_status()
            content = response.json() if len(response.content) <= _LARGEST_ANSWER else None
        except (httpx.HTTPError, ValueError) as error:
            raise OpenIdUnavailable from error
        if not isinstance(content, dict) or response.is_redirect:
            raise OpenIdUnavailable
        return content


def open_http() -> httpx.AsyncClient:
    """An HTTP client for the provider: five seconds, no redirects, no proxy of the environment."""
    return httpx.AsyncClient(timeout=5, follow_redirects=False, trust_env=False)


def _in_time(claims: Mapping[str, Any], now: datetime) -> bool:
    end, start = claims.get("exp"), claims.get("iat")
    if not isinstance(end, int | float) or not isinstance(start, int | float):
        return False
    moment = now.timestamp()
    return start - _LEEWAY.total_seconds() <= moment < end + _LEEWAY.total_seconds()


def _reachable(url: object) -> bool:
    """Whether an address of the discovery document is one to send secrets to: HTTPS, or this machine."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"})
