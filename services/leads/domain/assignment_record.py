"""What the ledger keeps of a decision about a lead's owner (分配记录)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.leads.domain.assignment import Weighed
from services.leads.domain.board import PassedOver
from services.leads.domain.lead import Grade
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One decision about a lead's owner: everything it was made from."""

    time: datetime
    member: UUID | None
    rules: int
    grade: Grade
    region: UUID | None
    skill: str
    reasons: tuple[Reason, ...]
    candidates: tuple[Weighed, ...]
    others: Mapping[PassedOver, int]
