"""Streams over HTTP: live events, downloads, uploads, and clients that leave."""

import asyncio
import json
from typing import Any

import grpc
import httpx
import pytest

from gateway.transcoding import streaming
from kernel.errors import NotAllowed, NotFound
from tests.integration.gateway.neighbour import Neighbour
from tests.support.waiting import eventually

IMPORT = "/v1/leadImports/018f0000-0000-7000-8000-000000000001"
LEAD = "/v1/leads/018f0000-0000-7000-8000-000000000001"

SIGNED_IN = {"Authorization": "Bearer abc"}


def events_of(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((fields.get("event", "message"), json.loads(fields["data"])))
    return found


async def test_progress_comes_as_events_and_then_the_end(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{IMPORT}:watch")
    events = events_of(answer.text)
    assert answer.headers["content-type"] == "text/event-stream"
    assert [(name, each.get("progress", {}).get("done")) for name, each in events] == [
        ("message", 1),
        ("message", 2),
        ("end", None),
    ]


async def test_a_refusal_before_the_first_event_is_a_plain_problem(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.refusals = [NotFound(resource="leadImports/1")]
    answer = await client.get(f"{IMPORT}:watch")
    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")


async def test_a_refusal_of_a_stream_that_has_begun_is_an_event(
    client: httpx.AsyncClient, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "FIRST_MESSAGE_SECONDS", 0.01)
    neighbour.pause = 0.2
    neighbour.refusals = [NotFound(resource="leadImports/1")]
    answer = await client.get(f"{IMPORT}:watch")
    name, problem = events_of(answer.text)[0]
    assert answer.text.startswith(": ")
    assert (answer.status_code, name, problem["reason"]) == (200, "problem", "NOT_FOUND")


async def test_a_download_is_one_file(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{IMPORT}:downloadFailedRows")
    assert answer.content == b"a,b\n1,2\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].endswith('-downloadFailedRows.csv"')


async def test_a_download_that_tells_its_name_bears_it_escaped(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.file_name = '需求"\r\nX: 1.pdf'
    answer = await client.get(f"{IMPORT}:downloadFailedRows")
    name = "%E9%9C%80%E6%B1%82%22%0D%0AX%3A%201.pdf"
    assert answer.headers["content-disposition"] == f"attachment; filename=\"_____X__1.pdf\"; filename*=UTF-8''{name}"
    assert "x" not in answer.headers


@pytest.mark.parametrize("code", [grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE])
async def test_a_download_that_breaks_off_is_a_failed_transfer_and_no_short_file(
    listening: str, neighbour: Neighbour, code: grpc.StatusCode
) -> None:
    neighbour.breaks_off = code
    async with httpx.AsyncClient(base_url=f"http://{listening}") as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{IMPORT}:downloadFailedRows")


async def test_a_file_goes_up_in_pieces_with_its_name(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    content = b"x" * 700_000

    async def pieces() -> Any:
        for begin in range(0, len(content), 50_000):
            yield content[begin : begin + 50_000]

    headers = {"Content-Type": "text/csv", "Idempotency-Key": "file-1"} | SIGNED_IN
    answer = await client.post("/v1/leadImports:upload?fileName=线索.csv", content=pieces(), headers=headers)
    received = neighbour.asked[0]
    assert answer.json()["fileSize"] == "700000"
    assert (received[0].file_name, received[0].request_id) == ("线索.csv", "file-1")
    assert received[0].file.content_type == "text/csv"
    assert len(received) > 1
    assert all(len(each.file.data) <= 512 * 1024 for each in received)


async def test_the_name_of_a_file_may_come_in_the_disposition(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    disposition = "attachment; filename*=UTF-8''%E7%BA%BF%E7%B4%A2.csv"
    await client.post("/v1/leadImports:upload", content=b"a", headers={"Content-Disposition": disposition} | SIGNED_IN)
    assert neighbour.asked[0][0].file_name == "线索.csv"


async def test_a_webhook_goes_on_byte_for_byte_with_what_it_is_signed_by(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    body = b'{"behaviours" :  [] }\n'
    signed = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,a="}
    path = "/v1/channels/018f0000-0000-7000-8000-000000000001:receiveBehaviours"
    answer = await client.post(path, content=body, headers={"Content-Type": "application/json"} | signed)
    assert (answer.status_code, answer.json()["created"]) == (200, 1)
    (received,) = neighbour.asked
    assert b"".join(each.content.data for each in received) == body
    assert received[0].channel == "channels/018f0000-0000-7000-8000-000000000001"
    assert signed.items() <= neighbour.metadata[0].items()


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/json", "Application/X-WWW-Form-Urlencoded"]
)
async def test_a_file_in_an_envelope_is_refused(client: httpx.AsyncClient, neighbour: Neighbour, kind: str) -> None:
    headers = {"Content-Type": kind} | SIGNED_IN
    answer = await client.post("/v1/leadImports:upload", content=b"--x\r\n\r\na\r\n--x--", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (415, "CONTENT_TYPE_WRONG")
    assert "application/octet-stream" in answer.json()["detail"]
    assert neighbour.asked == []


async def test_a_file_over_20_mebibytes_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/leadImports:upload", content=b"x" * (20 * 1024 * 1024 + 1), headers=SIGNED_IN)
    assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")


async def test_a_file_over_20_mebibytes_is_refused_without_a_declared_length(client: httpx.AsyncClient) -> None:
    async def pieces() -> Any:
        for _ in range(21):
            yield b"x" * 1024 * 1024

    answer = await client.post("/v1/leadImports:upload", content=pieces(), headers=SIGNED_IN)
    assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")


async def test_a_service_that_refuses_an_upload_is_heard(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.refusals = [NotAllowed(permission="leads.import")]
    answer = await client.post("/v1/leadImports:upload", content=b"x" * 1_000_000, headers=SIGNED_IN)
    assert (answer.status_code, answer.json()["reason"]) == (403, "NOT_ALLOWED")


async def test_an_upload_refused_before_it_was_read_is_a_refusal_or_can_be_repeated(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.unread_refusal = NotAllowed(permission="leads.import")
    for _ in range(20):
        answer = await client.post("/v1/leadImports:upload", content=b"x" * 1_000_000, headers=SIGNED_IN)
        assert (answer.status_code, answer.json()["reason"]) in {(403, "NOT_ALLOWED"), (503, "SERVICE_AWAY")}


async def test_a_stranger_uploads_nothing(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    answer = await client.post("/v1/leadImports:upload", content=b"x" * 1_000_000)
    assert answer.status_code == 401
    assert neighbour.asked == []


async def leave_after(
    client: httpx.AsyncClient, neighbour: Neighbour, method: str, path: str, body: bytes = b""
) -> None:
    """Send a request and close the connection as soon as the service has it."""
    app = client._transport.app  # type: ignore[attr-defined]
    gone = asyncio.Event()
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        pass

    headers = [(b"host", b"millrace.example"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "scheme": "http",
        "headers": headers,
        "client": ("10.0.0.1", 1),
    }
    serving = asyncio.ensure_future(app(scope, receive, send))
    await eventually(lambda: bool(neighbour.asked))
    gone.set()
    await serving


async def test_a_read_is_cancelled_when_its_client_leaves(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.pause = 2.0
    await leave_after(client, neighbour, "GET", LEAD)
    await asyncio.wait_for(neighbour.cancelled.wait(), 1.5)
    assert not neighbour.finished.is_set()


async def test_a_question_by_post_is_cancelled_as_well(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.pause = 2.0
    await leave_after(client, neighbour, "POST", "/v1/leads:checkDuplicates", b'{"lead": {"companyName": "x"}}')
    await asyncio.wait_for(neighbour.cancelled.wait(), 1.5)
    assert not neighbour.finished.is_set()


async def test_a_write_is_carried_to_its_end_when_its_client_leaves(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.pause = 0.6
    await leave_after(client, neighbour, "POST", "/v1/leads", b'{"companyName": "x"}')
    assert neighbour.finished.is_set()
    assert not neighbour.cancelled.is_set()


async def test_watching_ends_when_its_client_leaves(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.pause = 5.0
    await leave_after(client, neighbour, "GET", f"{IMPORT}:watch")
    await asyncio.wait_for(neighbour.cancelled.wait(), 1.5)
    assert not neighbour.finished.is_set()
