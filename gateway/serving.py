"""The HTTP server: uvicorn with the limits of time and size on a request that it has none for itself."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10
HEAD_BYTES = 32 * 1024
REST_SECONDS = 10
SLOW_READER_SECONDS = 30
GRACE_SECONDS = 25
IDLE_SECONDS = 75


class StrictProtocol(HttpToolsProtocol):
    """Closes a connection that says or reads nothing for long, or whose head or trailers grow without end."""

    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _head = 0
    _unheard = 0
    _in_head = True
    _whole = True

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write; who reads nothing must not hold an answer's place for ever."""
        super().pause_writing()
        self._stop_waiting_for_reader()
        self._reading = self.loop.call_later(SLOW_READER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read what was waiting."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Count what the parser keeps to itself: it tells of a header or a trailer only when that is complete."""
        self._unheard += len(data)
        super().data_received(data)
        if self._unheard > HEAD_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A head begins; the next one on the same connection has the same time."""
        self._head = 0
        self._in_head, self._whole = True, False
        self._wait(HEAD_SECONDS)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, or a trailer, which is left out: it must not pass for a header (RFC 9110, 6.5.1)."""
        self._count(len(name) + len(value))
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._stop_waiting()
        self._in_head, self._unheard = False, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body is here; whoever reads it counts it."""
        self._unheard = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here to its last byte."""
        self._stop_waiting()
        self._whole, self._unheard = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer was given; the rest of its request, which nobody reads any more, must end soon."""
        super().on_response_complete()
        if not self._whole and self.cycle.response_complete:
            self._wait(REST_SECONDS)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > HEAD_BYTES:
            self.transport.abort()

    def _wait(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_waiting_for_reader(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None


class HttpServer(uvicorn.Server):
    """Serves until told to stop; then it drains, and running requests get the grace time to end."""

    def __init__(self, app: ASGIApp, *, listen: str, trusted_proxies: str, drain_seconds: float = 0) -> None:
        """`listen` is `host:port`; port 0 takes a free one."""
        host, _, port = listen.rpartition(":")
        config = uvicorn.Config(
            app,
            host=host.strip("[]"),
            port=int(port),
            http=StrictProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=trusted_proxies,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            limit_concurrency=2000,
        )
        super().__init__(config)
        self.listening = asyncio.Event()
        self._drain_seconds = drain_seconds

    @property
    def unready(self) -> str:
        """Why nobody should be sent here; empty where everybody may."""
        return "" if self.started and not self.should_exit else "starting or stopping"

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT, and let the process end by itself: uvicorn would kill it with the signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell those who wait for it."""
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer whoever still comes while balancers learn that it is not ready, and close each connection after that.

        A connection that is kept open would be closed under a request that is on its way.
        """
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await asyncio.sleep(self._drain_seconds)
        await super().shutdown(sockets)

    @property
    def address(self) -> str:
        """Where it listens."""
        name = self.servers[0].sockets[0].getsockname()
        return f"{name[0]}:{name[1]}"
