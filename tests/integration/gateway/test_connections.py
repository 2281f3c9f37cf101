"""What a connection may do to the gateway, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from gateway import serving
from tests.integration.gateway.neighbour import Neighbour

Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

CHUNKED = (
    b"POST /v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
)
LIMIT = serving.HEAD_BYTES


@pytest.fixture
async def dial(listening: str) -> AsyncIterator[Dial]:
    """Open connections to the gateway, closed after the test."""
    opened: list[asyncio.StreamWriter] = []

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = listening.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        opened.append(writer)
        return reader, writer

    yield connect
    for writer in opened:
        writer.close()


async def bytes_taken(writer: asyncio.StreamWriter, piece: bytes, *, at_most: int) -> int:
    """How many bytes of an endless text the gateway takes before it breaks the connection off."""
    taken = 0
    while taken < at_most:
        try:
            writer.write(piece)
            await writer.drain()
        except ConnectionError:
            break
        taken += len(piece)
    return taken


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Endless: ",
        CHUNKED + b"X-Endless: ",
        CHUNKED + b"\r\n2\r\n{}\r\n0\r\nX-Endless: ",
        CHUNKED + b"\r\n2;x=",
    ],
    ids=["address", "header", "header of a write", "trailer", "extension of a chunk"],
)
async def test_a_part_of_a_request_that_never_ends_is_not_kept(dial: Dial, begun: bytes) -> None:
    _, writer = await dial()
    writer.write(begun)
    assert await bytes_taken(writer, b"a" * 1024, at_most=400 * LIMIT) < 400 * LIMIT


async def test_many_short_trailers_are_not_kept_either(dial: Dial) -> None:
    _, writer = await dial()
    writer.write(CHUNKED + b"\r\n2\r\n{}\r\n0\r\n")
    assert await bytes_taken(writer, b"x-t: 1\r\n" * 100, at_most=400 * LIMIT) < 400 * LIMIT


async def test_a_trailer_is_no_header(dial: Dial, neighbour: Neighbour) -> None:
    reader, writer = await dial()
    writer.write(CHUNKED + b"\r\n2\r\n{}\r\n0\r\nIdempotency-Key: smuggled\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert neighbour.asked[0].request_id != "smuggled"


async def test_trailers_that_come_drop_by_drop_end_with_the_time_for_the_rest(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "REST_SECONDS", 0.1)
    reader, writer = await dial()
    writer.write(CHUNKED.replace(b"/v1/leads", b"/v1/nothing") + b"\r\n2\r\n{}\r\n0\r\nX-Slow: a")
    assert (await reader.readline()).startswith(b"HTTP/1.1 404")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1_000_000), 5)


async def test_a_large_body_is_no_head(dial: Dial, neighbour: Neighbour) -> None:
    reader, writer = await dial()
    body = b'{"need": "' + b"x" * 3 * LIMIT + b'"}'
    writer.write(CHUNKED + b"\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert len(neighbour.asked[0].lead.need) == 3 * LIMIT


async def test_requests_sent_one_behind_the_other_are_all_answered(dial: Dial, neighbour: Neighbour) -> None:
    reader, writer = await dial()
    for _ in range(80):
        writer.write(CHUNKED + b"X-Filling: " + b"a" * 800 + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
    for _ in range(80):
        assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"HTTP/1.1 200 OK"), 5)
    assert len(neighbour.asked) == 80
