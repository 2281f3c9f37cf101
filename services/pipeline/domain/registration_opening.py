"""What an approved registration opens: nothing of it is entered again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.events import Change
from kernel.money import Money
from services.pipeline.domain import account as accounts
from services.pipeline.domain.account import Account, AccountFacts, Ownership
from services.pipeline.domain.contact import ContactFacts
from services.pipeline.domain.opportunity import Opportunity, OpportunityState, OpportunityUpdated
from services.pipeline.domain.opportunity_facts import Facts, Opening, Origin
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.registration_facts import FollowUpState, RegistrationFacts
from services.pipeline.domain.registration_refusals import RegistrationOpportunityUnfit
from services.pipeline.domain.sales_process import StageKind
from trade.budget import Budget

# How far the customer is said to be, and the kind of stage that is wanted; an unmet gate on the way holds it back.
WANTED_STAGES: Mapping[FollowUpState, StageKind] = {
    FollowUpState.FIRST_CONTACT: StageKind.NEED,
    FollowUpState.NEED_CONFIRMED: StageKind.NEED,
    FollowUpState.QUOTING: StageKind.QUOTE,
    FollowUpState.SIGNING: StageKind.SIGNING,
}
_NAME_LETTERS = 40


def opening_of(registration: Registration, *, account: Account) -> Opening:
    """The opportunity of a registration, for the account its customer is; it counts, because it was reviewed."""
    facts, owner, origin = registration.facts, registration.owner, registration.origin
    return Opening(
        account=account.uuid,
        tier=account.facts.tier,
        tags=account.facts.tags,
        facts=Facts(
            display_name=display_name(facts),
            need=facts.need,
            industry=facts.customer.industry or account.facts.industry,
            amount=expected_amount(facts.budget),
            expected_close_date=facts.closing.day,
        ),
        origin=Origin(
            registration=registration.uuid,
            lead=origin.lead,
            channel=origin.channel,
            campaign=origin.campaign,
            first_contact_time=origin.first_contact_time,
        ),
        owner=owner.member,
        team=owner.team,
        region=owner.region,
        wanted_kind=WANTED_STAGES[facts.follow_up or FollowUpState.FIRST_CONTACT],
        counts=True,
    )


def check_fits(opportunity: Opportunity, *, owner: UUID, account: UUID | None) -> None:
    """Pass for an open opportunity of the owner that no review stands behind; raises RegistrationOpportunityUnfit."""
    fits = (
        opportunity.state is OpportunityState.OPEN
        and not opportunity.counts
        and opportunity.origin.registration is None
        and opportunity.owner == owner
        and account in {None, opportunity.account}
    )
    if not fits:
        raise RegistrationOpportunityUnfit


def registered(opportunity: Opportunity, registration: Registration, *, now: datetime) -> Change[Opportunity]:
    """An opportunity entered by hand counts, because its registration was reviewed.

    Raises RegistrationOpportunityUnfit for one that changed hands, ended or was registered otherwise meanwhile.
    """
    check_fits(opportunity, owner=registration.owner.member, account=registration.facts.customer.account)
    origin = replace(opportunity.origin, registration=registration.uuid)
    following = replace(opportunity, origin=origin, counts=True, update_time=now)
    return Change(following, (OpportunityUpdated(("registration", "counts")),))


def account_facts(facts: RegistrationFacts) -> AccountFacts:
    """The customer as an account: the firm, or the person who buys by himself.

    A firm is reached by the person who is named; where nobody is, by what was told of the firm.
    """
    customer, contact = facts.customer, facts.contact
    if customer.company_name:
        nobody = not customer.contact_name
        return AccountFacts(
            display_name=customer.company_name,
            credit_code=customer.credit_code,
            industry=customer.industry,
            phone=contact.phone if nobody else "",
            email=contact.email if nobody else "",
        )
    return AccountFacts(
        display_name=customer.contact_name,
        person=True,
        industry=customer.industry,
        phone=contact.phone,
        email=contact.email,
    )


def contact_facts(facts: RegistrationFacts) -> ContactFacts | None:
    """The person to ask for at a firm; None where nobody is named."""
    customer, contact = facts.customer, facts.contact
    if not customer.company_name or not customer.contact_name:
        return None
    return ContactFacts(
        display_name=customer.contact_name, phone=contact.phone, email=contact.email, wechat=contact.wechat
    )


def account_ownership(registration: Registration) -> Ownership:
    """A new account is looked after by whoever registered it."""
    owner = registration.owner
    return Ownership(owner=owner.member, team=owner.team, region=owner.region)


def account_origin(registration: Registration) -> accounts.Origin:
    """A new account came from where the registration did."""
    origin = registration.origin
    return accounts.Origin(
        lead=origin.lead,
        first_contact_time=origin.first_contact_time,
        channel=origin.channel,
        campaign=origin.campaign,
    )


def display_name(facts: RegistrationFacts) -> str:
    """The beginning of the need: the customer stands beside it wherever it is shown."""
    line = " ".join(facts.need.split())
    return line if len(line) <= _NAME_LETTERS else f"{line[: _NAME_LETTERS - 1]}…"


def expected_amount(budget: Budget) -> Money | None:
    """The middle of a range, rounded down to the minor unit; the amount where there is one."""
    least, most = budget.least or budget.most, budget.most or budget.least
    if least is None or most is None:
        return None
    return Money(minor=(least.minor + most.minor) // 2, currency=least.currency)
