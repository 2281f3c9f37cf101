"""The ASGI application below `/v1`: finds the route, carries the call, tells refusals."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import orjson
from starlette.types import Receive, Scope, Send

from chassis.logs import get_logger
from chassis.marks import AFTER
from chassis.metrics import HTTP_SECONDS
from chassis.rpc.call import CLIENT_ADDRESS, WEBHOOK_HEADERS
from gateway import problems
from gateway.backends import Askable, Metadata
from gateway.limits import Limit, StreamPlaces
from gateway.transcoding import streaming
from gateway.transcoding.etags import etag_of, is_known
from gateway.transcoding.exchange import Exchange, told_at_the_end
from gateway.transcoding.json_writing import writer
from gateway.transcoding.methods import Shape
from gateway.transcoding.routes import Route, RouteTable
from kernel.errors import DeadlinePassed, Refusal, Unauthenticated

READ_SECONDS = 3.0
WRITE_SECONDS = 10.0
WATCH_AFTER_SECONDS = 0.25

Credentials = Callable[[Exchange], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often addresses and sessions may ask, how often write without being signed in, how much stream at once."""

    address: Limit
    session: Limit
    public_writes: Limit
    streams_of_address: StreamPlaces
    streams_of_session: StreamPlaces

    @contextmanager
    def stream(self, address: str, token: str) -> Iterator[None]:
        """Hold a stream's places for the block; raises TooManyStreams."""
        with self.streams_of_address.one(address), ExitStack() as held:
            if token:
                held.enter_context(self.streams_of_session.one(_session(token)))
            yield


class Door:
    """Carries every RPC that has an HTTP rule."""

    def __init__(
        self, routes: RouteTable, backends: Mapping[str, Askable], credentials: Credentials, limits: Limits
    ) -> None:
        """`credentials` finds the bearer token of a request: its header's, or the session cookie's."""
        self._routes = routes
        self._backends = backends
        self._credentials = credentials
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        exchange = Exchange(scope, receive, send)
        begun = time.perf_counter()
        route: Route | None = None
        try:
            route, segments = self._routes.find(scope["method"], scope["path"])
            await self._carry(exchange, route, segments)
        except (Refusal, grpc.aio.AioRpcError, Exception) as error:  # noqa: BLE001 - the boundary: nothing passes through
            await _tell(exchange, error, route)
        except asyncio.CancelledError:
            if not exchange.gone:
                raise
        name = "none" if route is None else route.binding.method.name
        HTTP_SECONDS.labels(name, exchange.status).observe(time.perf_counter() - begun)

    async def _carry(self, exchange: Exchange, route: Route, segments: list[str]) -> None:
        method = route.binding.method
        self._limits.address.take(exchange.address)
        if method.anonymous and not method.reads:
            self._limits.public_writes.take(exchange.address)
        until = asyncio.get_running_loop().time() + (READ_SECONDS if method.reads else WRITE_SECONDS)
        token = await self._token(exchange, until)
        if token:
            self._limits.session.take(_session(token))
        metadata = call_metadata(exchange, token)
        backend = self._backends[method.service]
        if method.shape is Shape.UNARY:
            await _unary(exchange, route, segments, backend, metadata, until)
            return
        if method.shape is Shape.UPLOAD and not token and not method.anonymous:
            raise Unauthenticated  # before a stranger's 20 MiB travel on
        with self._limits.stream(exchange.address, token):
            await _STREAMS[method.shape](exchange, route, segments, backend, metadata)

    async def _token(self, exchange: Exchange, until: float) -> str:
        """The request's token; a session that must first be renewed takes its time from the call's."""
        try:
            async with asyncio.timeout_at(until):
                return await self._credentials(exchange)
        except TimeoutError:
            raise DeadlinePassed from None


_STREAMS: Mapping[Shape, Callable[..., Awaitable[None]]] = {
    Shape.UPLOAD: streaming.upload,
    Shape.EVENTS: streaming.events,
    Shape.DOWNLOAD: streaming.download,
}


def _session(token: str) -> str:
    """What a session is counted by: the end of its token, where every token differs."""
    return token[-43:]


def call_metadata(exchange: Exchange, token: str) -> Metadata:
    """What goes along with a call: who asks, in which language, in which trace."""
    metadata = [("accept-language", exchange.locale), (CLIENT_ADDRESS, exchange.address)]
    if token:
        if not (token.isascii() and token.isprintable()):
            raise Unauthenticated
        metadata.append(("authorization", f"Bearer {token}"))
    after = exchange.headers.get(AFTER, "")
    if after and after.isascii() and after.isprintable():
        metadata.append((AFTER, after))
    signed = ((name, exchange.headers.get(name, "")) for name in WEBHOOK_HEADERS)
    metadata.extend((name, told) for name, told in signed if told and told.isascii() and told.isprintable())
    trace = exchange.headers.get("traceparent", "")
    if len(trace) == 55 and trace.isascii() and trace.isprintable():  # noqa: PLR2004 - the length W3C trace context fixes
        metadata.append(("traceparent", trace))
    return tuple(metadata)


async def _unary(
    exchange: Exchange, route: Route, segments: list[str], backend: Askable, metadata: Metadata, until: float
) -> None:
    method, body = route.binding.method, b""
    if route.binding.verb != "GET":
        loop = asyncio.get_running_loop()
        arriving = loop.time()
        body = await exchange.json_body()
        until += loop.time() - arriving  # how long a body travels is the client's affair, and limited by itself
    request = route.plan.build(segments, exchange.scope["query_string"], body, exchange.headers)
    repeat = method.reads or method.repeatable
    call = backend.ask(method, request, metadata=metadata, until=until, repeat=repeat)
    # Nobody watches for the client of a write to leave: a write once begun is carried to its end.
    answer, closing = await (_while_wanted(exchange, call) if method.reads else call)
    written = orjson.dumps(writer(method.answer.DESCRIPTOR)(answer))
    etag = etag_of(getattr(answer, "etag", ""), written)
    headers = [(b"etag", f'"{etag}"'.encode("latin-1"))] if etag else []
    headers += told_at_the_end(closing)
    if method.reads and is_known(etag, exchange.headers.get("if-none-match", "")):
        await exchange.answer(304, b"", kind=b"", headers=headers)
        return
    await exchange.answer(200, written, headers=headers)


async def _while_wanted(exchange: Exchange, call: Awaitable[Any]) -> Any:
    """The answer of a read, given up when the client leaves; watching begins only when the read takes long."""
    loop = asyncio.get_running_loop()
    reading = asyncio.current_task()
    watchers: list[asyncio.Task[None]] = []

    async def watch() -> None:
        await exchange.left()
        if reading is not None:
            reading.cancel()

    timer = loop.call_later(WATCH_AFTER_SECONDS, lambda: watchers.append(loop.create_task(watch())))
    try:
        return await call
    finally:
        timer.cancel()
        for watcher in watchers:
            watcher.cancel()


async def _tell(exchange: Exchange, error: Exception, route: Route | None) -> None:
    """Answer with the problem, or leave an answer that has begun without its end.

    The server then closes the connection and the client sees a failed transfer; a proper end would make half a file
    look like a whole one.
    """
    problem = problem_of(exchange, error, route)
    if exchange.started:
        exchange.status = problem.status
        get_logger().warning("answer broken off", path=exchange.scope["path"], reason=problem.document["reason"])
    else:
        await exchange.refuse(problem)


def problem_of(exchange: Exchange, error: Exception, route: Route | None = None) -> problems.Problem:
    """The problem an error is to the client."""
    asked = exchange.asked("" if route is None else route.binding.body)
    if isinstance(error, Refusal):
        return problems.of_refusal(error, asked)
    if isinstance(error, grpc.aio.AioRpcError):
        service = "directory" if route is None else route.binding.method.service
        return problems.of_call(error, asked, service=service)
    return problems.of_defect(error, asked)
