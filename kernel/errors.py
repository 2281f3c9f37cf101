"""The closed list of ways in which the product refuses; every concrete refusal is one of these kinds."""

from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """What went wrong, seen from the caller; `chassis.rpc.statuses` maps each to its status once."""

    INVALID_INPUT = "invalid_input"
    UNAUTHENTICATED = "unauthenticated"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    ALREADY_EXISTS = "already_exists"
    STALE_VERSION = "stale_version"
    REQUEST_IN_PROGRESS = "request_in_progress"
    RULE_VIOLATION = "rule_violation"
    REQUEST_ID_REUSED = "request_id_reused"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    DEADLINE_PASSED = "deadline_passed"
    OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):  # noqa: N818 - the trade's word; every concrete class names what happened
    """The root of every error a caller may see: a kind, a constant reason, and fields that are its metadata.

    A concrete refusal is a small dataclass beside its rule, not frozen because Python sets the traceback of whatever
    is raised. Its text stands in `messages/{zh,en}.toml`
    under its reason, and names its fields in braces.
    """

    kind: ClassVar[Kind]
    reason: ClassVar[str]

    def metadata(self) -> dict[str, str]:
        """The fields of the refusal as texts, for the wire and for the wording."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    def __str__(self) -> str:
        """The reason with its fields, for logs."""
        return f"{self.reason} {self.metadata()}"


@dataclass(eq=False, kw_only=True)
class InvalidField(Refusal):
    """One field of the input is wrong; `field` is its proto path, so that a form can mark it."""

    kind = Kind.INVALID_INPUT
    reason = "FIELD_INVALID"

    field: str


@dataclass(eq=False, kw_only=True)
class FieldNotDate(InvalidField):
    """A day that no calendar has, such as the 30th of February."""

    reason = "FIELD_NOT_DATE"


@dataclass(eq=False, kw_only=True)
class FieldMissing(InvalidField):
    """Nothing is said, or only blanks, where something must be."""

    reason = "FIELD_MISSING"


@dataclass(eq=False, kw_only=True)
class FieldTwice(InvalidField):
    """The same thing is said more than once, so that nobody knows which holds."""

    reason = "FIELD_TWICE"


@dataclass(eq=False, kw_only=True)
class DayOutside(InvalidField):
    """A day before the first or after the last that can be (2026-03-02); an open end is empty."""

    reason = "DAY_OUTSIDE"

    first: date | str = ""
    last: date | str = ""


@dataclass(eq=False, kw_only=True)
class StaleVersion(Refusal):
    """Somebody else changed the record since it was read."""

    kind = Kind.STALE_VERSION
    reason = "STALE_VERSION"

    resource: str


@dataclass(eq=False, kw_only=True)
class NotFound(Refusal):
    """The record does not exist, or the caller may not see it: both look the same from outside."""

    kind = Kind.NOT_FOUND
    reason = "NOT_FOUND"

    resource: str


@dataclass(eq=False, kw_only=True)
class AlreadyExists(Refusal):
    """Another live record holds the same unique value."""

    kind = Kind.ALREADY_EXISTS
    reason = "ALREADY_EXISTS"

    constraint: str


@dataclass(eq=False, kw_only=True)
class RequestIdReused(Refusal):
    """The request id was used before with other content."""

    kind = Kind.REQUEST_ID_REUSED
    reason = "REQUEST_ID_REUSED"

    request_id: str


@dataclass(eq=False, kw_only=True)
class RequestInProgress(Refusal):
    """The same request is being carried out right now."""

    kind = Kind.REQUEST_IN_PROGRESS
    reason = "REQUEST_IN_PROGRESS"

    request_id: str


@dataclass(eq=False, kw_only=True)
class Unauthenticated(Refusal):
    """The caller is not known: no token, or one that does not hold."""

    kind = Kind.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


@dataclass(eq=False, kw_only=True)
class NotAllowed(Refusal):
    """The caller's roles do not grant the permission."""

    kind = Kind.NOT_ALLOWED
    reason = "NOT_ALLOWED"

    permission: str


@dataclass(eq=False, kw_only=True)
class Overloaded(Refusal):
    """No place is free in time; asking again shortly is right."""

    kind = Kind.UNAVAILABLE
    reason = "OVERLOADED"

    retry_after_ms: int = 500


@dataclass(eq=False, kw_only=True)
class DeadlinePassed(Refusal):
    """The caller's time was up before the answer stood."""

    kind = Kind.DEADLINE_PASSED
    reason = "DEADLINE_PASSED"


@dataclass(eq=False, kw_only=True)
class OutcomeUnknown(Refusal):
    """The change may or may not stand; asking again with the same request id tells."""

    kind = Kind.OUTCOME_UNKNOWN
    reason = "OUTCOME_UNKNOWN"
