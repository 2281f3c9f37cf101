"""The debug port of every process: /healthz, /readyz, /metrics, on loopback unless set."""

import asyncio
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


class DebugPort:
    """A minimal HTTP/1.0 server for operators; a web framework would cost each process 10 MB."""

    def __init__(self, *, unready: Callable[[], str]) -> None:
        """`unready` says why the process cannot do its work now; it is empty when it can."""
        self._unready = unready
        self._server: asyncio.Server | None = None
        self.address = ""

    async def start(self, listen: str) -> None:
        """Listen on `host:port`; port 0 takes a free one."""
        host, _, port = listen.rpartition(":")
        self._server = await asyncio.start_server(self._serve, host, int(port))
        name = self._server.sockets[0].getsockname()
        self.address = f"{name[0]}:{name[1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), 5)
            path = [*line.split(), b"", b""][1].decode("ascii", "replace")
            status, kind, body = self._answer(path)
            head = f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (OSError, TimeoutError, ValueError):  # gone, too slow, or a line of more than 64 KiB
            pass
        finally:
            writer.close()

    def _answer(self, path: str) -> tuple[str, str, bytes]:
        if path == "/metrics":
            return "200 OK", CONTENT_TYPE_LATEST, generate_latest()
        if path == "/healthz":
            return "200 OK", "text/plain", b"ok\n"
        if path == "/readyz":
            why = self._unready()
            return (
                ("503 Unavailable", "text/plain", f"{why}\n".encode()) if why else ("200 OK", "text/plain", b"ready\n")
            )
        return "404 Not Found", "text/plain", b"not found\n"
