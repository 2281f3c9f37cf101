"""A lead that comes over (线索转化), and what became of it."""

from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from services.pipeline.domain.account import Account, AccountFacts
from services.pipeline.domain.contact import ContactFacts
from services.pipeline.domain.erasing import Person, account_without, without_person
from services.pipeline.domain.lead_history import LeadHistoryEntry
from services.pipeline.domain.opportunity_facts import Facts, Opening, Origin
from services.pipeline.domain.registration_facts import (
    ContactMeans,
    RegistrationFacts,
    RegistrationOrigin,
)
from services.pipeline.domain.registration_opening import WANTED_STAGES, display_name, expected_amount
from services.pipeline.domain.sales_process import StageKind
from trade.emails import email
from trade.phones import phone


class Target(Enum):
    """What a lead is to become."""

    REGISTRATION = "registration"
    OPPORTUNITY = "opportunity"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLead:
    """A lead as its service tells it: for whom, by whom, what was chosen; without `account` one is matched or made.

    `linked` is the account that somebody who sees it said the lead is.
    """

    lead: UUID
    owner: UUID
    actor: str
    target: Target
    account: UUID | None
    customer: AccountFacts
    person: ContactFacts | None
    registration: RegistrationFacts
    origin: RegistrationOrigin
    history: tuple[LeadHistoryEntry, ...] = ()
    linked: UUID | None = None

    def without_person(self) -> "ToldLead":
        """The lead as it comes over when its person was erased meanwhile: the firm, and what was chosen."""
        return replace(
            self,
            customer=account_without(self.customer, Person()),
            person=None,
            registration=without_person(self.registration),
            history=tuple(entry.without_words() for entry in self.history),
        )

    @property
    def phones(self) -> tuple[str, ...]:
        """The numbers of the person."""
        return (self.person.phone,) if self.person and self.person.phone else ()

    @property
    def emails(self) -> tuple[str, ...]:
        """The mailboxes of the person."""
        return (self.person.email,) if self.person and self.person.email else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of a lead; a registration or an opportunity, never neither."""

    account: UUID
    contact: UUID | None
    registration: UUID | None = None
    opportunity: UUID | None = None


def reachable(means: ContactMeans) -> ContactMeans:
    """The means that can be used: leads keep what was typed, a registration only what can be dialled or written to."""
    return ContactMeans(
        phone=means.phone if means.phone and phone(means.phone).problem is None else "",
        email=means.email if means.email and email(means.email).problem is None else "",
        wechat=means.wechat,
    )


def opening_of(told: ToldLead, *, account: Account, team: UUID | None, region: UUID | None) -> Opening:
    """The opportunity of a lead that needs no registration; it counts, because the policy says so."""
    facts, origin = told.registration, told.origin
    return Opening(
        account=account.uuid,
        tier=account.facts.tier,
        tags=account.facts.tags,
        facts=Facts(
            display_name=display_name(facts) or account.facts.display_name,
            need=facts.need,
            industry=facts.customer.industry,
            amount=expected_amount(facts.budget),
            expected_close_date=facts.closing.day,
        ),
        origin=Origin(
            lead=told.lead,
            channel=origin.channel,
            campaign=origin.campaign,
            first_contact_time=origin.first_contact_time,
        ),
        owner=told.owner,
        team=team,
        region=region,
        wanted_kind=WANTED_STAGES[facts.follow_up] if facts.follow_up else StageKind.NEED,
        counts=True,
    )
