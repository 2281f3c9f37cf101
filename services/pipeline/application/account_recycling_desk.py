"""What recycling clocks of accounts go by: rules, calendars, and what happened with the customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.organization import Organization, Snapshot
from chassis.rule_sets import InForce, Rulebook
from chassis.work import Read
from chassis.work_time import WorkTime
from kernel.events import Change
from services.pipeline.application.rule_kinds import ACCOUNT_RECYCLING
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_pooling import refitted
from services.pipeline.domain.account_recycling import AccountPlan, Happening
from services.pipeline.domain.account_recycling_rules import AccountRecyclingRules, kind_of
from services.pipeline.storage.account_happenings import happenings_of
from trade.pools.clock import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RecyclingBriefing:
    """The rules and the organization at one moment, and what happened with some customers until then."""

    force: InForce[AccountRecyclingRules]
    organization: Snapshot
    plan: AccountPlan
    happened: Mapping[UUID, tuple[Happening, ...]]

    def refit(self, read: Read, account: Account) -> Change[Account]:
        """One of the accounts by rules, calendars and what happened; nothing new is no event."""
        kind = kind_of(account.tier, account.profile.phase)
        return refitted(account, self.happened.get(account.uuid, ()), kind=kind, plan=self.plan, now=read.now)


class RecyclingDesk:
    """Where clocks of accounts are set."""

    def __init__(self, *, rulebook: Rulebook, organization: Organization, zone: ZoneInfo) -> None:
        self.rulebook = rulebook
        self.organization = organization
        self.zone = zone
        self._work_time = WorkTime(zone)

    async def brief(self, read: Read, accounts: Sequence[Account]) -> RecyclingBriefing:
        """What the clocks of some accounts go by now."""
        force = await self.rulebook.current(read, ACCOUNT_RECYCLING)
        organization = await self.organization.current()
        uuids = [account.uuid for account in accounts]
        return RecyclingBriefing(
            force=force,
            organization=organization,
            plan=self.plan(force.rules, organization, version=force.version),
            happened=await happenings_of(read, uuids, counts=force.rules.counts, zone=self.zone.key),
        )

    async def clocked(self, read: Read, change: Change[Account]) -> Change[Account]:
        """A change by which an account gets an owner, with the clock of his time set: what he sees stays as it is.

        Where nobody set it, a sweep does a moment later, and that is a version more.
        """
        briefing = await self.brief(read, [change.aggregate] if change.aggregate.version else ())
        return replace(change, aggregate=briefing.refit(read, change.aggregate).aggregate)

    def plan(self, rules: AccountRecyclingRules, organization: Snapshot, *, version: int) -> AccountPlan:
        """How clocks run by some rules."""
        return Plan(limits=rules.limits, version=version, calendar_of=self._work_time.of(organization))
