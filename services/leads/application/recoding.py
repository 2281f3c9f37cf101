"""Re-coding: leads of before get the codes of their industries (行业)."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.work import UnitOfWork
from kernel.events import Change
from services.leads.application.capture import graded
from services.leads.application.intake import Briefing
from services.leads.application.rounds import RoundPlan
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.storage.leads import RECORD
from services.leads.storage.rounds import Stretch
from trade.industries import WORDS_MARK, industry_code


async def recode(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads whose industry is a word that the table knows get its code, and open ones the grade that follows."""
    changed = 0
    for lead in leads:
        change = _recoded(briefing, lead)
        if change.events:
            work.save(RECORD, change)
            changed += 1
    return changed


def _recoded(briefing: Briefing, lead: Lead) -> Change[Lead]:
    facts = replace(lead.facts, industry=industry_code(lead.facts.industry))
    change = lead.updated(facts=facts, keys=lead.keys, now=briefing.now)
    if not change.events or lead.state not in OPEN_STATES:
        return change
    kind = briefing.rules.kind_of(facts.channel)
    return change.then(lambda lead: graded(briefing, lead, kind))


def _words(_briefing: Briefing) -> str:
    return f"words {WORDS_MARK}"


BY_NEW_WORDS = RoundPlan(name="re-code by new words", stretch=Stretch.ALL, goal=_words, bring=recode)
