"""A way to a server that can be cut, as a network does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Breakable:
    """Hands every connection on to another port; `cut` closes them all, and lets none in until `mend`."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = True
        self.port = 0

    def cut(self) -> None:
        """Close every connection on both its sides."""
        self._whole = False
        for writer in list(self._open):
            writer.close()

    def mend(self) -> None:
        """Let connections in again."""
        self._whole = True

    async def hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        if not self._whole:
            writer.close()
            return
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, other_writer}
        await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer))
        self._open -= {writer, other_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def breakable(port: int) -> AsyncIterator[Breakable]:
    """A breakable way to a port of this machine."""
    way = Breakable(port)
    server = await asyncio.start_server(way.hand_on, "127.0.0.1", 0)
    way.port = server.sockets[0].getsockname()[1]
    yield way
    server.close()
    way.cut()
