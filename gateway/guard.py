"""What holds for every answer: hosts we serve, security headers, nothing kept by caches."""

import re
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import problems
from gateway.refusals import HostRefused
from gateway.transcoding.exchange import Exchange

_PORT = re.compile(r":\d+$")
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
)
_TLS_ONLY = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)
_NO_STORE = ((b"cache-control", b"no-store"),)


class Guard:
    """An ASGI layer around the whole application."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        """`hosts` are the names this installation answers to; one `*` stands for any."""
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse a host that is not ours."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        always = _ALWAYS if scope["scheme"] == "http" else _ALWAYS + _TLS_ONLY

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = [*message["headers"], *always]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.extend(_NO_STORE)
            await send(message)

        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if "*" in self._hosts or _PORT.sub("", host) in self._hosts:
            await self._app(scope, receive, guarded)
            return
        exchange = Exchange(scope, receive, guarded)
        await exchange.refuse(problems.of_refusal(HostRefused(host=host[:200]), exchange.asked()))
