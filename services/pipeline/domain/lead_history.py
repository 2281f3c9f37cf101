"""What had happened to a lead before it came over (线索历史), as its service told it; nothing here changes it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID


class Happening(Enum):
    """What happened to a lead."""

    FIRST_CONTACT = "first_contact"
    TOUCHED = "touched"
    ASSIGNED = "assigned"
    GRADED = "graded"
    FOLLOWED_UP = "followed_up"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReason:
    """A reason of leads, in the words of leads."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadHistoryEntry:
    """One thing that happened to a lead; `actor` is empty where nobody in particular did it."""

    lead: UUID
    happening: Happening
    time: datetime
    actor: str = ""
    channel: UUID | None = None
    campaign: UUID | None = None
    need: str = ""
    owner: UUID | None = None
    grade: str = ""
    reasons: tuple[ToldReason, ...] = ()

    def without_words(self) -> "LeadHistoryEntry":
        """What is left when its person is erased: that it happened, when, to whom, and the grade."""
        return replace(self, need="", reasons=())
