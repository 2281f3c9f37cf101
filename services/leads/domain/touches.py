"""Touches (触达): the contacts of a customer who is known already."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.leads.domain.facts import LeadFacts
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A contact that was attached to a lead: everything told, and why it was taken for the same customer.

    `score` goes from 0 to 1; `rules` is the version of the duplicate rules. `withdraw_time` is when it was taken back.
    """

    uuid: UUID
    lead: UUID
    time: datetime
    actor: str
    told: LeadFacts
    score: float
    reasons: tuple[Reason, ...]
    rules: int
    withdraw_time: datetime | None = None
