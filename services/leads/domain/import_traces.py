"""What the rows of a file left behind (导入痕迹): enough to undo each, and no word of the file itself."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import blake2b
from uuid import UUID

from services.leads.domain.facts import LeadFacts, Urgency
from trade.budget import Budget

_MARK_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """The signs of wanting to buy: all that a row can change of a lead that was known before."""

    urgency: Urgency
    budget: Budget
    demo_request_time: datetime | None

    def laid_over(self, facts: LeadFacts) -> LeadFacts:
        """The facts with these signs."""
        return replace(facts, urgency=self.urgency, budget=self.budget, demo_request_time=self.demo_request_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTrace:
    """What one row left behind: a lead it made, or a `touch` of a known one with its signs before and after.

    `mark` tells the facts of the lead after the row from others.
    """

    lead: UUID
    mark: str
    touch: UUID | None = None
    before: Signs | None = None
    after: Signs | None = None


def signs_of(facts: LeadFacts) -> Signs:
    """The signs of wanting to buy among the facts."""
    return Signs(urgency=facts.urgency, budget=facts.budget, demo_request_time=facts.demo_request_time)


def trace_of(after: LeadFacts, *, lead: UUID, touch: UUID | None, before: LeadFacts | None) -> LeadTrace:
    """What a row left behind that made a lead, or that was attached to one with these facts `before`."""
    if before is None:
        return LeadTrace(lead=lead, mark=mark_of(after))
    return LeadTrace(lead=lead, mark=mark_of(after), touch=touch, before=signs_of(before), after=signs_of(after))


def mark_of(facts: LeadFacts) -> str:
    """Tells facts from others, however they were stored and read again.

    The region is left out: a lead without one gets that of its owner by itself.
    """
    told = [(each.name, _plain(getattr(facts, each.name))) for each in fields(LeadFacts) if each.name != "region"]
    return blake2b(repr(told).encode(), digest_size=_MARK_BYTES).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return sorted(value.items())
    return list(value) if isinstance(value, tuple) else value
