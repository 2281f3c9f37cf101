"""Grading against the rules (人工评级)."""

from uuid import UUID

from chassis.work import UnitOfWork
from services.leads.application.capture import as_answered, graded
from services.leads.application.intake import IntakeDesk
from services.leads.application.writing import lead_to_write
from services.leads.domain.lead import Grade, GradeOverride, Lead
from services.leads.domain.overriding import overridden, without_override
from services.leads.storage.lead_history import keep


async def override_grade(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, grade: Grade, reason: str, desk: IntakeDesk
) -> Lead:
    """A person who may change the lead gives it a grade and says why; it stays until somebody clears it.

    Raises LeadNotFound, LeadCannotBeGraded, and StaleVersion for a version `seen` that is not the present one.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    override = GradeOverride(
        grade=grade,
        reason=reason,
        author=work.principal.subject,
        author_name=work.principal.display_name or work.principal.subject,
        time=work.now,
    )
    return await _graded(work, overridden(lead, override), desk)


async def clear_override(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: IntakeDesk) -> Lead:
    """The lead gets the grade of the rules again.

    Raises LeadNotFound, LeadCannotBeGraded, LeadGradeNotOverridden and StaleVersion.
    """
    lead = await lead_to_write(work, uuid=uuid, seen=seen)
    return await _graded(work, without_override(lead), desk)


async def _graded(work: UnitOfWork, lead: Lead, desk: IntakeDesk) -> Lead:
    """Saved with what the rules say now; the same person saying the same again changes nothing."""
    briefing = await desk.brief(work)
    change = graded(briefing, lead, briefing.rules.kind_of(lead.facts.channel))
    return await as_answered(work, keep(work, change) if change.events else lead)
