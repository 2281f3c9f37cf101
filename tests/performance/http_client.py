"""The smallest HTTP client that keeps a connection: the load must not cost more than what it measures."""

import asyncio
import json
from typing import Any


class HttpFailed(Exception):  # noqa: N818 - says what happened
    """The answer was no success."""


class Connection:
    """One kept connection to the gateway; one request at a time."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nAccept-Language: en\r\n"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        """The body of a success; raises HttpFailed otherwise."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        raw = await self._reader.readuntil(b"\r\n\r\n")
        lines = raw.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        answer = await self._reader.readexactly(length)
        if raw[9:10] != b"2":
            raise HttpFailed(f"{method} {path}: {raw[:40]!r} {answer[:500]!r}")
        return answer

    async def json(self, method: str, path: str, body: object | None = None) -> Any:
        """The answer, read."""
        return json.loads(await self.ask(method, path, b"" if body is None else json.dumps(body).encode()))

    def close(self) -> None:
        """Let the connection go."""
        if self._writer is not None:
            self._writer.close()
