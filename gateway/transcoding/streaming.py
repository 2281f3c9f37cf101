"""Calls that stream: server-sent events, downloads, uploads."""

import asyncio
import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import grpc
import orjson
from google.protobuf.wrappers_pb2 import StringValue

from gateway import problems
from gateway.backends import Backend, Metadata
from gateway.refusals import BodyTooSlow, ContentTypeWrong, ServiceAway
from gateway.transcoding.exchange import Exchange, told_at_the_end
from gateway.transcoding.json_writing import writer
from gateway.transcoding.methods import HTTP_BODY, body_field
from gateway.transcoding.pages import shown
from gateway.transcoding.routes import Route

HEARTBEAT_SECONDS = 15.0
FIRST_MESSAGE_SECONDS = 1.0
WATCH_SECONDS = 3600.0
EXPORT_SECONDS = 60.0
MAX_UPLOAD = 20 * 1024 * 1024
UPLOAD_SECONDS = 120
LAST_WORD_SECONDS = 0.05
CHUNK = 256 * 1024
RAW = "application/octet-stream"
# What wraps a file in something else, or is none: taken as it is, its envelope would be read as the file's rows.
_NO_FILES = ("multipart/", "application/json", "application/x-www-form-urlencoded")
_EVENTS = b"text/event-stream"
_HEARTBEAT = b": \n\n"
# Proxies that gather answers would hold events back.
_UNBUFFERED = ((b"x-accel-buffering", b"no"), (b"cache-control", b"no-store"))


async def events(exchange: Exchange, route: Route, segments: list[str], backend: Backend, metadata: Metadata) -> None:
    """A server stream as events: one `message` each, `end` after the last, `problem` when it breaks off."""
    request = route.plan.build(segments, exchange.scope["query_string"], b"", exchange.headers)
    write = writer(route.binding.method.answer.DESCRIPTOR)
    leaving = asyncio.ensure_future(exchange.left())
    try:
        async with backend.stream(route.binding.method, request, metadata=metadata, seconds=WATCH_SECONDS) as call:
            await _send_events(exchange, route, call, write, leaving)
    finally:
        leaving.cancel()


async def _send_events(exchange: Exchange, route: Route, call: Any, write: Any, leaving: asyncio.Task[None]) -> None:
    reading = asyncio.ensure_future(call.read())
    wait = FIRST_MESSAGE_SECONDS
    try:
        while True:
            done, _ = await asyncio.wait({reading, leaving}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if leaving in done:
                return
            if reading in done and not exchange.started:
                reading.result()  # a refusal before the first message is a plain problem
            if not exchange.started:
                await exchange.start(200, kind=_EVENTS, headers=_UNBUFFERED)
            if not done:
                await exchange.piece(_HEARTBEAT)
            elif await _send_event(exchange, route, reading, write):
                return
            else:
                reading = asyncio.ensure_future(call.read())
            wait = HEARTBEAT_SECONDS
    finally:
        reading.cancel()


async def _send_event(exchange: Exchange, route: Route, reading: asyncio.Future[Any], write: Any) -> bool:
    """Send what was read; True when it was the last."""
    try:
        message = reading.result()
    except grpc.aio.AioRpcError as error:
        problem = problems.of_call(error, exchange.asked(), service=route.binding.method.service)
        await exchange.piece(b"event: problem\ndata: " + orjson.dumps(problem.document) + b"\n\n", last=True)
        return True
    if message is grpc.aio.EOF:
        await exchange.piece(b"event: end\ndata: {}\n\n", last=True)
        return True
    await exchange.piece(b"data: " + orjson.dumps(write(message)) + b"\n\n")
    return False


async def download(exchange: Exchange, route: Route, segments: list[str], backend: Backend, metadata: Metadata) -> None:
    """A server stream of HttpBody as one file."""
    request = route.plan.build(segments, exchange.scope["query_string"], b"", exchange.headers)
    leaving = asyncio.ensure_future(exchange.left())
    try:
        async with backend.stream(route.binding.method, request, metadata=metadata, seconds=EXPORT_SECONDS) as call:
            await _send_parts(exchange, call, leaving)
    finally:
        leaving.cancel()


async def _send_parts(exchange: Exchange, call: Any, leaving: asyncio.Task[None]) -> None:
    part = await call.read()
    kind = b"" if part is grpc.aio.EOF else part.content_type.encode("latin-1", "replace")
    page = None if part is grpc.aio.EOF else shown(part)
    if page is not None:
        await exchange.start(page.status, kind=kind, headers=page.headers)
    else:
        disposition = _disposition(part, exchange.scope["path"], kind)
        await exchange.start(200, kind=kind or RAW.encode(), headers=((b"content-disposition", disposition),))
    while part is not grpc.aio.EOF:
        await exchange.piece(part.data)
        if leaving.done():
            return
        part = await call.read()
    await exchange.piece(b"", last=True)


async def upload(exchange: Exchange, route: Route, segments: list[str], backend: Backend, metadata: Metadata) -> None:
    """A raw body as a client stream of HttpBody; the first message carries name, kind and request id.

    Raises ContentTypeWrong for a form or JSON, unless the sender proves himself by his signature over just these bytes.
    """
    kind, method = exchange.headers.get("content-type", RAW), route.binding.method
    if kind.strip().lower().startswith(_NO_FILES) and not method.anonymous:
        raise ContentTypeWrong(wanted=RAW)
    first: Any = route.plan.build(segments, exchange.scope["query_string"], b"", exchange.headers)
    if "file_name" in first.DESCRIPTOR.fields_by_name and not first.file_name:
        first.file_name = file_name_of(exchange.headers.get("content-disposition", ""))
    field = body_field(first.DESCRIPTOR)
    name = "" if field is None else field.name
    getattr(first, name).content_type = kind
    async with backend.stream(method, None, metadata=metadata, seconds=UPLOAD_SECONDS) as call:
        try:
            await _send_body(exchange, call, first, name)
        except grpc.aio.AioRpcError:
            # The service ended the call while it was being written to; what it said is on its way.
            await asyncio.sleep(LAST_WORD_SECONDS)
        answer = await _outcome(call, method.service)
        headers = told_at_the_end(await call.trailing_metadata())
    page = shown(answer) if method.answer.DESCRIPTOR.full_name == HTTP_BODY else None
    if page is not None:
        kind = answer.content_type.encode("latin-1", "replace")
        await exchange.answer(page.status, answer.data, kind=kind, headers=(*page.headers, *headers))
        return
    await exchange.answer(200, orjson.dumps(writer(method.answer.DESCRIPTOR)(answer)), headers=headers)


async def _outcome(call: Any, service: str) -> Any:
    """The answer of an upload; ServiceAway where the broken connection swallowed what the service said."""
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.INTERNAL and not error.trailing_metadata():
            raise ServiceAway(service=service) from error
        raise


async def _send_body(exchange: Exchange, call: Any, first: Any, field: str) -> None:
    """Write the body into the call, a chunk a message; a service that refuses early is heard at the end."""
    message, kind = first, type(first)
    buffer = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            async for chunk in exchange.chunks(limit=MAX_UPLOAD):
                buffer += chunk
                if len(buffer) >= CHUNK:
                    getattr(message, field).data = bytes(buffer)
                    await call.write(message)
                    message = kind()
                    buffer.clear()
            getattr(message, field).data = bytes(buffer)
            await call.write(message)
            await call.done_writing()
    except TimeoutError:
        raise BodyTooSlow(seconds=UPLOAD_SECONDS) from None
    except asyncio.InvalidStateError:
        return  # the call is over already; its status says why


def file_name_of(disposition: str) -> str:
    """The file name of a Content-Disposition header (RFC 6266), without folders; empty when it names none."""
    if not disposition:
        return ""
    message = EmailMessage()
    message["Content-Disposition"] = "".join(c for c in disposition if c.isprintable())
    return (message.get_filename() or "").replace("\\", "/").rpartition("/")[2]


def _disposition(part: Any, path: str, kind: bytes) -> bytes:
    """How the file is called (RFC 6266): as its first part tells in an extension, escaped, or by its path."""
    told = StringValue()
    if part is grpc.aio.EOF or not any(each.Unpack(told) for each in part.extensions):
        return b'attachment; filename="%s"' % _file_name(path, kind)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", told.value)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(told.value, safe='')}".encode("ascii")


def _file_name(path: str, kind: bytes) -> bytes:
    """A name for a download made from its path: `leadImports-018f-downloadFailedRows.csv`."""
    stem = "-".join(part for part in path.replace(":", "/").split("/")[2:] if part.replace("-", "").isalnum())
    ending = b".csv" if kind.startswith(b"text/csv") else b""
    return stem.encode("ascii", "replace") + ending
