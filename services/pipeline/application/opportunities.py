"""Opening, reading and changing opportunities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.organization import Organization
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.exemptions import (
    judged_anew,
    note_exemption,
    possible_exemption,
    protection_of_others,
    way_of,
)
from services.pipeline.application.protected_customers import protected_by
from services.pipeline.application.rule_kinds import OPPORTUNITY
from services.pipeline.domain.account_pooling import check_not_pooled
from services.pipeline.domain.gates import Gap, gaps_before, moved, opened
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.opportunity_facts import Facts, Opening
from services.pipeline.domain.opportunity_rules import Cutoffs, OpportunityRules
from services.pipeline.domain.sales_process import SalesProcess, SalesProcessClosed, SalesProcessNotFound
from services.pipeline.storage import accounts
from services.pipeline.storage.account_phases import phase_with
from services.pipeline.storage.accounts import TOGETHER
from services.pipeline.storage.opportunities import (
    BoardSum,
    StageVisit,
    get_opportunity,
    get_with_process,
    keep,
    read_visits,
    summarize,
)
from services.pipeline.storage.sales_processes import every_process
from trade.budget import Budget

READ, WRITE = "pipeline.read", "pipeline.write"
Followed = tuple[Opportunity, SalesProcess]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityDesk:
    """What every use case of opportunities is given: the rules in force, who works here, and the calendar day."""

    rulebook: Rulebook
    organization: Organization
    zone: ZoneInfo

    async def rules(self, read: Read) -> OpportunityRules:
        """The rules in force."""
        return (await self.rulebook.current(read, OPPORTUNITY)).rules

    async def cutoffs(self, read: Read) -> Cutoffs:
        """Since when things have waited too long, as of now."""
        return (await self.rules(read)).cutoffs(now=read.now, today=self.day(read.now))

    def day(self, time: datetime) -> date:
        """The day an instant falls on where the house is."""
        return time.astimezone(self.zone).date()


async def open_opportunity(work: UnitOfWork, *, opening: Opening) -> Opportunity:
    """An opportunity opens in the stage the customer is said to be in, or before the first gate that is not met.

    It follows the process it names, else the one for its trade, else the default one. Whoever opens it has made sure
    that the account exists; a registration opens one opportunity only.
    """
    return (await open_with_process(work, opening=opening))[0]


async def open_with_process(work: UnitOfWork, *, opening: Opening) -> Followed:
    """The same, with the process it follows."""
    process, phase = _choose(await every_process(work), opening), await phase_with(work, opening.account)
    change = opened(opening, uuid=work.new_id(), process=process, now=work.now, phase=phase)
    return keep(work, change, before=None), process


async def create_opportunity(work: UnitOfWork, *, opening: Opening, desk: OpportunityDesk) -> Followed:
    """An opportunity is entered by hand for a live account that the caller sees; it has the account's tier and trade.

    It counts in the funnel where the policy needs no registration; which exemption it was stands in the audit. A
    customer whom somebody else protects is worked through a registration only. Raises AccountNotFound,
    AccountArchived, AccountInPool, CustomerProtected, SalesProcessNotFound, SalesProcessClosed.
    """
    await work.begin()
    account = await accounts.get_account(work, opening.account, permission=READ, hold=TOGETHER)
    account.must_live()
    check_not_pooled(account)
    others = await protection_of_others(work, account, owner=opening.owner)
    if others:
        raise await protected_by(others, organization=desk.organization, zone=desk.zone)
    facts = replace(opening.facts, industry=opening.facts.industry or account.facts.industry)
    exempt = await possible_exemption(
        work,
        account,
        way=way_of(work.principal),
        budget=Budget(most=facts.amount),
        owner=opening.owner,
        rulebook=desk.rulebook,
    )
    told = replace(opening, facts=facts, tier=account.facts.tier, tags=account.profile.tags, counts=exempt is not None)
    followed = await open_with_process(work, opening=told)
    if exempt is not None:
        note_exemption(work, followed[0].uuid, exempt)
    return followed


async def summarize_board(read: Read, *, owner: UUID | None, sales_process: UUID | None) -> Sequence[BoardSum]:
    """A board sums up what its reader may see."""
    return await summarize(read, permission=READ, owner=owner, sales_process=sales_process)


async def list_visits(read: Read, *, uuid: UUID) -> Sequence[StageVisit]:
    """The stays of an opportunity in its stages, the present one last."""
    return await read_visits(read, await get_opportunity(read, uuid, permission=READ))


async def check_gate(read: Read, *, uuid: UUID, stage: str) -> tuple[Gap, ...]:
    """What stands between an opportunity and a stage; without a stage, the next one. Raises StageUnknown."""
    opportunity, process = await get_with_process(read, uuid, permission=READ)
    here = process.places.get(opportunity.standing.stage, 0)
    to = process.place(stage) if stage else min(here + 1, len(process.stages) - 1)
    return gaps_before(process, opportunity, to=to, now=read.now)


async def update_opportunity(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[Facts], Facts], desk: OpportunityDesk
) -> Followed:
    """Facts change when somebody who saw the present version says so; a later closing date counts as postponed.

    Another amount is judged anew by the policy, where no review stands behind it: what was exempt as a small order does
    not count as a large one. Raises OpportunityNotFound, StaleVersion, OpportunityClosed.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    change = opportunity.updated(facts=edit(opportunity.facts), now=work.now)
    if not change.events:
        return opportunity, process
    if change.aggregate.needs_judging(since=opportunity):
        change = await judged_anew(work, change, rulebook=desk.rulebook)
    return keep(work, change, before=opportunity), process


async def move_opportunity(work: UnitOfWork, *, uuid: UUID, seen: int | None, stage: str) -> Followed:
    """An opportunity goes on when the gates on its way are met or waived; going back is free.

    Raises OpportunityNotFound, StaleVersion, OpportunityCannotMove, StageUnknown, StageMoveNotAllowed, GateUnmet.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    return keep(work, moved(opportunity, process=process, to=stage, now=work.now), before=opportunity), process


async def writable(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Followed:
    """The opportunity for a change; raises OpportunityNotFound, and StaleVersion where another version was seen."""
    opportunity, process = await get_with_process(work, uuid, permission=WRITE)
    if seen is not None and opportunity.version != seen:
        raise StaleVersion(resource=opportunity.name)
    return opportunity, process


def _choose(processes: Sequence[SalesProcess], opening: Opening) -> SalesProcess:
    """The process an opportunity is to follow; raises SalesProcessNotFound and SalesProcessClosed."""
    if opening.sales_process is not None:
        named = next((each for each in processes if each.uuid == opening.sales_process), None)
        if named is None:
            raise SalesProcessNotFound(sales_process=f"salesProcesses/{opening.sales_process}")
        if named.closed:
            raise SalesProcessClosed(sales_process=f"salesProcesses/{named.uuid}")
        return named
    industry = opening.facts.industry
    fitting = (each for each in processes if industry in each.industries and not each.closed)
    return next(fitting, None) or next(each for each in processes if each.is_default)
