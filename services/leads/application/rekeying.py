"""Re-keying: known leads are found by what the duplicate rules in force compare (查重)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from chassis.work import UnitOfWork
from services.leads.application.identities import rekeyed
from services.leads.application.intake import Briefing
from services.leads.application.rounds import RoundPlan
from services.leads.domain.lead import Lead
from services.leads.domain.rule_sets import RuleKind
from services.leads.storage.finding_keys import write_keys
from services.leads.storage.rounds import Stretch
from trade.duplicates import KEY_SCHEME

# Between so many leads the loop serves others.
_BREATH = 20


async def rekey(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads keyed by older rules, or by an older release, get the keys of now; what others know of them stays the same.

    So it is no event. A lead that somebody changes at the same time keeps what he wrote, and the next walk looks again.
    """
    version = briefing.version(RuleKind.DUPLICATES)
    differing = []
    for place, lead in enumerate(leads, start=1):
        keys = rekeyed(lead, briefing.rules.duplicates)
        if keys != lead.keys:
            differing.append(replace(lead, keys=keys))
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    await write_keys(work, differing, rules_version=version)
    return len(differing)


def _rules(briefing: Briefing) -> str:
    return f"version {briefing.version(RuleKind.DUPLICATES)}, keys {KEY_SCHEME}"


BY_NEW_RULES = RoundPlan(name="re-key by new rules", stretch=Stretch.ALL, goal=_rules, bring=rekey)
