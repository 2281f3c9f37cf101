"""Erasing a person from the mails he got, and from what he chose."""

from chassis.mail.storage import digests_about, forget_mails
from chassis.work import UnitOfWork
from services.leads.application.nurturing.writing import digest_of_lead
from services.leads.domain.lead import Lead
from services.leads.storage.metadata import MAILS


async def forget_mails_of(work: UnitOfWork, lead: Lead) -> None:
    """Mails to the person hold neither him nor their words any more, and what waits is not sent.

    Every address that he had is forgotten as one that agreed, and stays one that refused: what was promised to whoever
    unsubscribed holds when he comes again.
    """
    about = f"leads/{lead.uuid}"
    digests = {digest_of_lead(lead), *await digests_about(work, MAILS, about)} - {""}
    await forget_mails(work, about=about, digests=digests)
