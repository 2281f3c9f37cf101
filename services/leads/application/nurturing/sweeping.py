"""What programmes do by themselves: leads enter, steps are mailed, and what is over ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.mail.storage import mailed_since, order_mail
from chassis.work import UnitOfWork
from kernel.events import Change
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.nurturing.surroundings import Surroundings, surroundings_of
from services.leads.application.nurturing.writing import MailDesk, digest_of_lead, digests_of
from services.leads.domain.lead import Lead
from services.leads.domain.nurturing.enrolment import Nurturing, enter, is_held
from services.leads.domain.nurturing.programme import Programme
from services.leads.domain.nurturing.timing import WEEK, Moment, send_moment
from services.leads.storage.metadata import MAILS
from services.leads.storage.nurturing_mails import write_step_mail
from services.leads.storage.nurturing_programmes import active_programmes
from services.leads.storage.nurturing_segments import leads_to_enter
from services.leads.storage.nurturings import NURTURING_RECORD, take_due, take_over
from trade.reasons import Reason

ENTER, STEP, END = "enter nurturings", "mail nurturing steps", "end nurturings"
ENTER_ALL = "enter nurturings from the whole stock"
AT_ONCE = 100
# How long a change of a lead, a consent or a programme is looked at anew; longer than any sweep is late.
RECENT = timedelta(minutes=10)
# How soon it is looked again at a lead that pipeline is being asked about.
HELD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Nursery:
    """What the sweeps of programmes work with."""

    desk: IntakeDesk
    mail: MailDesk


async def enter_leads(work: UnitOfWork, *, nursery: Nursery, whole: bool = False) -> int:
    """Open leads of a running programme's segment enter it, where their address allows it; how many did.

    Those that changed or agreed of late; of a programme that changed of late, or where the `whole` stock is looked at,
    all: time alone may bring a lead into a segment, and ends the pause before it may enter again. One of each address
    at the most: whoever comes second at the same moment meets the key of the table.
    """
    entered = 0
    for programme in await active_programmes(work):
        since = None if whole or programme.update_time > work.now - RECENT else work.now - RECENT
        leads = await leads_to_enter(work, programme, most=AT_ONCE, since=since)
        if leads:
            await _enter(work, nursery, programme, leads)
        entered += len(leads)
    return entered


async def _enter(work: UnitOfWork, nursery: Nursery, programme: Programme, leads: Sequence[Lead]) -> None:
    briefing = await nursery.desk.brief(work)
    digests = digests_of({lead.uuid: lead for lead in leads})
    mailed = await mailed_since(work, digests, since=work.now - WEEK)
    for lead in leads:
        digest = digest_of_lead(lead)
        calendar = briefing.timetable.calendar(lead.team)
        first = nursery.mail.moment(programme.content, 1, since=work.now, calendar=calendar, mailed=mailed[digest])
        assert first is not None  # noqa: S101 - a programme that runs has a step
        change = enter(lead, programme, uuid=work.new_id(), digest=digest, first=first, now=work.now)
        work.save(NURTURING_RECORD, change)


async def mail_steps(work: UnitOfWork, *, nursery: Nursery) -> int:
    """Every step whose time has come is mailed, a few at a time; how many were looked at.

    They are held, and the step is kept in the transaction that orders its mail: whoever else sweeps, and whatever dies,
    each is ordered once.
    """
    await work.begin()
    due = await take_due(work, most=AT_ONCE)
    if due:
        briefing, around = await nursery.desk.brief(work), await surroundings_of(work, due)
        for nurturing in due:
            change = _next(work, nursery, briefing, around, nurturing)
            if change.events:
                work.save(NURTURING_RECORD, change)
    return len(due)


def _next(
    work: UnitOfWork, nursery: Nursery, briefing: Briefing, around: Surroundings, nurturing: Nurturing
) -> Change[Nurturing]:
    """What comes of a step that is due: an end, a later time, or a mail."""
    why = around.why_to_end(nurturing)
    if why is not None:
        return nurturing.ended(why, now=work.now)
    lead = around.lead(nurturing)
    if is_held(lead):
        return nurturing.put_off(Moment(time=work.now + HELD, reasons=(Reason("NURTURING_CONVERTING"),)))
    calendar, mailed = briefing.timetable.calendar(lead.team), around.mailed[nurturing.digest]
    now = send_moment(work.now, calendar=calendar, mailed=mailed, most_a_week=nursery.mail.most_a_week)
    if now.time > work.now:
        return nurturing.put_off(now)
    mail = _order(work, nursery, around, nurturing)
    mailed.append(work.now)
    following = nursery.mail.moment(
        around.content(nurturing), nurturing.steps_taken + 2, since=work.now, calendar=calendar, mailed=mailed
    )
    return nurturing.stepped(mail, following=following, now=work.now)


def _order(work: UnitOfWork, nursery: Nursery, around: Surroundings, nurturing: Nurturing) -> UUID:
    number, content, lead = nurturing.steps_taken + 1, around.content(nurturing), around.lead(nurturing)
    step = content.step(number)
    mail = order_mail(work, MAILS, lambda mail: nursery.mail.order(mail, lead, step, language=content.language))
    write_step_mail(work, mail, nurturing, step=number)
    return mail


async def end_nurturings(work: UnitOfWork, *, nursery: Nursery) -> int:
    """What always ends a programme for a lead ends it soon, and not only at the next step; how many ended."""
    del nursery
    await work.begin()
    over = await take_over(work, most=AT_ONCE)
    around = await surroundings_of(work, over)
    ended = 0
    for nurturing in over:
        why = around.why_to_end(nurturing)
        if why is not None:
            work.save(NURTURING_RECORD, nurturing.ended(why, now=work.now))
            ended += 1
    return ended
