"""Looking at programmes: who is in them, what they got, what would come, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.mail.storage import get_mail, mailed_since, redrive_mail, standings
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.application.nurturing.writing import MailDesk, digest_of_lead
from services.leads.application.reading import READ
from services.leads.domain.nurturing.enrolment import ENDED_BY_HAND, Nurturing
from services.leads.domain.nurturing.step_texts import WrittenStep
from services.leads.domain.nurturing.timing import WEEK
from services.leads.storage import nurturing_mails, nurturings
from services.leads.storage.leads import get_lead
from services.leads.storage.metadata import MAILS
from services.leads.storage.nurturing_mails import StepMail, count_outcomes, count_steps
from services.leads.storage.nurturing_programmes import get_programme
from services.leads.storage.nurturing_segments import WOULD_ENTER, count_entering
from services.leads.storage.nurturings import NURTURING_RECORD
from trade.mail_choices import NOTHING_CHOSEN
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A step as a lead would get it, when, and why then or why not at all."""

    written: WrittenStep
    time: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How many leads of a segment would enter now, and why the others would not."""

    in_segment: int
    would_enter: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """What came of a programme."""

    programme: UUID
    outcomes: Sequence[tuple[str, str, int]]
    steps: Sequence[Mapping[str, int]]


async def preview_step(
    read: Read, *, programme: UUID, number: int, lead: UUID, desk: IntakeDesk, mail: MailDesk
) -> Preview:
    """Whoever sees a lead sees a step as it would get it, and when, if it entered now and nothing held it up.

    Raises NurturingProgrammeNotFound, NurturingStepUnknown and LeadNotFound.
    """
    content = (await get_programme(read, programme)).content
    step, found = content.step(number), await get_lead(read, lead, permission=READ)
    digest = digest_of_lead(found)
    mailed = list((await mailed_since(read, [digest], since=read.now - WEEK))[digest]) if digest else []
    calendar = (await desk.brief(read)).timetable.calendar(found.team)
    time, reasons = read.now, tuple[Reason, ...]()
    for each in range(1, number + 1):
        moment = mail.moment(content, each, since=time, calendar=calendar, mailed=mailed)
        assert moment is not None  # noqa: S101 - the step is there
        time, reasons = moment.time, moment.reasons
        mailed.append(time)
    standing = (await standings(read, [digest])).get(digest, NOTHING_CHOSEN) if digest else NOTHING_CHOSEN
    if not digest:
        reasons = (Reason("NURTURING_LEFT_OUT_NO_ADDRESS"), *reasons)
    elif standing.refusal is not None:
        reasons = (Reason(left_out_by(standing.refusal.name)), *reasons)
    return Preview(written=mail.preview(found, step, language=content.language), time=time, reasons=reasons)


def left_out_by(refusal: str) -> str:
    """The reason a lead is left out for by what its address chose; to choose nothing is to give no consent."""
    return f"NURTURING_LEFT_OUT_{'NO_CONSENT' if refusal == 'CONSENTED' else refusal}"


async def rehearse_programme(read: Read, *, uuid: UUID) -> Rehearsal:
    """How many leads would enter if it ran now, whoever's they are; nothing is written.

    Raises NurturingProgrammeNotFound.
    """
    counted = dict(await count_entering(read, await get_programme(read, uuid)))
    total = sum(counted.values())
    return Rehearsal(in_segment=total, would_enter=counted.pop(WOULD_ENTER, 0), left_out=counted)


async def read_funnel(read: Read, *, uuid: UUID) -> Funnel:
    """What came of a programme, whoever's leads it mailed. Raises NurturingProgrammeNotFound."""
    await get_programme(read, uuid)
    return Funnel(programme=uuid, outcomes=await count_outcomes(read, uuid), steps=await count_steps(read, uuid))


async def get_nurturing(read: Read, *, uuid: UUID) -> Nurturing:
    """A lead in a programme shows itself to those who see the lead. Raises LeadNurturingNotFound."""
    return await nurturings.get_nurturing(read, uuid, permission=READ)


async def list_nurturings(read: Read, *, wanted: PageRequest) -> Page[Nurturing]:
    """Leads in programmes, as far as the reader sees the leads."""
    return await nurturings.list_page(read, wanted, permission=READ)


async def end_nurturing(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Nurturing:
    """Whoever may change a lead takes it out of a programme. Raises LeadNurturingNotFound and StaleVersion."""
    nurturing = await nurturings.get_nurturing(work, uuid, permission=WRITE)
    if seen is not None and nurturing.version != seen:
        raise StaleVersion(resource=nurturing.name)
    change = nurturing.ended(ENDED_BY_HAND, now=work.now)
    return work.save(NURTURING_RECORD, change) if change.events else nurturing


async def list_mails(read: Read, *, wanted: PageRequest) -> Page[StepMail]:
    """The mails of programmes, as far as the reader sees the leads."""
    return await nurturing_mails.list_page(read, wanted, permission=READ)


async def resend_mail(work: UnitOfWork, *, uuid: UUID) -> StepMail:
    """Whoever may change a lead sends its mail again that was given up, or of which nobody knows.

    Raises MailNotFound and MailCannotBeSentAgain.
    """
    await nurturing_mails.get_step_mail(work, uuid, permission=WRITE)
    await redrive_mail(work, MAILS, await get_mail(work, uuid))
    work.note(action="send mail again", resource=f"nurturingMails/{uuid}", details={})
    return await nurturing_mails.get_step_mail(work, uuid, permission=WRITE)
