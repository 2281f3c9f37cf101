"""Giving leads by hand (手动分配): a person decides who works one from now on."""

from dataclasses import dataclass
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.leads.domain.lead import Lead, Ownership
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.pooling import check_not_pooled
from services.leads.domain.response import Timetable
from trade.reasons import Reason


@dataclass(eq=False, kw_only=True)
class LeadOwnerUnknown(InvalidField):
    """The member who is to get the lead is not there or has left."""

    reason = "LEAD_OWNER_UNKNOWN"

    field: str = "owner"


@dataclass(eq=False, kw_only=True)
class LeadCannotBeAssigned(Refusal):
    """Nobody works the lead any more: it is converted, is being converted, or was judged not worth selling to."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_BE_ASSIGNED"

    state: str


# What somebody wrote in his own words.
IN_WORDS = "ASSIGNED_FOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who gets a lead, with his team and region of now, who says so, and why in his words."""

    owner: UUID
    team: UUID | None
    region: UUID | None
    author: str
    words: str = ""

    @property
    def ownership(self) -> Ownership:
        """Who owns the lead afterwards, and what explains it."""
        by_whom = Reason("ASSIGNED_BY_HAND", {"author": self.author})
        reasons = (by_whom, Reason(IN_WORDS, {"words": self.words})) if self.words else (by_whom,)
        return Ownership(owner=self.owner, team=self.team, region=self.region, reasons=reasons)


def handed_over(lead: Lead, handover: Handover, *, timetable: Timetable) -> Change[Lead]:
    """Give an open lead to a member; one who has it already is no event. Raises LeadCannotBeAssigned, LeadInPool."""
    check_not_pooled(lead)
    if lead.state not in OPEN_STATES:
        raise LeadCannotBeAssigned(state=lead.state.value)
    if lead.owner == handover.owner:
        return Change(lead, ())
    return lead.assigned(handover.ownership, timetable=timetable)
