"""Trying out rules of recycling accounts before they come into force (试算)."""

from collections.abc import Mapping, Sequence

from chassis.work import Read
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.domain.account_recycling_rules import AccountRecyclingRules
from services.pipeline.storage.recycling_accounts import accounts_alike
from trade.pools.rehearsal import RehearsedRecycling, rehearse


async def rehearse_recycling_rules(
    read: Read, *, body: Mapping[str, object], desk: RecyclingDesk
) -> Sequence[RehearsedRecycling]:
    """Owned accounts are counted by whether they fall back now, by the rules in force and by those of the body.

    Counts of every account with which nothing is open, whoever's it is; nothing is written. What counts as care is
    that by which each clock was set. Raises RuleBodyInvalid.
    """
    wanted = AccountRecyclingRules.from_mapping(body)
    briefing = await desk.brief(read, ())
    tried = desk.plan(wanted, briefing.organization, version=0)
    known = await accounts_alike(read, zone=desk.zone)
    return rehearse(known, in_force=briefing.plan, tried=tried, now=read.now)
