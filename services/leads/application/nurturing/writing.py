"""Writing a step for a lead: its texts, its links, and the moment it may leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.mail import MailOrder, MailSettings
from chassis.mail.tokens import LinkKind, mail_token
from chassis.texts import Texts
from services.leads.domain.lead import Lead
from services.leads.domain.nurturing.programme import Content, Step
from services.leads.domain.nurturing.step_texts import MailLinks, WrittenStep, write_step
from services.leads.domain.nurturing.timing import Moment, send_moment
from trade.mail_choices import digest_of, mailbox_of
from trade.work_calendar import WorkCalendar

PURPOSE = "nurturing"
# Where links of a preview lead: nothing is counted, nobody is unsubscribed.
_NOWHERE = "https://example.invalid/"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDesk:
    """What mails of programmes are made with: settings, the key of their links, words, and the cap of a week."""

    settings: MailSettings
    key: bytes
    texts: Texts
    most_a_week: int

    def links(self, mail: UUID, step: Step) -> MailLinks:
        """The links of one mail, each with its own token."""
        site = f"{self.settings.public_url}/v1"
        return MailLinks(
            content={
                link.key: f"{site}/mailLinks/{mail_token(self.key, mail, LinkKind.CONTENT, place=place)}"
                for place, link in enumerate(step.links)
            },
            unsubscribe=f"{site}/unsubscriptions/{mail_token(self.key, mail, LinkKind.UNSUBSCRIBE)}",
            picture=f"{site}/mailPixels/{mail_token(self.key, mail, LinkKind.PICTURE)}",
        )

    def footer(self, language: str) -> str:
        """What the line says by which it is ended."""
        return self.texts.render("NURTURING_UNSUBSCRIBE_LINE", {}, language)

    def order(self, mail: UUID, lead: Lead, step: Step, *, language: str) -> MailOrder:
        """The mail of a step to a lead."""
        links = self.links(mail, step)
        written = self._written(lead, step, links, language)
        return MailOrder(
            purpose=PURPOSE,
            about=f"leads/{lead.uuid}",
            address=address_of(lead),
            subject=written.subject,
            text=written.text,
            html=written.html,
            unsubscribe_url=links.unsubscribe,
        )

    def preview(self, lead: Lead, step: Step, *, language: str) -> WrittenStep:
        """The same as it would read; its links lead nowhere."""
        content = {link.key: link.url for link in step.links}
        return self._written(lead, step, MailLinks(content=content, unsubscribe=_NOWHERE), language)

    def _written(self, lead: Lead, step: Step, links: MailLinks, language: str) -> WrittenStep:
        return write_step(
            subject=step.subject,
            text=step.text,
            html_text=step.html,
            facts=lead.facts,
            links=links,
            footer=self.footer(language),
        )

    def moment(
        self, content: Content, number: int, *, since: datetime, calendar: WorkCalendar, mailed: Sequence[datetime]
    ) -> Moment | None:
        """When the step of a number may leave that counts from then; None behind the last."""
        if number > len(content.steps):
            return None
        wanted = content.step(number).delay.after(since, calendar=calendar)
        return send_moment(wanted, calendar=calendar, mailed=mailed, most_a_week=self.most_a_week)


def address_of(lead: Lead) -> str:
    """Where a lead is mailed: as its address is written, or in its one form where more than it is written."""
    return mailbox_of(lead.facts.email) or lead.keys.email


def digest_of_lead(lead: Lead) -> str:
    """What its address is known by; empty for a lead without one."""
    return digest_of(lead.keys.email)


def digests_of(leads: Mapping[UUID, Lead]) -> frozenset[str]:
    """What the addresses of leads are known by."""
    return frozenset(filter(None, map(digest_of_lead, leads.values())))
