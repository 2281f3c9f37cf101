"""The one table from the kinds of refusal to gRPC statuses, and how a refusal looks on the wire."""

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from chassis.ids import new_id
from chassis.rpc.refusals import field_violations
from chassis.texts import Texts
from kernel.errors import Kind, Refusal

CODES: dict[Kind, grpc.StatusCode] = {
    Kind.INVALID_INPUT: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Kind.NOT_ALLOWED: grpc.StatusCode.PERMISSION_DENIED,
    Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Kind.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Kind.STALE_VERSION: grpc.StatusCode.ABORTED,
    Kind.REQUEST_IN_PROGRESS: grpc.StatusCode.ABORTED,
    Kind.RULE_VIOLATION: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.REQUEST_ID_REUSED: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.TOO_MANY: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Kind.DEADLINE_PASSED: grpc.StatusCode.DEADLINE_EXCEEDED,
    Kind.OUTCOME_UNKNOWN: grpc.StatusCode.UNKNOWN,
}
DOMAIN = "millrace"
# A status travels in trailing metadata, of which gRPC takes 8 KiB for sure: base64 makes it a third longer, and every
# Chinese character of the text takes nine bytes more. A refusal that is too long would arrive as RESOURCE_EXHAUSTED.
VALUE_CHARACTERS = 100
TEXT_CHARACTERS = 200
# What a refusal lists for the caller to choose from is ours, and of no use in part; names take one byte a letter.
LISTED, LISTED_CHARACTERS = "choices", 900
VIOLATION_BYTES = 2 * 1024


def status_of(refusal: Refusal, *, texts: Texts, locale: str) -> status_pb2.Status:
    """The status of a refusal: code, ErrorInfo, LocalizedMessage, and BadRequest and RetryInfo where they apply.

    What somebody typed is cut short in it, so that every refusal arrives.
    """
    metadata = {name: _cut(value, _longest(name, value)) for name, value in refusal.metadata().items()}
    longest = TEXT_CHARACTERS + len(metadata.get(LISTED, ""))
    text = _cut(texts.render(refusal.reason, metadata, locale), longest)
    status = status_pb2.Status(code=CODES[refusal.kind].value[0], message=text)
    _attach(status, error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=metadata))
    _attach(status, error_details_pb2.LocalizedMessage(locale=locale, message=text))
    bad = bad_fields(refusal, text, texts=texts, locale=locale)
    if bad is not None:
        _attach(status, bad)
    retry_after_ms = getattr(refusal, "retry_after_ms", None)
    if retry_after_ms is not None:
        delay = Duration()
        delay.FromMilliseconds(int(retry_after_ms))
        _attach(status, error_details_pb2.RetryInfo(retry_delay=delay))
    return status


def internal(*, texts: Texts, locale: str) -> tuple[status_pb2.Status, str]:
    """The status of a defect of ours, with the error id under which the log tells what happened."""
    error_id = str(new_id())
    text = texts.render("INTERNAL", {"error_id": error_id}, locale)
    status = status_pb2.Status(code=grpc.StatusCode.INTERNAL.value[0], message=text)
    _attach(status, error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"error_id": error_id}))
    _attach(status, error_details_pb2.LocalizedMessage(locale=locale, message=text))
    return status, error_id


def bad_fields(refusal: Refusal, text: str, *, texts: Texts, locale: str) -> error_details_pb2.BadRequest | None:
    """The fields a refusal is about, as many as travel safely: who mends those hears of the rest; None of no field."""
    violations = field_violations(refusal)
    bad = error_details_pb2.BadRequest()
    for violation in violations:
        if bad.ByteSize() > VIOLATION_BYTES:
            break
        description = text  # a refusal of ours about one field says it all
        if violation.message:
            worded = texts.render(violation.rule, {}, locale)
            description = violation.message if worded == violation.rule else worded
        bad.field_violations.add(
            field=_cut(violation.field, VALUE_CHARACTERS),
            description=_cut(description, TEXT_CHARACTERS),
            reason=violation.rule,
        )
    return bad if violations else None


def _longest(name: str, value: str) -> int:
    return LISTED_CHARACTERS if name == LISTED and value.isascii() else VALUE_CHARACTERS


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _attach(status: status_pb2.Status, detail: object) -> None:
    packed = AnyMessage()
    packed.Pack(detail)  # type: ignore[arg-type]  # every detail is a message
    status.details.append(packed)
