"""Regrading (重新评级): grades follow the calendar and the rules without anybody touching a lead."""

import asyncio
from collections.abc import Sequence

from chassis.work import UnitOfWork
from services.leads.application.capture import graded
from services.leads.application.intake import Briefing
from services.leads.application.rounds import RoundPlan
from services.leads.application.rule_kinds import GRADE
from services.leads.domain.grading import REASON_SCHEME, rules_mark
from services.leads.domain.lead import Lead
from services.leads.storage.lead_history import keep
from services.leads.storage.rounds import Stretch

# The one fact that changes by itself when a day passes.
_DAYS = "demo_within_days"
# Between so many leads the loop serves others.
_BREATH = 20


async def regrade(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Leads get the grade that the rules give them today; one that keeps grade and reasons is only read."""
    changed = 0
    for place, lead in enumerate(leads, start=1):
        change = graded(briefing, lead, briefing.rules.kind_of(lead.facts.channel))
        if change.events:
            keep(work, change)
            changed += 1
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return changed


def _today(briefing: Briefing) -> str:
    """The date, where a rule speaks of days at all."""
    counts_days = any(_DAYS in condition.words for condition in briefing.rules.conditions.values())
    return briefing.today.isoformat() if counts_days else ""


def _rules(briefing: Briefing) -> str:
    return f"version {briefing.version(GRADE)}, {rules_mark(briefing.rules.grade)}, reasons {REASON_SCHEME}"


EVERY_DAY = RoundPlan(name="regrade by the day", stretch=Stretch.OPEN_WITH_DEMO, goal=_today, bring=regrade)
BY_NEW_RULES = RoundPlan(name="regrade by new rules", stretch=Stretch.OPEN, goal=_rules, bring=regrade)
