"""What first-response clocks came to, as people are told of it (提醒)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from services.leads.domain.lead import Grade


class NoticeKind(Enum):
    """What a clock came to."""

    WARNED = "warned"
    MISSED = "missed"
    ESCALATED = "escalated"
    REASSIGNED = "reassigned"
    STUCK = "stuck"
    ANSWERED = "answered"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseNotice:
    """One thing a clock came to, with the lead's owner, grade and deadline then; `told` are resource names."""

    uuid: UUID
    lead: UUID
    kind: NoticeKind
    time: datetime
    told: tuple[str, ...]
    owner: UUID | None
    grade: Grade
    due: datetime | None
    minutes: int
    follow_up: UUID | None
