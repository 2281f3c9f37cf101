"""What needs no reviewed registration (报备豁免): one policy, asked on every way an opportunity comes and grows."""

from uuid import UUID

from chassis.principal import Principal
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from kernel.events import Change
from services.pipeline.application.rule_kinds import REGISTRATION_POLICY
from services.pipeline.domain.account import Account
from services.pipeline.domain.customer_keys import keys_of_account, protecting
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.registration_policy import (
    Entry,
    Exemption,
    RegistrationNeeded,
    RegistrationPolicy,
    Way,
)
from services.pipeline.storage import accounts
from services.pipeline.storage.protections import ProtectedKey, held_by_others
from trade.budget import Budget

_PARTNER = "partner"
Exempt = tuple[Exemption, int]


async def exemption_for(
    read: Read, account: Account, *, way: Way, budget: Budget, owner: UUID | None, rulebook: Rulebook
) -> Exempt:
    """Why an opportunity needs no registration, and the version of the policy; raises RegistrationNeeded.

    Tier and trade are the account's: nobody types the trade that is exempt. A customer whom somebody else looks after
    is nobody's small order: a reviewer sees it.
    """
    policy = await rulebook.current(read, REGISTRATION_POLICY)
    if account.ownership.owner not in {None, owner}:
        raise RegistrationNeeded
    entry = Entry(way=way, budget=budget, tier=account.facts.tier, industry=account.facts.industry)
    return policy.rules.exemption(entry), policy.version


async def possible_exemption(
    read: Read, account: Account, *, way: Way, budget: Budget, owner: UUID | None, rulebook: Rulebook
) -> Exempt | None:
    """The same for an opportunity that may stand without counting; None where it does not count."""
    try:
        return await exemption_for(read, account, way=way, budget=budget, owner=owner, rulebook=rulebook)
    except RegistrationNeeded:
        return None


async def protection_of_others(work: UnitOfWork, account: Account, *, owner: UUID | None) -> list[ProtectedKey]:
    """What others protect of an account: nobody works it beside them without a review."""
    return list(await held_by_others(work, protecting(keys_of_account(account)), owner=owner))


def way_of(principal: Principal, opportunity: Opportunity | None = None) -> Way:
    """How an opportunity comes: by a partner, of a lead, or by hand."""
    if _PARTNER in principal.roles:
        return Way.PARTNER
    return Way.CONVERSION if opportunity is not None and opportunity.origin.lead else Way.HAND


def note_exemption(work: UnitOfWork, opportunity: UUID, exempt: Exempt | None) -> None:
    """Keep by which exemption an opportunity counts without a review, or that none covers it any more."""
    name = f"opportunities/{opportunity}"
    if exempt is None:
        work.note(action="no longer exempt from registration", resource=name, details={})
        return
    exemption, version = exempt
    work.note(
        action="exempt from registration",
        resource=name,
        details={"exemption": exemption.key, "policy_version": version},
    )


async def judged_anew(work: UnitOfWork, change: Change[Opportunity], *, rulebook: Rulebook) -> Change[Opportunity]:
    """Somebody told another amount: it counts where the policy exempts that amount and every quote that stands."""
    told = change.aggregate
    account = await accounts.account_by_itself(work, told.account)
    exempts = [
        await possible_exemption(
            work, account, way=way_of(work.principal, told), budget=each, owner=told.owner, rulebook=rulebook
        )
        for each in _budgets(told)
    ]
    exempt = exempts[0] if all(exempts) else None
    if told.counts is not (exempt is not None):
        note_exemption(work, told.uuid, exempt)
    return change.then(lambda changed: changed.judged(counts=exempt is not None, now=work.now))


async def no_longer_small(work: UnitOfWork, change: Change[Opportunity], *, rulebook: Rulebook) -> Change[Opportunity]:
    """What contracts tell ends an exemption that does not cover it, and grants none: people ask for that."""
    told = change.aggregate
    if not change.events or not told.counts or told.origin.registration is not None:
        return change
    account = await accounts.account_by_itself(work, told.account)
    if _covers((await rulebook.current(work, REGISTRATION_POLICY)).rules, told, account):
        return change
    note_exemption(work, told.uuid, None)
    return change.then(lambda changed: changed.judged(counts=False, now=work.now))


def _covers(policy: RegistrationPolicy, told: Opportunity, account: Account) -> bool:
    """Whether the policy exempts all that is told of its worth, on a way it may have come."""
    ways = {Way.CONVERSION} if told.origin.lead else {Way.HAND, Way.PARTNER}
    entries = [
        [Entry(way=way, budget=each, tier=account.facts.tier, industry=account.facts.industry) for way in ways]
        for each in _budgets(told)
    ]
    return all(any(rule.covers(entry) for entry in each for rule in policy.exemptions) for each in entries)


def _budgets(told: Opportunity) -> list[Budget]:
    return [Budget(most=each) for each in told.worths] or [Budget()]
