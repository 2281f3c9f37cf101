"""What a connection may do to the gateway, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from gateway import serving
from tests.integration.gateway.neighbour import Neighbour
from tests.support.waiting import eventually

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[], Awaitable[Connection]]

CHUNKED = (
    b"POST /v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
)
IMPORT = "/v1/leadImports/018f0000-0000-7000-8000-000000000001"
LIMIT = serving.HEAD_BYTES


@pytest.fixture
async def dial(listening: str) -> AsyncIterator[Dial]:
    """Open connections to the gateway, closed after the test."""
    opened: list[asyncio.StreamWriter] = []

    async def connect() -> Connection:
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


async def start_endless_download(dial: Dial, neighbour: Neighbour, *, session: str) -> Connection:
    """Ask for a file without end and read only that it has begun."""
    neighbour.endless = True
    reader, writer = await dial()
    request = f"GET {IMPORT}:downloadFailedRows HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {session}\r\n\r\n"
    writer.write(request.encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    return reader, writer


async def watch(listening: str, *, session: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{listening}") as client:
        return await client.get(f"{IMPORT}:watch", headers={"Authorization": f"Bearer {session}"})


async def test_one_session_and_one_address_have_only_so_many_streams_at_once(
    listening: str, dial: Dial, neighbour: Neighbour
) -> None:
    for _ in range(2):
        await start_endless_download(dial, neighbour, session="anna")
    refused = await watch(listening, session="anna")
    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_STREAMS")
    assert refused.headers["retry-after"] == "1"
    assert (await watch(listening, session="boris")).status_code == 200
    await start_endless_download(dial, neighbour, session="boris")
    refused = await watch(listening, session="clara")
    assert (refused.status_code, refused.json()["metadata"]["limit"]) == (429, "3")


async def test_who_reads_nothing_of_an_answer_loses_its_place(
    listening: str, dial: Dial, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "SLOW_READER_SECONDS", 0.3)
    for _ in range(2):
        await start_endless_download(dial, neighbour, session="anna")

    async def a_place_is_free() -> bool:
        return (await watch(listening, session="anna")).status_code == 200

    await eventually(a_place_is_free)


async def test_who_reads_keeps_its_place_for_longer_than_a_slow_reader_has(
    dial: Dial, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "SLOW_READER_SECONDS", 0.3)
    reader, _ = await start_endless_download(dial, neighbour, session="anna")
    until = asyncio.get_running_loop().time() + 0.6
    while asyncio.get_running_loop().time() < until:
        await reader.readexactly(65_536)


async def test_a_download_ends_when_its_client_leaves(listening: str, dial: Dial, neighbour: Neighbour) -> None:
    for _ in range(2):
        _, writer = await start_endless_download(dial, neighbour, session="anna")
        writer.transport.abort()

    async def a_place_is_free() -> bool:
        return (await watch(listening, session="anna")).status_code == 200

    await eventually(a_place_is_free)
