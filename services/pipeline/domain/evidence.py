"""What shows that a stage is done: evidence (凭证) by type, and waivers (豁免) where it may be missing for a while."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.money import Money


class EvidenceKind(Enum):
    """The types of evidence."""

    REQUIREMENT_DOCUMENT = "requirement_document"
    QUOTE = "quote"
    MEETING_RECORD = "meeting_record"
    SIGNED_FILE = "signed_file"
    OTHER = "other"


BY_FILE = frozenset({EvidenceKind.REQUIREMENT_DOCUMENT, EvidenceKind.SIGNED_FILE})
LINKABLE = frozenset({"accounts", "contacts", "contracts", "leads", "opportunities", "quotes", "registrations"})


def evidence_name(opportunity: UUID, evidence: UUID) -> str:
    """The resource name of an opportunity's piece of evidence."""
    return f"opportunities/{opportunity}/evidence/{evidence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of evidence: an uploaded file, or the resource name of a linked object, a quote with its products.

    `worth` is what a quote comes to, where it told so.
    """

    uuid: UUID
    kind: EvidenceKind
    file: UUID | None = None
    linked: str = ""
    products: tuple[str, ...] = ()
    note: str = ""
    worth: Money | None = None
    actor: str
    time: datetime

    def must_show_something(self) -> None:
        """Pass for what shows something; raises EvidenceFileMissing, EvidenceEmpty, EvidenceLinkUnknown."""
        if self.file is not None:
            return
        if self.kind in BY_FILE:
            raise EvidenceFileMissing
        told = self.linked or (self.kind is EvidenceKind.MEETING_RECORD and self.note)
        if not told:
            raise EvidenceEmpty
        if self.linked and self.linked.partition("/")[0] not in LINKABLE:
            raise EvidenceLinkUnknown


class WaiverState(Enum):
    """Where a waiver stands."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Leave to pass the gate of one stage until an instant without what it asks for; asked for with a reason."""

    uuid: UUID
    stage: str
    reason: str
    end_time: datetime
    requester: str
    create_time: datetime
    state: WaiverState = WaiverState.REQUESTED

    def holds(self, *, now: datetime) -> bool:
        """Whether it opens the gate now."""
        return self.state is WaiverState.GRANTED and now < self.end_time


@dataclass(eq=False, kw_only=True)
class EvidenceNotFound(Refusal):
    """The opportunity has no such evidence."""

    kind = Kind.NOT_FOUND
    reason = "EVIDENCE_NOT_FOUND"

    evidence: str


@dataclass(eq=False, kw_only=True)
class QuoteIsNoUpload(Refusal):
    """A quote becomes evidence by itself once contracts approved it; nobody uploads one past the approval."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_IS_NO_UPLOAD"


@dataclass(eq=False, kw_only=True)
class EvidenceEmpty(InvalidField):
    """Nothing is shown: evidence is a file or a linked object; the record of a meeting may be its note."""

    reason = "EVIDENCE_EMPTY"

    field: str = "evidence.linked"


@dataclass(eq=False, kw_only=True)
class EvidenceFileMissing(InvalidField):
    """A document of the customer, or a signed paper, is shown by the file itself."""

    reason = "EVIDENCE_FILE_MISSING"

    field: str = "evidence.kind"


@dataclass(eq=False, kw_only=True)
class EvidenceLinkUnknown(InvalidField):
    """The name is of no collection that evidence may point at."""

    reason = "EVIDENCE_LINK_UNKNOWN"

    field: str = "evidence.linked"


@dataclass(eq=False, kw_only=True)
class TooMuchEvidence(Refusal):
    """One opportunity keeps no more evidence than people can look through."""

    kind = Kind.TOO_MANY
    reason = "TOO_MUCH_EVIDENCE"

    most: int


@dataclass(eq=False, kw_only=True)
class WaiverEndOutOfRange(InvalidField):
    """A waiver ends, and soon."""

    reason = "WAIVER_END_OUT_OF_RANGE"

    days: int
    field: str = "waiver.end_date"
