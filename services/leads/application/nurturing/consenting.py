"""What people choose about mail to the address of a lead (营销同意, 退订)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.mail.storage import choose, standings
from chassis.work import Read, UnitOfWork
from services.leads.application.capture import WRITE
from services.leads.application.nurturing.writing import digest_of_lead
from services.leads.application.reading import READ
from services.leads.domain.lead import Lead
from services.leads.domain.nurturing.enrolment import LeadWithoutMailbox
from services.leads.storage.leads import get_lead
from services.leads.storage.metadata import MAIL_CHOICES
from services.leads.storage.nurturings import NURTURING_RECORD, active_of
from trade.mail_choices import NOTHING_CHOSEN, Choice, ChoiceKind, Standing, digest_of
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStanding:
    """Where the address of a lead stands; a lead without one has none."""

    lead: UUID
    has_address: bool
    standing: Standing


async def get_standing(read: Read, *, lead: UUID) -> LeadStanding:
    """Whether a lead may be mailed shows itself to those who see the lead. Raises LeadNotFound."""
    return await _standing(read, await get_lead(read, lead, permission=READ))


async def record_consent(work: UnitOfWork, *, lead: UUID, evidence: str) -> LeadStanding:
    """Whoever may change a lead keeps that its person agreed, and how that can be shown.

    It holds for the address and not for the lead. Raises LeadNotFound and LeadWithoutMailbox.
    """
    found = await get_lead(work, lead, permission=WRITE)
    digest = _digest(found)
    choice = Choice(kind=ChoiceKind.CONSENTED, time=work.now, source=work.principal.subject, evidence=evidence)
    choose(work, MAIL_CHOICES, digest=digest, choice=choice, about=f"leads/{lead}")
    work.note(action="record mail consent", resource=f"leads/{lead}", details={})
    await work.flush()
    return await _standing(work, found)


async def withdraw_consent(work: UnitOfWork, *, lead: UUID) -> LeadStanding:
    """Whoever may change a lead keeps that its person wants no more mails: what is under way to the address ends.

    Raises LeadNotFound and LeadWithoutMailbox.
    """
    found = await get_lead(work, lead, permission=WRITE)
    await unsubscribe_address(work, digest=_digest(found), source=work.principal.subject)
    work.note(action="withdraw mail consent", resource=f"leads/{lead}", details={})
    await work.flush()
    return await _standing(work, found)


async def unsubscribe_address(work: UnitOfWork, *, digest: str, source: str) -> None:
    """An address is mailed no more, whichever leads it stands in; once more changes nothing.

    It waits for no sweep: what one holds at this moment it finds over within a minute, and mails nothing meanwhile.
    """
    await work.begin()
    under_way = await active_of(work, [digest])
    standing = (await standings(work, [digest]))[digest]
    if standing.refusal is not ChoiceKind.UNSUBSCRIBED:
        choose(
            work,
            MAIL_CHOICES,
            digest=digest,
            choice=Choice(kind=ChoiceKind.UNSUBSCRIBED, time=work.now, source=source),
        )
    for nurturing in under_way:
        why = Reason("NURTURING_ENDED_UNSUBSCRIBED")
        work.save(NURTURING_RECORD, nurturing.ended(why, now=work.now))


def keep_form_consent(work: UnitOfWork, *, address: str, channel: UUID | None, lead: UUID) -> None:
    """A visitor agreed to be mailed at the address he entered; one that is none is mailed nothing."""
    digest = digest_of(address)
    if digest:
        choice = Choice(kind=ChoiceKind.CONSENTED, time=work.now, source=f"channels/{channel}")
        choose(work, MAIL_CHOICES, digest=digest, choice=choice, about=f"leads/{lead}")


def _digest(lead: Lead) -> str:
    digest = digest_of_lead(lead)
    if not digest:
        raise LeadWithoutMailbox
    return digest


async def _standing(read: Read, lead: Lead) -> LeadStanding:
    digest = digest_of_lead(lead)
    standing = (await standings(read, [digest]))[digest] if digest else NOTHING_CHOSEN
    return LeadStanding(lead=lead.uuid, has_address=bool(digest), standing=standing)
