"""What an approved registration becomes, without anybody entering it again: account, contact and opportunity."""

from dataclasses import dataclass
from uuid import UUID

from chassis.work import UnitOfWork
from services.pipeline.application.accounts import match_or_create_account
from services.pipeline.application.contacts import match_or_create_contact
from services.pipeline.application.opportunities import open_opportunity
from services.pipeline.application.returning import out_of_pool
from services.pipeline.domain.account import Account
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.registration_opening import (
    account_facts,
    account_origin,
    account_ownership,
    contact_facts,
    opening_of,
    registered,
)
from services.pipeline.domain.registration_refusals import RegistrationOpportunityUnfit
from services.pipeline.storage.accounts import ALONE, account_by_itself
from services.pipeline.storage.opportunities import held_opportunity, keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The customer it turned out to be, and the opportunity that came of it."""

    account: UUID
    opportunity: UUID


async def open_from(work: UnitOfWork, registration: Registration) -> Opened:
    """The customer becomes an account, unless he is one; the opportunity opens as far as its gates allow.

    Raises AccountArchived for a named account that was put away meanwhile, RegistrationOpportunityUnfit for a named
    opportunity that cannot be registered any more.
    """
    await work.begin()
    account = await _account(work, registration)
    person = contact_facts(registration.facts)
    if person is not None:
        await match_or_create_contact(work, account=account, facts=person)
    opportunity = await _opportunity(work, registration, account)
    return Opened(account=account.uuid, opportunity=opportunity.uuid)


async def _opportunity(work: UnitOfWork, registration: Registration, account: Account) -> Opportunity:
    """The opportunity it is for, which counts from now on; else a new one."""
    named = registration.opportunity
    if named is None:
        return await open_opportunity(work, opening=opening_of(registration, account=account))
    found = await held_opportunity(work, named)
    if found is None:
        raise RegistrationOpportunityUnfit
    return keep(work, registered(found, registration, now=work.now), before=found)


async def _account(work: UnitOfWork, registration: Registration) -> Account:
    named, contact = registration.facts.customer.account, registration.facts.contact
    if named is not None:
        account = await account_by_itself(work, named, hold=ALONE)
        account.must_live()
        return await out_of_pool(work, account, account_ownership(registration))
    return await match_or_create_account(
        work,
        facts=account_facts(registration.facts),
        ownership=account_ownership(registration),
        phones=(contact.phone,),
        emails=(contact.email,),
        origin=account_origin(registration),
    )
