"""Grades that people give against the rules (人工评级): they stay until somebody clears them."""

from dataclasses import dataclass, replace

from kernel.errors import Kind, Refusal
from services.leads.domain.lead import GradeOverride, Lead
from services.leads.domain.lead_state import OPEN_STATES


@dataclass(eq=False, kw_only=True)
class LeadCannotBeGraded(Refusal):
    """Nobody works the lead any more: it is converted, is being converted, or was judged not worth selling to."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_BE_GRADED"

    state: str


@dataclass(eq=False, kw_only=True)
class LeadGradeNotOverridden(Refusal):
    """The lead has the grade the rules give it; there is nothing to clear."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_GRADE_NOT_OVERRIDDEN"

    lead: str


def overridden(lead: Lead, override: GradeOverride) -> Lead:
    """An open lead with a person's grade, still to be graded; raises LeadCannotBeGraded."""
    _check_open(lead)
    return replace(lead, grade_override=override)


def without_override(lead: Lead) -> Lead:
    """An open lead as the rules are to grade it; raises LeadCannotBeGraded and LeadGradeNotOverridden."""
    _check_open(lead)
    if lead.grade_override is None:
        raise LeadGradeNotOverridden(lead=f"leads/{lead.uuid}")
    return replace(lead, grade_override=None)


def _check_open(lead: Lead) -> None:
    if lead.state not in OPEN_STATES:
        raise LeadCannotBeGraded(state=lead.state.value)
