"""Rule sets (规则集): what administrators edit, every version of it kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.events import Change


class RuleKind(Enum):
    """What a rule set decides."""

    GRADE = "grade"
    ASSIGNMENT = "assignment"
    DUPLICATES = "duplicates"


# One rule set of each kind exists; its identity is fixed, so that every installation names it the same.
RULE_SET_IDS: Mapping[RuleKind, UUID] = {
    RuleKind.GRADE: UUID("00000000-0000-7000-8000-000000000001"),
    RuleKind.ASSIGNMENT: UUID("00000000-0000-7000-8000-000000000002"),
    RuleKind.DUPLICATES: UUID("00000000-0000-7000-8000-000000000003"),
}


@dataclass(frozen=True, slots=True)
class RuleSetChanged:
    """Administrators gave a rule set a new body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules in force for one kind of decision; version 0 is what the product ships with."""

    kind: RuleKind
    version: int = 0
    body: Mapping[str, object]
    author: str = ""
    update_time: datetime | None = None

    @property
    def uuid(self) -> UUID:
        """The fixed identity of the set of this kind."""
        return RULE_SET_IDS[self.kind]

    def rewritten(self, *, body: Mapping[str, object], author: str, now: datetime) -> Change["RuleSet"]:
        """Put a new body in force; the old one stays readable under its version."""
        return Change(replace(self, body=body, author=author, update_time=now), (RuleSetChanged(),))
