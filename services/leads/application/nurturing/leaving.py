"""Whether a mail of a programme is still to go when its turn comes."""

from chassis.mail import Mail
from chassis.mail.sending import Leave
from chassis.work import UnitOfWork
from services.leads.application.intake import IntakeDesk
from services.leads.application.nurturing.surroundings import surroundings_of
from services.leads.application.nurturing.sweeping import HELD
from services.leads.domain.nurturing.enrolment import NurturingState, is_held
from services.leads.domain.nurturing.programme import ProgrammeState
from services.leads.domain.nurturing.timing import next_working_instant
from services.leads.storage.nurturing_mails import step_mail_by_itself
from services.leads.storage.nurturing_programmes import get_programme
from services.leads.storage.nurturings import nurturing_by_itself


async def leave_for(work: UnitOfWork, *, mail: Mail, desk: IntakeDesk) -> Leave:
    """A mail goes unless something ended it since it was ordered; it waits out quiet hours, pauses and conversions.

    That holds for every try: what a server did not take in the evening goes in the morning, if it is still wanted.
    """
    step = await step_mail_by_itself(work, mail.uuid)
    nurturing = await nurturing_by_itself(work, step.nurturing) if step else None
    if nurturing is None:
        return Leave(never="NURTURING_ENDED_BY_HAND")
    around = await surroundings_of(work, [nurturing])
    why = around.why_to_end(nurturing)
    if why is not None:
        return Leave(never=why.code)
    if nurturing.state is NurturingState.ENDED:
        return Leave(never=nurturing.reasons[0].code)
    programme = await get_programme(work, nurturing.programme)
    lead = around.lead(nurturing)
    if is_held(lead) or programme.state is not ProgrammeState.ACTIVE:
        return Leave(later=work.now + HELD)
    calendar = (await desk.brief(work)).timetable.calendar(lead.team)
    opening = next_working_instant(calendar, work.now)
    return Leave(later=opening) if opening > work.now else Leave()
