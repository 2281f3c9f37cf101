"""Grading against the rules (人工评级)."""

from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import WRITE, graded
from services.leads.application.intake import IntakeDesk
from services.leads.domain.lead import Grade, GradeOverride, Lead
from services.leads.storage.leads import RECORD, get_lead


async def override_grade(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, grade: Grade, reason: str, desk: IntakeDesk
) -> Lead:
    """A person who may change the lead gives it a grade and says why; it stays until somebody clears it.

    Raises LeadNotFound, and StaleVersion for a version `seen` that is not the present one.
    """
    lead = await _seen_lead(work, uuid, seen)
    override = GradeOverride(
        grade=grade,
        reason=reason,
        author=work.principal.subject,
        author_name=work.principal.display_name or work.principal.subject,
        time=work.now,
    )
    return await _graded(work, lead.overridden(override), desk)


async def clear_override(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: IntakeDesk) -> Lead:
    """The lead gets the grade of the rules again. Raises LeadNotFound, LeadGradeNotOverridden and StaleVersion."""
    lead = await _seen_lead(work, uuid, seen)
    return await _graded(work, lead.without_override(), desk)


async def _seen_lead(work: UnitOfWork, uuid: UUID, seen: int | None) -> Lead:
    lead = await get_lead(work, uuid, permission=WRITE)
    if seen is not None and lead.version != seen:
        raise StaleVersion(resource=f"leads/{uuid}")
    return lead


async def _graded(work: UnitOfWork, lead: Lead, desk: IntakeDesk) -> Lead:
    """Saved with what the rules say now; the same person saying the same again changes nothing."""
    briefing = await desk.brief(work)
    change = graded(briefing, lead, briefing.rules.kind_of(lead.facts.channel))
    return work.save(RECORD, change) if change.events else lead
