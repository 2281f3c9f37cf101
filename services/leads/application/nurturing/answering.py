"""What whoever got a mail does with it: he opens it, follows a link, or ends it."""

from uuid import UUID

from chassis.mail.storage import get_mail
from chassis.mail.tokens import MailLink
from chassis.work import UnitOfWork
from services.leads.application.behaviours import ToldBehaviour, tell_behaviours
from services.leads.application.intake import IntakeDesk
from services.leads.application.nurturing.consenting import unsubscribe_address
from services.leads.domain.behaviours import BehaviourKind
from services.leads.domain.nurturing.programme import Link
from services.leads.storage.nurturing_mails import StepMail, mark, step_mail_by_itself
from services.leads.storage.nurturing_programmes import content_of

_MINUTE = 60


async def unsubscribe_by_mail(work: UnitOfWork, *, mail: UUID) -> None:
    """Whoever got a mail ends them all: the address it went to is mailed no more, from this moment on."""
    sent = await get_mail(work, mail)
    await unsubscribe_address(work, digest=sent.digest, source=f"mails/{mail}")
    await mark(work, mail, "unsubscribe_time")


async def open_mail(work: UnitOfWork, *, mail: UUID, desk: IntakeDesk) -> None:
    """A mail whose picture is shown was opened; told once, as behaviour of the lead."""
    step = await step_mail_by_itself(work, mail)
    if step is None or not await _is_known(work, mail):
        return
    if await mark(work, mail, "open_time"):
        asset = f"nurturingProgrammes/{step.programme}/steps/{step.step}"
        await _tell(work, step, BehaviourKind.MAIL_OPEN, asset=asset, event_id=f"{mail}/open", desk=desk)


async def follow_link(work: UnitOfWork, *, link: MailLink, desk: IntakeDesk) -> str:
    """A link of a mail leads to the content its step names, and nowhere else; empty where it names none.

    It counts as a click, of one link once a minute.
    """
    step = await step_mail_by_itself(work, link.mail)
    content = await _linked(work, step, link.place) if step else None
    if step is None or content is None:
        return ""
    if await _is_known(work, link.mail):
        await mark(work, link.mail, "click_time")
        minute = int(work.now.timestamp()) // _MINUTE
        event_id = f"{link.mail}/{link.place}/{minute}"
        await _tell(work, step, BehaviourKind.CLICK, asset=content.url, event_id=event_id, desk=desk)
    return content.url


async def _linked(work: UnitOfWork, step: StepMail, place: int) -> Link | None:
    content = await content_of(work, step.programme, step.content_version)
    links = content.step(step.step).links
    return links[place] if place < len(links) else None


async def _is_known(work: UnitOfWork, mail: UUID) -> bool:
    """Whether it is known to whom it went: of an erased person nothing is counted any more."""
    return bool((await get_mail(work, mail)).order.address)


async def _tell(
    work: UnitOfWork, step: StepMail, kind: BehaviourKind, *, asset: str, event_id: str, desk: IntakeDesk
) -> None:
    told = ToldBehaviour(lead=step.lead, kind=kind, time=work.now, asset=asset[:200], campaign=None, event_id=event_id)
    await tell_behaviours(work, told=[told], desk=desk)
