"""Asking the figures (A-02): sums over what the caller may see, whatever the number of opportunities behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.principal import Scope
from chassis.work import Read
from services.analytics.domain.facts import STEPS
from services.analytics.domain.figures import Difference, Group, Tallies, altogether, by_group
from services.analytics.domain.funnel import Funnel, Mode, Stage, compared, funnel
from services.analytics.domain.points import WITH, WITHOUT
from services.analytics.domain.practice_effects import PracticeEffect, practice_effects
from services.analytics.domain.questions import Cuts, FigureGroupUnknown, Question, Sum
from services.analytics.domain.ratios import Measured, measured
from services.analytics.domain.stage_times import StageTime, stage_times
from services.analytics.storage.figures import PERMISSION, ramp_ups, sums

_STEPS = tuple(step.value for step in STEPS)
_LOST = tuple(f"lost_at_{step}" for step in _STEPS)
_OF_LEADS = ("converted", "disqualified")
_OF_PIPELINE = (
    "registered",
    "registration_opened",
    "registration_expired",
    *_STEPS[1:],
    "won",
    *_LOST,
)
_PRACTISED = tuple(f"{state}_{how}" for state in ("won", "lost") for how in (WITH, WITHOUT))
_OPPORTUNITY_RATIOS = ("opportunities", "won", "cycle", "opened_from_lead", *_LOST)
_ORDER_RATIOS = ("customer_orders", "first_orders", "repeat_orders", "cohort_repeated", "won_back")
_STAYS = tuple(f"{step}_{how}" for step in _STEPS for how in ("entered", "moved_on", "moved_back", "lost"))


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """The funnel of all that was asked for, and of each group."""

    total: Funnel
    groups: Mapping[Group, Funnel]


@dataclass(frozen=True, slots=True)
class Report:
    """Sums of all that was asked for, and of each group."""

    total: Tallies
    groups: Mapping[Group, Tallies]


async def query_funnel(read: Read, *, question: Question, mode: Mode) -> FunnelReport:
    """The funnel counts what began in the period (cohort), or what happened in it (window).

    Raises FigureSidesMixed, FigureNotByPerson, PeriodNotWholeMonths.
    """
    found = await _steps(read, question, mode)
    groups = {group: funnel(tallies, mode) for group, tallies in by_group(found).items()}
    whole = question.altogether()
    total = found if whole is question else await _steps(read, whole, mode)
    return FunnelReport(funnel(altogether(total), mode), groups)


async def _steps(read: Read, question: Question, mode: Mode) -> list[Sum]:
    cuts = _cuts(read, question)
    prefix = "cohort_" if mode is Mode.COHORT else ""
    of_leads = ("leads", *(f"{prefix}{each}" for each in _OF_LEADS))
    of_pipeline = ("opportunities", *(f"{prefix}{each}" for each in _OF_PIPELINE))
    return [
        *await sums(read, "leads", question, cuts, measures=of_leads),
        *await sums(read, "pipeline", question, cuts, measures=of_pipeline),
        *await _reasons(read, question, prefix),
    ]


async def query_sales(read: Read, *, question: Question) -> Report:
    """Sales are what was signed and what was received; seen by channel, what was won stands for what was signed.

    Raises FigureSidesMixed, FigureNotByPerson, PeriodNotWholeMonths.
    """
    found, whole = await _sales(read, question), question.altogether()
    total = found if whole is question else await _sales(read, whole)
    return Report(altogether(total), by_group(found))


async def _sales(read: Read, question: Question) -> list[Sum]:
    return await _orders(read, question, _cuts(read, question), more=("received", "due", "paid_of_due"))


async def query_stage_times(read: Read, *, question: Question) -> Mapping[Group, Sequence[StageTime]]:
    """Of the stays in a stage that began in the period: how long they took, and which share moved on.

    The whole comes under the empty group. Raises FigureSidesMixed and PeriodNotWholeMonths.
    """
    found = await sums(read, "pipeline", question, question.stays(), measures=_STAYS, apart=True)
    times = {group: stage_times(tallies) for group, tallies in by_group(found).items()}
    return {(): stage_times(altogether(found)), **times}


async def query_practices(read: Read, *, question: Question) -> Mapping[Group, Sequence[PracticeEffect]]:
    """Of what closed in the period: how many were won and lost with each practice and without.

    The whole comes under the empty group. Raises FigureSidesMixed and PeriodNotWholeMonths.
    """
    cuts = question.practices(everybody=read.principal.scope_of(PERMISSION) is Scope.ALL)
    found = await sums(read, "pipeline", question, cuts, measures=_PRACTISED, apart=True)
    groups = {group: practice_effects(tallies) for group, tallies in by_group(found).items()}
    return {(): practice_effects(altogether(found)), **groups}


async def query_ratios(read: Read, *, question: Question, today: date) -> Mapping[Group, Sequence[Measured]]:
    """Every ratio of the period; the whole comes under the empty group. Terms and activity end yesterday.

    By channel, campaign, industry and the like neither customers nor terms are told: they show —. Raises
    FigureSidesMixed, FigureNotByPerson, PeriodNotWholeMonths.
    """
    found, whole = await _ratios(read, question, today), question.altogether()
    total = found if whole is question else await _ratios(read, whole, today)
    told = question.side is None
    groups = {group: measured(each, whole=told) for group, each in by_group(found).items()}
    return {(): measured(altogether(total), whole=whole.side is None), **groups}


async def _ratios(read: Read, question: Question, today: date) -> list[Sum]:
    cuts = _cuts(read, question)
    found = [
        *await sums(read, "leads", question, cuts, measures=("leads", "cohort_converted", "cohort_responded")),
        *await sums(read, "pipeline", question, cuts, measures=_OPPORTUNITY_RATIOS),
        *await _orders(read, question, cuts, more=_ORDER_RATIOS),
    ]
    if question.side is None:
        until = question.up_to_its_end()
        found += await sums(read, "pipeline", until, _cuts(read, until), measures=("accounts", "accounts_worked"))
        found += await ended_terms(read, question, today=today)
        found += await _active_customers(read, question, today=today)
        found += await ramp_ups(read, question)
    return found


async def _active_customers(read: Read, question: Question, *, today: date) -> list[Sum]:
    """Those who were active when the period began, and those who lapsed in it, before today."""
    if question.period.start > today:
        return []
    before, over = question.before_its_start(), question.before(today)
    known = await sums(read, "contracts", before, _cuts(read, before), measures=("customers",))
    lapsed = await sums(read, "contracts", over, _cuts(read, over), measures=("lapsed",)) if over else []
    return [*(each._replace(measure="customers_before") for each in known), *lapsed]


async def ended_terms(read: Read, question: Question, *, today: date) -> list[Sum]:
    """The terms of contracts that ended in the period and before today, and those renewed: none is counted ahead."""
    over = question.before(today)
    if over is None:
        return []
    return await sums(read, "contracts", over, _cuts(read, over), measures=("terms_ended", "terms_renewed"))


def against(report: FunnelReport, group: str) -> Mapping[Group, Sequence[tuple[Stage, Difference]]]:
    """How the rates of every group lie against those of one; raises FigureGroupUnknown."""
    theirs = report.groups.get((group,))
    if theirs is None:
        raise FigureGroupUnknown(group=group)
    return {key: compared(ours, theirs) for key, ours in report.groups.items() if ours is not theirs}


def _cuts(read: Read, question: Question) -> Cuts:
    reach = read.principal.scope_of(PERMISSION)
    return question.cuts(everybody=reach is Scope.ALL, own=reach is Scope.OWN)


async def _reasons(read: Read, question: Question, prefix: str) -> list[Sum]:
    cuts = question.reasons(everybody=read.principal.scope_of(PERMISSION) is Scope.ALL)
    measures = (f"{prefix}lost", f"{prefix}won_for")
    return await sums(read, "pipeline", question, cuts, measures=measures, apart=True) if cuts else []


async def _orders(read: Read, question: Question, cuts: Cuts, *, more: Sequence[str]) -> list[Sum]:
    """Signed contracts; they know no channel, campaign or industry: there a won opportunity stands for one."""
    if question.side is None:
        return await sums(read, "contracts", question, cuts, measures=("orders", *more))
    won = await sums(read, "pipeline", question, cuts, measures=("won",))
    return [each._replace(measure="orders") for each in won]
