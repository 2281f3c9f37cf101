"""Going over accounts for what follows from what happened to them (客户画像)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.rule_sets import Rulebook
from chassis.work import Store, UnitOfWork
from services.pipeline.application.account_rating import Scale, keep_rating_of, scale_for
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.application.rule_kinds import ACCOUNT_TAGS
from services.pipeline.application.tag_rules import TagRules
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_profile import Profile, phase_of
from services.pipeline.domain.tag_groups import tag_facts
from services.pipeline.storage.account_orders import OrderFacts, order_facts
from services.pipeline.storage.account_phases import opportunity_states
from services.pipeline.storage.account_profiles import profile_soon, take_due_accounts
from services.pipeline.storage.account_rows import ACCOUNT_RECORD

BATCH = 100
# What follows from the passing of time is found once a day.
_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDesk:
    """Where profiles are made: by which rules, and by whose calendar."""

    rulebook: Rulebook
    zone: ZoneInfo
    recycling: RecyclingDesk

    def day(self, time: datetime) -> date:
        """The day an instant falls on where the house is."""
        return time.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """What profiles follow from, read for some accounts at once."""

    states: Mapping[UUID, frozenset[str]]
    orders: Mapping[UUID, OrderFacts]
    tags: TagRules
    scale: Scale
    today: date

    def profile_of(self, account: Account) -> Profile:
        """What follows for one of them."""
        phase, orders = phase_of(self.states.get(account.uuid, ())), self.orders.get(account.uuid, _NEVER)
        tier = self.scale.rate(account.uuid).tier
        facts = tag_facts(
            account,
            phase=phase,
            tier=account.facts.tier or tier,
            order_count=orders.count,
            last_order=orders.last_day,
            today=self.today,
        )
        return Profile(phase=phase, tags=self.tags.standing(account.hand_tags, facts), tier=tier)


_NEVER = OrderFacts()


async def profile_due(work: UnitOfWork, desk: ProfileDesk) -> int:
    """What follows for the accounts that are due is kept, told, and looked for again in a day; how many they were.

    Their clocks (回收时钟) are set by what happened, too.
    """
    due = await take_due_accounts(work, most=BATCH)
    if not due:
        return 0
    sources, briefing = await _sources(work, due, desk), await desk.recycling.brief(work, due)
    for account in due:
        change = account.profiled(sources.profile_of(account), now=work.now)
        change = change.then(lambda profiled: briefing.refit(work, profiled))
        if change.events:
            work.save(ACCOUNT_RECORD, change)
        keep_rating_of(work, account.uuid, sources.scale)
        profile_soon(work, account.uuid, due=work.now + _AGAIN)
    return len(due)


async def profile_of(work: UnitOfWork, account: Account, desk: ProfileDesk) -> Profile:
    """What follows for one account as it is here, be it saved or not."""
    return (await _sources(work, [account], desk)).profile_of(account)


async def _sources(work: UnitOfWork, accounts: Sequence[Account], desk: ProfileDesk) -> _Sources:
    uuids = [account.uuid for account in accounts]
    return _Sources(
        states=await opportunity_states(work, uuids),
        orders=await order_facts(work, uuids, zone=desk.zone),
        tags=(await desk.rulebook.current(work, ACCOUNT_TAGS)).rules,
        scale=await scale_for(work, uuids, desk.rulebook),
        today=desk.day(work.now),
    )


class ProfileSweep:
    """Keeps profiles up, on the service's own account."""

    def __init__(self, *, store: Store, principal: Principal, desk: ProfileDesk) -> None:
        self._store = store
        self._principal = principal
        self._desk = desk

    async def sweep(self, _connection: object, _now: datetime) -> int:
        """Go over what is due, at most a batch; how many accounts."""
        return await carry_out(
            self._store,
            self._principal,
            action="profile accounts",
            use_case=lambda work: profile_due(work, self._desk),
        )
