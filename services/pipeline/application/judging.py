"""Whether an opportunity without a registration still counts: judged by all that is told of its worth."""

from chassis.rule_sets import Rulebook
from chassis.work import UnitOfWork
from kernel.events import Change
from services.pipeline.application.exemptions import note_exemption, possible_exemption, way_of
from services.pipeline.application.rule_kinds import REGISTRATION_POLICY
from services.pipeline.domain.account import Account
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.registration_policy import Entry, RegistrationPolicy, Way
from services.pipeline.storage import accounts
from trade.budget import Budget


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
