"""Refusals as problem+json (RFC 9457): the one table from gRPC statuses to HTTP, and the shape people see."""

import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from chassis.logs import get_logger
from chassis.rpc.statuses import internal, status_of
from chassis.texts import Texts
from gateway.refusals import NotServed, ServiceAway
from kernel.errors import DeadlinePassed, Overloaded, Refusal

CONTENT_TYPE = "application/problem+json"
HTTP_STATUSES: dict[grpc.StatusCode, int] = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 422,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.CANCELLED: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
_STALE = "STALE_VERSION"
_IN_PROGRESS = "REQUEST_IN_PROGRESS"
DETAILS = "grpc-status-details-bin"
# What a refusal calls its proto paths.
_PATHS = frozenset({"field", "path"})
# Reasons whose field is a place in a body of free form (Struct): JSON writes its keys as they are.
_OF_FREE_FORM = frozenset({"RULE_BODY_INVALID"})
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}


@cache
def texts() -> Texts:
    """The gateway's texts over the shared ones."""
    return Texts(Path(__file__).parent / "messages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A refusal as HTTP tells it; `document` is the JSON object."""

    status: int
    document: dict[str, Any]
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the wording of a problem depends on: path, language, If-Match, and the field the body filled."""

    path: str
    locale: str
    if_match: bool = False
    body: str = ""


def of_refusal(refusal: Refusal, asked: Asked) -> Problem:
    """The problem of a refusal of the gateway itself, which names fields as the caller wrote them."""
    status = status_of(refusal, texts=texts(), locale=asked.locale)
    return _problem(status, asked, getattr(refusal, "status", None), as_written=True)


def of_call(error: grpc.aio.AioRpcError, asked: Asked, *, service: str) -> Problem:
    """The problem of a call that failed: what the service said, or, when nothing came from it, our own words."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS and isinstance(value, bytes):
            return _problem(status_pb2.Status.FromString(value), asked, None)
    unsaid: dict[grpc.StatusCode, Refusal] = {
        grpc.StatusCode.UNAVAILABLE: ServiceAway(service=service),
        grpc.StatusCode.CANCELLED: ServiceAway(service=service),
        grpc.StatusCode.UNIMPLEMENTED: NotServed(service=service),
        grpc.StatusCode.DEADLINE_EXCEEDED: DeadlinePassed(),
        grpc.StatusCode.RESOURCE_EXHAUSTED: Overloaded(),
    }
    refusal = unsaid.get(error.code())
    return of_defect(error, asked) if refusal is None else of_refusal(refusal, asked)


def of_defect(error: BaseException, asked: Asked) -> Problem:
    """The problem of a defect of ours: a fixed text with the number under which the log tells more."""
    status, error_id = internal(texts=texts(), locale=asked.locale)
    get_logger().error("request failed", error_id=error_id, path=asked.path, error=repr(error), exc_info=error)
    return _problem(status, asked, None)


def _problem(status: status_pb2.Status, asked: Asked, finer: int | None, *, as_written: bool = False) -> Problem:
    """The problem of a status, with its proto paths in the words of JSON unless they are already `as_written`."""
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    localized, retry = error_details_pb2.LocalizedMessage(), error_details_pb2.RetryInfo()
    for detail in status.details:
        for known in (info, bad, localized, retry):
            detail.Unpack(known)
    code = finer or _http_status(status.code, info.reason, asked)
    words = {} if as_written else _words(info, bad, asked.body)
    metadata = {key: words.get(value, value) if key in _PATHS else value for key, value in info.metadata.items()}
    document: dict[str, Any] = {
        "type": f"urn:millrace:reason:{info.reason or 'INTERNAL'}",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": _in_json(localized.message or status.message, words),
        "instance": asked.path,
        "reason": info.reason or "INTERNAL",
        "metadata": metadata,
    }
    if bad.field_violations:
        document["errors"] = [
            {
                "field": words.get(each.field, each.field),
                "reason": each.reason,
                "message": _in_json(each.description, words),
            }
            for each in bad.field_violations
        ]
    return Problem(status=code, document=document, headers=_headers(code, info, retry))


def _http_status(number: int, reason: str, asked: Asked) -> int:
    if reason == _STALE and asked.if_match:
        return HTTPStatus.PRECONDITION_FAILED
    return HTTP_STATUSES.get(BY_NUMBER.get(number, grpc.StatusCode.INTERNAL), 500)


def _headers(code: int, info: Any, retry: Any) -> tuple[tuple[bytes, bytes], ...]:
    headers: list[tuple[bytes, bytes]] = []
    if retry.HasField("retry_delay") or info.reason == _IN_PROGRESS or code == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", b"%d" % max(1, retry.retry_delay.seconds)))
    if code == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    if code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", info.metadata["allowed"].encode("ascii")))
    return tuple(headers)


def _words(info: Any, bad: Any, body: str) -> dict[str, str]:
    """The proto paths that a refusal speaks of, with the words of the JSON door for each."""
    if info.reason in _OF_FREE_FORM:
        return {}
    paths = [each.field for each in bad.field_violations] + [
        info.metadata[key] for key in _PATHS & info.metadata.keys()
    ]
    return {path: json_path(path, body) for path in paths}


def _in_json(text: str, words: dict[str, str]) -> str:
    """A text with the proto paths that it speaks of in the words of the JSON door."""
    for path in sorted(filter(_PATH.fullmatch, words), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(path)}(?![\w.]\w)", words[path], text)
    return text


def json_path(path: str, body: str = "") -> str:
    """A proto field path in the words of the JSON door, within the body where a field of the request is the body."""
    if body and path.startswith(f"{body}."):
        path = path[len(body) + 1 :]
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), path)
