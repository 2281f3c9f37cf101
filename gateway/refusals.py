"""What the gateway itself refuses; `status` is the HTTP status where the table of kinds knows no finer one."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.errors import Kind, Refusal


@dataclass(eq=False, kw_only=True)
class HttpRefusal(Refusal):
    """A refusal only HTTP knows."""

    status: ClassVar[int]


@dataclass(eq=False, kw_only=True)
class RouteNotFound(HttpRefusal):
    """No method answers the path."""

    kind, reason, status = Kind.NOT_FOUND, "ROUTE_NOT_FOUND", 404

    path: str


@dataclass(eq=False, kw_only=True)
class HttpMethodNotAllowed(HttpRefusal):
    """The path exists, with other HTTP methods."""

    kind, reason, status = Kind.INVALID_INPUT, "HTTP_METHOD_NOT_ALLOWED", 405

    method: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class BodyTooLarge(HttpRefusal):
    """The body is larger than the method takes."""

    kind, reason, status = Kind.INVALID_INPUT, "BODY_TOO_LARGE", 413

    limit_bytes: int


@dataclass(eq=False, kw_only=True)
class BodyTooSlow(HttpRefusal):
    """The body did not arrive in time."""

    kind, reason, status = Kind.DEADLINE_PASSED, "BODY_TOO_SLOW", 408

    seconds: int


@dataclass(eq=False, kw_only=True)
class BodyNotJson(HttpRefusal):
    """The body is not a JSON object in UTF-8."""

    kind, reason, status = Kind.INVALID_INPUT, "BODY_NOT_JSON", 400


@dataclass(eq=False, kw_only=True)
class BodyTooDeep(HttpRefusal):
    """The JSON is nested deeper than any message of ours."""

    kind, reason, status = Kind.INVALID_INPUT, "BODY_TOO_DEEP", 400

    limit: int


@dataclass(eq=False, kw_only=True)
class ContentTypeWrong(HttpRefusal):
    """A body of another kind than the method takes."""

    kind, reason, status = Kind.INVALID_INPUT, "CONTENT_TYPE_WRONG", 415

    wanted: str


@dataclass(eq=False, kw_only=True)
class FieldUnknown(HttpRefusal):
    """The request names a field that the method does not have; `known` are those meant most likely, or all."""

    kind, reason, status = Kind.INVALID_INPUT, "FIELD_UNKNOWN", 400

    field: str
    known: str


@dataclass(eq=False, kw_only=True)
class FieldOfOtherKind(HttpRefusal):
    """A value of another kind than its field: `wanted` is the kind, or what may be chosen."""

    kind, reason, status = Kind.INVALID_INPUT, "FIELD_OF_OTHER_KIND", 400

    field: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class FieldNotObject(HttpRefusal):
    """A text, number or list stands where the field is an object."""

    kind, reason, status = Kind.INVALID_INPUT, "FIELD_NOT_OBJECT", 400

    field: str
    example: str


@dataclass(eq=False, kw_only=True)
class FieldNotList(HttpRefusal):
    """A single value stands where the field is a list."""

    kind, reason, status = Kind.INVALID_INPUT, "FIELD_NOT_LIST", 400

    field: str


@dataclass(eq=False, kw_only=True)
class FieldNotInstant(HttpRefusal):
    """A value that is no instant in the form of RFC 3339."""

    kind, reason, status = Kind.INVALID_INPUT, "FIELD_NOT_INSTANT", 400

    field: str


@dataclass(eq=False, kw_only=True)
class EtagRequired(HttpRefusal):
    """An update must say which version it changes: If-Match, or the etag field."""

    kind, reason, status = Kind.INVALID_INPUT, "ETAG_REQUIRED", 428


@dataclass(eq=False, kw_only=True)
class KeyRequired(HttpRefusal):
    """What is done once only, as money that moves, is named by its caller: Idempotency-Key, or the field requestId."""

    kind, reason, status = Kind.INVALID_INPUT, "KEY_REQUIRED", 400


@dataclass(eq=False, kw_only=True)
class OriginRefused(HttpRefusal):
    """A write with the session cookie came from a page that is not ours."""

    kind, reason, status = Kind.NOT_ALLOWED, "ORIGIN_REFUSED", 403

    origin: str


@dataclass(eq=False, kw_only=True)
class HostRefused(HttpRefusal):
    """The request names a host this installation does not serve."""

    kind, reason, status = Kind.INVALID_INPUT, "HOST_REFUSED", 421

    host: str


@dataclass(eq=False, kw_only=True)
class RateLimited(HttpRefusal):
    """Too many requests in a short time."""

    kind, reason, status = Kind.TOO_MANY, "RATE_LIMITED", 429

    retry_after_ms: int


@dataclass(eq=False, kw_only=True)
class TooManyStreams(HttpRefusal):
    """One client has as many uploads, downloads and live views open as it may."""

    kind, reason, status = Kind.TOO_MANY, "TOO_MANY_STREAMS", 429

    limit: int
    retry_after_ms: int = 1000


@dataclass(eq=False, kw_only=True)
class SignInExpired(HttpRefusal):
    """The browser came back from the provider too late, or without having been sent."""

    kind, reason, status = Kind.UNAUTHENTICATED, "SIGN_IN_EXPIRED", 401


@dataclass(eq=False, kw_only=True)
class ServiceAway(Refusal):
    """The service behind the method cannot be reached now."""

    kind, reason = Kind.UNAVAILABLE, "SERVICE_AWAY"

    service: str
    retry_after_ms: int = 1000


@dataclass(eq=False, kw_only=True)
class NotServed(HttpRefusal):
    """The service runs in a version that does not know the method yet, as happens during a roll-out."""

    kind, reason, status = Kind.UNAVAILABLE, "NOT_SERVED", 501

    service: str
