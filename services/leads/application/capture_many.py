"""Capturing many leads at once (批量录入): the decisions of `capture`, with one look at the stock for all of them."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import Refusal
from services.leads.application.capture import Captured, as_answered, sees, take_in
from services.leads.application.intake import Briefing, IntakeDesk, Newcomer
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead, LeadExistsElsewhere, create_lead
from services.leads.domain.resemblance import judge_intake
from services.leads.domain.rule_sets import RuleKind
from services.leads.storage.lead_collaborators import shared_with_caller
from services.leads.storage.lead_imports import find_resembling_many

# Between so many leads the loop serves others: a batch is long, and calls of people wait behind it.
_BREATH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A lead left out, because its customer is already known as this lead."""

    lead: Lead


CaptureOutcome = Captured | Skipped | Refusal


async def capture_many(
    work: UnitOfWork,
    *,
    told: Sequence[LeadFacts],
    desk: IntakeDesk,
    skip_known: bool = False,
    dry_run: bool = False,
) -> list[CaptureOutcome]:
    """Each lead is captured as if it came alone, in order; a refused one does not stop the others.

    A lead that repeats one further up is recognized like any other. With `skip_known` the customers already known
    are left out; with `dry_run` everything is decided and nothing is written.
    """
    briefing, lined_up = await _line_up(work, told=told, desk=desk)
    shared = await _shared(work, lined_up)
    batch = _Batch(briefing, skip_known=skip_known, dry_run=dry_run)
    outcomes: list[CaptureOutcome] = []
    for place, (newcomer, searched, stock) in enumerate(lined_up):
        outcomes.append(
            batch.take(work, newcomer, searched, stock, shared=shared) if isinstance(newcomer, Newcomer) else newcomer
        )
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return outcomes


async def capture_together(
    units: Sequence[UnitOfWork], *, told: Sequence[LeadFacts], desk: IntakeDesk
) -> list[Captured | Refusal]:
    """Leads told by several callers at the same moment are captured one after another, each on its own account."""
    briefing, lined_up = await _line_up(units[0], told=told, desk=desk)
    batch = _Batch(briefing)
    outcomes: list[Captured | Refusal] = []
    for work, one in zip(units, lined_up, strict=True):
        newcomer, searched, stock = one
        if not isinstance(newcomer, Newcomer):
            outcomes.append(newcomer)
            continue
        outcome = batch.take(work, newcomer, searched, stock, shared=await _shared(work, [one]))
        if isinstance(outcome, Captured):
            outcome = replace(outcome, lead=await as_answered(work, outcome.lead))
        outcomes.append(cast("Captured | Refusal", outcome))
    return outcomes


# A lead at the desk, or why it is refused; the keys it is searched by; the known leads that share one.
_LinedUp = tuple[Newcomer | Refusal, frozenset[str], Sequence[Lead]]


async def _line_up(work: UnitOfWork, *, told: Sequence[LeadFacts], desk: IntakeDesk) -> tuple[Briefing, list[_LinedUp]]:
    """Everything that is read for a batch: the rules, and one look at the stock."""
    briefing = await desk.brief(work)
    newcomers = await _prepare(briefing, told)
    searched = [
        newcomer.searched(briefing.rules) if isinstance(newcomer, Newcomer) else frozenset() for newcomer in newcomers
    ]
    stock = await find_resembling_many(work, searched)
    return briefing, list(zip(newcomers, searched, stock, strict=True))


async def _shared(work: UnitOfWork, lined_up: Sequence[_LinedUp]) -> frozenset[UUID]:
    """Which of the known leads outside the caller's scope are shared with him."""
    unseen = {lead.uuid: lead for _, _, stock in lined_up for lead in stock if not sees(work.principal, lead)}
    return await shared_with_caller(work, unseen.values())


async def _prepare(briefing: Briefing, told: Sequence[LeadFacts]) -> list[Newcomer | Refusal]:
    newcomers: list[Newcomer | Refusal] = []
    for place, facts in enumerate(told):
        try:
            newcomers.append(briefing.prepare(facts))
        except Refusal as refusal:
            newcomers.append(refusal)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return newcomers


class _Batch:
    """The leads of one batch as they stand after the rows before: what the tables do not show until the flush."""

    def __init__(self, briefing: Briefing, *, skip_known: bool = False, dry_run: bool = False) -> None:
        self._briefing = briefing
        self._skip_known = skip_known
        self._dry_run = dry_run
        self._current: dict[UUID, Lead] = {}
        self._by_key: dict[str, list[UUID]] = {}

    def take(
        self,
        work: UnitOfWork,
        newcomer: Newcomer,
        searched: Iterable[str],
        stock: Sequence[Lead],
        *,
        shared: Collection[UUID],
    ) -> CaptureOutcome:
        """Capture one lead beside the stock and the rows before it."""
        known = {lead.uuid: self._current.get(lead.uuid, lead) for lead in stock}
        for key in searched:
            for uuid in self._by_key.get(key, ()):
                known.setdefault(uuid, self._current[uuid])
        try:
            outcome = self._decide(work, newcomer, list(known.values()), shared)
        except Refusal as refusal:
            return refusal
        if isinstance(outcome, Captured):
            self._keep(outcome.lead, is_new=not outcome.touched)
        return outcome

    def _decide(
        self, work: UnitOfWork, newcomer: Newcomer, known: Sequence[Lead], shared: Collection[UUID]
    ) -> CaptureOutcome:
        if not self._dry_run and not (self._skip_known and known):
            return take_in(work, briefing=self._briefing, newcomer=newcomer, known=known, shared=shared)
        verdict = judge_intake(self._briefing.resemblances(newcomer, known))
        same = next((lead for lead in known if lead.uuid == verdict.attach_to), None)
        if same is not None and not sees(work.principal, same, shared=shared):
            raise LeadExistsElsewhere
        if same is not None and self._skip_known:
            return Skipped(lead=same)
        if not self._dry_run:
            return take_in(work, briefing=self._briefing, newcomer=newcomer, known=known, shared=shared)
        if same is not None:
            return Captured(lead=same, touched=True)
        change = create_lead(
            uuid=work.new_id(),
            facts=newcomer.facts,
            keys=newcomer.keys,
            resembles=verdict.hints,
            rules_version=self._briefing.version(RuleKind.DUPLICATES),
            now=work.now,
        )
        return Captured(lead=change.aggregate, touched=False)

    def _keep(self, lead: Lead, *, is_new: bool) -> None:
        self._current[lead.uuid] = lead
        if is_new:
            for key in lead.keys.match:
                self._by_key.setdefault(key, []).append(lead.uuid)
