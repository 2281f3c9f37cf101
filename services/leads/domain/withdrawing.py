"""Taking leads and contacts back that should never have been taken in (撤回)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead, changed_fields
from services.leads.domain.lead_state import LeadState


@dataclass(eq=False, kw_only=True)
class LeadTakenBack(Refusal):
    """The lead was taken back with the import that made it; nothing is done with it any more."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_TAKEN_BACK"

    lead: str


@dataclass(frozen=True, slots=True)
class LeadWithdrawn:
    """The lead was taken back: it counts as if it had never been told."""


@dataclass(frozen=True, slots=True)
class LeadTouchesWithdrawn:
    """Contacts of the customer were taken back, and what they had changed."""

    touches: tuple[UUID, ...]
    changed_fields: tuple[str, ...]


def check_not_withdrawn(lead: Lead) -> None:
    """Pass for a lead that was not taken back; raises LeadTakenBack."""
    if lead.state is LeadState.WITHDRAWN:
        raise LeadTakenBack(lead=f"leads/{lead.uuid}")


def withdrawn(lead: Lead, *, now: datetime) -> Change[Lead]:
    """The lead keeps everything it is, and is neither worked nor found any more."""
    following = replace(lead, state=LeadState.WITHDRAWN, resembles=(), update_time=now)
    return Change(following, (LeadWithdrawn(),))


def touches_withdrawn(lead: Lead, *, touches: Sequence[UUID], facts: LeadFacts, now: datetime) -> Change[Lead]:
    """The lead without contacts that were attached to it; `facts` are those it has without them."""
    following = replace(lead, facts=facts, touch_count=lead.touch_count - len(touches), update_time=now)
    return Change(following, (LeadTouchesWithdrawn(tuple(touches), changed_fields(lead.facts, facts)),))
