"""The session of a browser: its tokens in a sealed cookie that no script can read, renewed before they end."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

import grpc

from gateway.backends import Backend
from gateway.refusals import OriginRefused
from gateway.sign_in.sealing import SealBroken, Sealer
from gateway.transcoding.exchange import Exchange
from gateway.transcoding.methods import Method

COOKIE_DAYS = 30
RENEW_BEFORE_SECONDS = 60
REMEMBERED = 10_000
ASKING_SECONDS = 10.0
_PURPOSE = "session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SERVICE = "millrace.directory.v1.SessionService"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """The tokens of one signed-in browser; `expires` in seconds since 1970."""

    access_token: str
    expires: float
    refresh_token: str

    @classmethod
    def of(cls, session: Any) -> "BrowserSession":
        """The tokens of a Session message."""
        return cls(
            access_token=session.access_token,
            expires=session.access_token_expire_time.ToNanoseconds() / 1e9,
            refresh_token=session.refresh_token,
        )


class BrowserSessions:
    """Finds the token of a request, from its header or from the cookie."""

    def __init__(
        self, sealer: Sealer, directory: Backend, methods: Mapping[str, Method], origins: tuple[str, ...] = ()
    ) -> None:
        """`origins` are the foreign pages that may write with the cookie."""
        self._sealer = sealer
        self._directory = directory
        self._methods = methods
        self._origins = frozenset(origins)
        self._renewals: OrderedDict[str, asyncio.Task[BrowserSession]] = OrderedDict()

    async def token(self, exchange: Exchange) -> str:
        """The bearer token of a request, empty when it has none; raises OriginRefused on a forged write."""
        header = exchange.headers.get("authorization", "")
        if header:
            scheme, _, token = header.partition(" ")
            return token.strip() if scheme.lower() == "bearer" else ""
        cookie = cookie_of(exchange, cookie_name(exchange))
        return await self._from_cookie(exchange, cookie) if cookie else ""

    def keep(self, exchange: Exchange, session: BrowserSession) -> None:
        """Put the session into the browser's cookie."""
        document = {
            "access": session.access_token,
            "expires": session.expires,
            "refresh": session.refresh_token,
        }
        seconds = COOKIE_DAYS * 86_400
        sealed = self._sealer.seal(_PURPOSE, document, seconds=seconds)
        set_cookie(exchange, cookie_name(exchange), sealed, seconds=seconds)

    def forget(self, exchange: Exchange) -> None:
        """Take the cookie away."""
        set_cookie(exchange, cookie_name(exchange), "", seconds=0)

    def check_origin(self, exchange: Exchange) -> None:
        """Raise OriginRefused when another site's page sent the write."""
        origin = exchange.headers.get("origin", "")
        if origin != exchange.origin and origin not in self._origins:
            raise OriginRefused(origin=origin)

    async def ask(self, rpc: str, *, metadata: tuple[tuple[str, str], ...] = (), **fields: str) -> Any:
        """Call a method of the directory's SessionService."""
        method = self._methods[f"{_SERVICE}.{rpc}"]
        until = asyncio.get_running_loop().time() + ASKING_SECONDS
        return await self._directory.call(
            method, method.request(**fields), metadata=metadata, until=until, repeat=method.repeatable
        )

    async def _from_cookie(self, exchange: Exchange, cookie: str) -> str:
        try:
            document = self._sealer.open(_PURPOSE, cookie)
        except SealBroken:
            self.forget(exchange)
            return ""
        if exchange.scope["method"] not in _SAFE:
            self.check_origin(exchange)
        if document["expires"] - RENEW_BEFORE_SECONDS > time.time():
            return str(document["access"])
        try:
            session = await self._renewed(document["refresh"])
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAUTHENTICATED:
                raise
            self.forget(exchange)
            return ""
        self.keep(exchange, session)
        return session.access_token

    async def _renewed(self, refresh_token: str) -> BrowserSession:
        """The session after renewal; requests that come together with one old cookie share one renewal.

        Its outcome is remembered, because a browser sends the old cookie until it has seen the new one, and a
        refresh token shown late a second time would end the session. A browser that never saw the new one comes back
        when that has ended too: then the remembered session is renewed in its turn.
        """
        while (past := self._past(refresh_token)) is not None:
            refresh_token = past.refresh_token
        return await self._shared_renewal(refresh_token)

    def _past(self, refresh_token: str) -> BrowserSession | None:
        """What a remembered renewal of the token gave, where its access token has ended since."""
        task = self._renewals.get(_key(refresh_token))
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        session = task.result()
        return session if session.expires <= time.time() else None

    async def _shared_renewal(self, refresh_token: str) -> BrowserSession:
        key = _key(refresh_token)
        task = self._renewals.get(key)
        if task is None:
            task = self._renewals[key] = asyncio.ensure_future(self._renew(refresh_token))
            if len(self._renewals) > REMEMBERED:
                self._renewals.popitem(last=False)
        try:
            return await asyncio.shield(task)
        except Exception:
            self._renewals.pop(key, None)
            raise

    async def _renew(self, refresh_token: str) -> BrowserSession:
        return BrowserSession.of(await self.ask("RefreshSession", refresh_token=refresh_token))


def _key(refresh_token: str) -> str:
    """What a renewal is remembered by."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()


def cookie_name(exchange: Exchange) -> str:
    """The session cookie's name; behind TLS with the prefix that binds it to this host (RFC 6265bis)."""
    return "__Host-millrace" if exchange.scope["scheme"] == "https" else "millrace"


def cookie_of(exchange: Exchange, name: str) -> str:
    """The value of a cookie, empty when the browser sent none."""
    header = exchange.headers.get("cookie", "")
    if name not in header:
        return ""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def set_cookie(exchange: Exchange, name: str, value: str, *, seconds: int) -> None:
    """Put a cookie on the answer: unreadable for scripts, not sent along by foreign pages, gone after the time."""
    secure = "; Secure" if exchange.scope["scheme"] == "https" else ""
    text = f"{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    exchange.answer_headers.append((b"set-cookie", text.encode("ascii")))
