"""The routes only browsers use: sign in with a password or with the provider, sign out."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import orjson
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.limits import Limit
from gateway.refusals import SignInExpired
from gateway.sign_in.sealing import SealBroken, Sealer
from gateway.sign_in.sessions import BrowserSession, BrowserSessions, cookie_of, set_cookie
from gateway.transcoding.door import call_metadata, problem_of
from gateway.transcoding.exchange import Exchange
from gateway.transcoding.requests import read_json
from kernel.errors import FieldMissing

OPENID_COOKIE = "millrace-openid"
OPENID_SECONDS = 600
_PURPOSE = "openid"

Page = Callable[[Exchange], Awaitable[None]]


class SignInPages:
    """Each method answers one route; the tokens never reach the page's scripts."""

    def __init__(self, sessions: BrowserSessions, sealer: Sealer, limit: Limit) -> None:
        """`limit` holds how often an address may try."""
        self._sessions = sessions
        self._sealer = sealer
        self._limit = limit

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/sign-in/password", _Served(self.password), methods=["POST"]),
            Route("/sign-in/openid", _Served(self.openid), methods=["GET"]),
            Route("/sign-in/openid/callback", _Served(self.openid_callback), methods=["GET"]),
            Route("/sign-out", _Served(self.sign_out), methods=["POST"]),
        ]

    async def password(self, exchange: Exchange) -> None:
        """Sign in with mail address and password, and keep the session in the cookie."""
        self._sessions.check_origin(exchange)
        self._limit.take(exchange.address)
        values = read_json(await exchange.json_body())
        email, password = values.get("email"), values.get("password")
        if not isinstance(email, str) or not isinstance(password, str):
            raise FieldMissing(field="email" if not isinstance(email, str) else "password")
        device = exchange.headers.get("user-agent", "")[:200]
        metadata = call_metadata(exchange, "")
        session = await self._sessions.ask("SignIn", metadata=metadata, email=email, password=password, device=device)
        self._sessions.keep(exchange, BrowserSession.of(session))
        who = {"member": session.member, "memberDisplayName": session.member_display_name}
        await exchange.answer(200, orjson.dumps(who))

    async def sign_out(self, exchange: Exchange) -> None:
        """End the session and take the cookie away."""
        self._sessions.check_origin(exchange)
        token = await self._sessions.token(exchange)
        exchange.answer_headers.clear()
        if token:
            await self._sessions.ask("SignOut", metadata=call_metadata(exchange, token))
        self._sessions.forget(exchange)
        await exchange.answer(200, b"{}")

    async def openid(self, exchange: Exchange) -> None:
        """Send the browser to the provider; what it must show on return is sealed into a cookie for 10 minutes."""
        self._limit.take(exchange.address)
        metadata = call_metadata(exchange, "")
        start = await self._sessions.ask("StartOpenIdSignIn", metadata=metadata, redirect_uri=_return_to(exchange))
        document = {"state": start.state, "verifier": start.code_verifier, "nonce": start.nonce}
        sealed = self._sealer.seal(_PURPOSE, document, seconds=OPENID_SECONDS)
        set_cookie(exchange, OPENID_COOKIE, sealed, seconds=OPENID_SECONDS)
        await _redirect(exchange, start.authorization_url)

    async def openid_callback(self, exchange: Exchange) -> None:
        """Take the browser back from the provider and sign in; raises SignInExpired for a return nobody began."""
        self._limit.take(exchange.address)
        query = parse_qs(exchange.scope["query_string"].decode("latin-1"))
        try:
            kept = self._sealer.open(_PURPOSE, cookie_of(exchange, OPENID_COOKIE))
        except SealBroken:
            raise SignInExpired from None
        state, code = query.get("state", [""])[0], query.get("code", [""])[0]
        if not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise SignInExpired
        session = await self._sessions.ask(
            "FinishOpenIdSignIn",
            metadata=call_metadata(exchange, ""),
            code=code,
            redirect_uri=_return_to(exchange),
            code_verifier=kept["verifier"],
            nonce=kept["nonce"],
            device=exchange.headers.get("user-agent", "")[:200],
        )
        set_cookie(exchange, OPENID_COOKIE, "", seconds=0)
        self._sessions.keep(exchange, BrowserSession.of(session))
        await _redirect(exchange, "/")


class _Served:
    """A page as an ASGI application: what it raises becomes a problem."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        try:
            await self._page(exchange)
        except Exception as error:  # noqa: BLE001 - the boundary: nothing passes through
            await exchange.refuse(problem_of(exchange, error))


def _return_to(exchange: Exchange) -> str:
    return f"{exchange.origin}/sign-in/openid/callback"


async def _redirect(exchange: Exchange, address: str) -> None:
    await exchange.answer(303, b"", kind=b"", headers=((b"location", address.encode("latin-1")),))
