"""One HTTP request and its answer, close to ASGI: every microsecond here is paid by every call."""

import asyncio
from collections.abc import Iterable
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from chassis.marks import STALE, WRITTEN
from chassis.texts import locale_of
from gateway.problems import CONTENT_TYPE, Asked, Problem
from gateway.refusals import BodyTooLarge, BodyTooSlow, ContentTypeWrong

MAX_BODY = 1024 * 1024
BODY_SECONDS = 10
JSON = b"application/json"

Header = tuple[bytes, bytes]


class Exchange:
    """What came in, and the one answer that goes out."""

    __slots__ = ("_receive", "_send", "answer_headers", "gone", "headers", "scope", "started", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the request; nothing of the body is read yet."""
        self.scope = scope
        self._receive = receive
        self._send = send
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.answer_headers: list[Header] = []
        self.started = False
        self.gone = False
        self.status = 0

    @property
    def address(self) -> str:
        """The client's address; behind a trusted proxy, the one the proxy saw."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    @property
    def locale(self) -> str:
        """The language of the reader."""
        return locale_of(self.headers.get("accept-language", ""))

    @property
    def origin(self) -> str:
        """Where the page would come from if it were ours."""
        return f"{self.scope['scheme']}://{self.headers.get('host', '')}"

    def asked(self, body: str = "") -> Asked:
        """What the wording of a problem depends on."""
        return Asked(path=self.scope["path"], locale=self.locale, if_match="if-match" in self.headers, body=body)

    async def chunks(self, *, limit: int) -> Any:
        """The body piece by piece; raises BodyTooLarge as soon as it is known to be."""
        declared = self.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            raise BodyTooLarge(limit_bytes=limit)
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                raise asyncio.CancelledError
            body = message.get("body", b"")
            size += len(body)
            if size > limit:
                raise BodyTooLarge(limit_bytes=limit)
            if body:
                yield body
            if not message.get("more_body", False):
                return

    async def json_body(self) -> bytes:
        """The whole body of a JSON call; raises BodyTooLarge, BodyTooSlow or ContentTypeWrong."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = b"".join([chunk async for chunk in self.chunks(limit=MAX_BODY)])
        except TimeoutError:
            raise BodyTooSlow(seconds=BODY_SECONDS) from None
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        # A browser sends JSON to a foreign site only after asking it, which is half of the guard against forged writes.
        if body and kind != "application/json":
            raise ContentTypeWrong(wanted="application/json")
        return body

    async def left(self) -> None:
        """Return when the client is gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True

    async def answer(self, status: int, body: bytes, *, kind: bytes = JSON, headers: Iterable[Header] = ()) -> None:
        """Send the whole answer."""
        await self.start(status, kind=kind, headers=(*headers, (b"content-length", b"%d" % len(body))))
        await self._send({"type": "http.response.body", "body": body})

    async def start(self, status: int, *, kind: bytes, headers: Iterable[Header] = ()) -> None:
        """Begin an answer that comes in pieces."""
        self.started = True
        self.status = status
        sent = [(b"content-type", kind), *headers, *self.answer_headers] if kind else [*headers, *self.answer_headers]
        await self._send({"type": "http.response.start", "status": status, "headers": sent})

    async def piece(self, body: bytes, *, last: bool = False) -> None:
        """Send the next piece."""
        await self._send({"type": "http.response.body", "body": body, "more_body": not last})

    async def refuse(self, problem: Problem) -> None:
        """Send a problem."""
        body = orjson.dumps(problem.document)
        await self.answer(problem.status, body, kind=CONTENT_TYPE.encode(), headers=problem.headers)


def told_at_the_end(closing: Iterable[tuple[str, str | bytes]]) -> list[Header]:
    """What a service says at the end of its answer, as headers: what was changed, or that it was read too early."""
    return [
        (key.encode("latin-1"), value.encode("latin-1"))
        for key, value in closing
        if key in {WRITTEN, STALE} and isinstance(value, str)
    ]
