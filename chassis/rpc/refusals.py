"""What the boundary itself refuses."""

from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that breaks a rule of the contract: its proto path and the rule's id."""

    field: str
    rule: str
    message: str


@dataclass(eq=False, kw_only=True)
class InvalidRequest(Refusal):
    """The request breaks rules of its contract."""

    kind = Kind.INVALID_INPUT
    reason = "REQUEST_INVALID"

    violations: tuple[Violation, ...]

    def metadata(self) -> dict[str, str]:
        """Nothing: the fields stand in the details of the status."""
        return {}


@dataclass(eq=False, kw_only=True)
class NotHereYet(Refusal):
    """What the caller wrote elsewhere, and this write builds upon, has not come here in time; ask again shortly."""

    kind = Kind.UNAVAILABLE
    reason = "NOT_HERE_YET"

    retry_after_ms: int = 1000


@dataclass(eq=False, kw_only=True)
class UnstorableText(Refusal):
    """A text holds a character no database text can hold (U+0000)."""

    kind = Kind.INVALID_INPUT
    reason = "TEXT_UNSTORABLE"


@dataclass(eq=False, kw_only=True)
class FieldHidden(Refusal):
    """The caller may not see the field, and so cannot filter, sort, search or change by it."""

    kind = Kind.NOT_ALLOWED
    reason = "FIELD_HIDDEN"

    field: str
    permission: str


def field_violations(refusal: Refusal) -> tuple[Violation, ...]:
    """The fields a refusal is about."""
    if isinstance(refusal, InvalidRequest):
        return refusal.violations
    fields = getattr(refusal, "fields", None)
    if refusal.kind is Kind.INVALID_INPUT and isinstance(fields, tuple):
        # Each has words of its own under `REASON.field`, where the texts have them.
        return tuple(Violation(each, f"{refusal.reason}.{each.rpartition('.')[2]}", refusal.reason) for each in fields)
    field = getattr(refusal, "field", None)
    if isinstance(refusal, InvalidField) or (refusal.kind is Kind.INVALID_INPUT and isinstance(field, str)):
        return (Violation(str(field), refusal.reason, ""),)
    return ()
