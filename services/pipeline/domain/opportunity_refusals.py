"""What opportunities refuse, and why."""

from dataclasses import dataclass

from kernel.errors import Kind, Refusal


@dataclass(eq=False, kw_only=True)
class OpportunityNotFound(Refusal):
    """There is no such opportunity, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "OPPORTUNITY_NOT_FOUND"

    opportunity: str


@dataclass(eq=False, kw_only=True)
class OpportunityCannotMove(Refusal):
    """What was asked does not go from the state it is in."""

    kind = Kind.RULE_VIOLATION
    reason = "OPPORTUNITY_CANNOT_MOVE"

    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class OpportunityConflictNotFound(Refusal):
    """There is no such conflict, or the caller does not see its opportunity."""

    kind = Kind.NOT_FOUND
    reason = "OPPORTUNITY_CONFLICT_NOT_FOUND"

    opportunity_conflict: str


@dataclass(eq=False, kw_only=True)
class OpportunityConflictClosed(Refusal):
    """Somebody was done with it before."""

    kind = Kind.RULE_VIOLATION
    reason = "OPPORTUNITY_CONFLICT_CLOSED"

    opportunity_conflict: str


@dataclass(eq=False, kw_only=True)
class OpportunityClosed(Refusal):
    """It is won or lost: what it was worth and when it was to close are facts now; reopen a lost one to change them."""

    kind = Kind.RULE_VIOLATION
    reason = "OPPORTUNITY_CLOSED"

    field: str
    state: str
