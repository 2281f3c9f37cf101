"""What happened between a member and a customer (时间线): dated facts, each of a resource, frozen for a verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class FactKind(Enum):
    """What a fact of a timeline tells."""

    ACCOUNT_OWNED = "account_owned"
    REGISTRATION_CREATED = "registration_created"
    REGISTRATION_SUBMITTED = "registration_submitted"
    REGISTRATION_APPROVED = "registration_approved"
    OPPORTUNITY_OPENED = "opportunity_opened"
    FOLLOWED_UP = "followed_up"
    EVIDENCE = "evidence"
    EVIDENCE_NAMED = "evidence_named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dated fact: since when, of which resource.

    `detail` is the state of a registration, or the kind of evidence; `until` is the end of the protection that an
    approved registration gives. Evidence that a claim names is of another opportunity: what it says of this customer
    people judge, and no rule.
    """

    kind: FactKind
    time: datetime
    source: str
    detail: str = ""
    until: datetime | None = None

    def to_mapping(self) -> Mapping[str, object]:
        """The fact as plain data."""
        return {
            "kind": self.kind.value,
            "time": self.time.isoformat(),
            "source": self.source,
            "detail": self.detail,
            "until": self.until.isoformat() if self.until else None,
        }

    @classmethod
    def from_mapping(cls, told: Mapping[str, str | None]) -> "Fact":
        """The fact that was kept as plain data."""
        until = told["until"]
        return cls(
            kind=FactKind(told["kind"]),
            time=datetime.fromisoformat(str(told["time"])),
            source=str(told["source"]),
            detail=str(told["detail"]),
            until=datetime.fromisoformat(until) if until else None,
        )


Timeline = tuple[Fact, ...]


def timeline(facts: Iterable[Fact]) -> Timeline:
    """The facts, each once, in one order whatever order they were found in: the oldest first."""
    return tuple(sorted(set(facts), key=lambda each: (each.time, each.kind.value, each.source, each.detail)))
