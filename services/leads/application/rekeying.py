"""Re-keying: known leads are found and compared by what the duplicate rules in force compare (查重)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from chassis.work import UnitOfWork
from services.leads.application.identities import fingerprint_of, match_keys
from services.leads.application.intake import Briefing
from services.leads.application.rounds import RoundPlan
from services.leads.application.rule_kinds import DUPLICATES
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.storage.identities import LeadIdentity, Rekeyed, identities_of, rewrite
from services.leads.storage.rounds import Stretch
from trade.duplicates import KEY_SCHEME, PRINT_SCHEME, DuplicateRules, from_text, prints_mark, to_text

# Between so many leads the loop serves others.
_BREATH = 20


async def rekey(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads keyed by older rules, or by an older release, get the keys of now; what others know of them stays the same.

    So it is no event. A lead that somebody changes at the same time keeps what he wrote, and the next walk looks again.
    """
    known = await identities_of(work, (lead.uuid for lead in leads))
    differing = []
    for place, lead in enumerate(leads, start=1):
        made = _rekeyed(lead, known.get(lead.uuid, LeadIdentity()), briefing.rules.duplicates)
        if made.keys != lead.keys or (made.identity.keys, made.identity.prints) != (
            made.before.keys,
            made.before.prints,
        ):
            differing.append(made)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    await rewrite(work, differing)
    return len(differing)


def _rekeyed(lead: Lead, before: LeadIdentity, rules: DuplicateRules) -> Rekeyed:
    """What a known lead is to be found by under these rules; names sort the same under any.

    One that was taken back goes on being found by nothing.
    """
    if lead.state is LeadState.WITHDRAWN:
        return Rekeyed(lead=lead, before=before, identity=before, keys=lead.keys)
    prints, mark = fingerprint_of(lead.facts, rules), prints_mark(rules)
    written = before.prints if from_text(before.prints, mark) == prints else to_text(prints, mark)
    keys = replace(lead.keys, phone=next(iter(prints.phones), ""), email=next(iter(prints.emails), ""))
    identity = LeadIdentity(keys=match_keys(prints, rules), prints=written)
    return Rekeyed(lead=lead, before=before, identity=identity, keys=keys)


def _rules(briefing: Briefing) -> str:
    version = briefing.version(DUPLICATES)
    return f"version {version}, keys {KEY_SCHEME}, prints {PRINT_SCHEME}"


BY_NEW_RULES = RoundPlan(name="re-key by new rules", stretch=Stretch.ALL, goal=_rules, bring=rekey)
