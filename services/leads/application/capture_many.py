"""Capturing many leads at once (批量录入): the decisions of `capture`, with one look at the stock for all of them."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import Refusal
from services.leads.application.capture import Captured, sees, take_in
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
    briefing = await desk.brief(work)
    newcomers = await _prepare(briefing, told)
    searched = [
        newcomer.searched(briefing.rules) if isinstance(newcomer, Newcomer) else frozenset() for newcomer in newcomers
    ]
    stock = await find_resembling_many(work, searched)
    unseen = {lead.uuid: lead for leads in stock for lead in leads if not sees(work.principal, lead)}
    shared = await shared_with_caller(work, unseen.values())
    batch = _Batch(work, briefing, shared=shared, skip_known=skip_known, dry_run=dry_run)
    outcomes: list[CaptureOutcome] = []
    for place, newcomer in enumerate(newcomers):
        outcomes.append(
            batch.take(newcomer, searched[place], stock[place]) if isinstance(newcomer, Newcomer) else newcomer
        )
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return outcomes


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

    def __init__(
        self, work: UnitOfWork, briefing: Briefing, *, shared: Collection[UUID], skip_known: bool, dry_run: bool
    ) -> None:
        self._work = work
        self._briefing = briefing
        self._shared = shared
        self._skip_known = skip_known
        self._dry_run = dry_run
        self._current: dict[UUID, Lead] = {}
        self._by_key: dict[str, list[UUID]] = {}

    def take(self, newcomer: Newcomer, searched: Iterable[str], stock: Sequence[Lead]) -> CaptureOutcome:
        """Capture one lead beside the stock and the rows before it."""
        known = {lead.uuid: self._current.get(lead.uuid, lead) for lead in stock}
        for key in searched:
            for uuid in self._by_key.get(key, ()):
                known.setdefault(uuid, self._current[uuid])
        try:
            outcome = self._decide(newcomer, list(known.values()))
        except Refusal as refusal:
            return refusal
        if isinstance(outcome, Captured):
            self._keep(outcome.lead, is_new=not outcome.touched)
        return outcome

    def _decide(self, newcomer: Newcomer, known: Sequence[Lead]) -> CaptureOutcome:
        if not self._dry_run and not (self._skip_known and known):
            return self._take_in(newcomer, known)
        verdict = judge_intake(self._briefing.resemblances(newcomer, known))
        same = next((lead for lead in known if lead.uuid == verdict.attach_to), None)
        if same is not None and not sees(self._work.principal, same, shared=self._shared):
            raise LeadExistsElsewhere
        if same is not None and self._skip_known:
            return Skipped(lead=same)
        if not self._dry_run:
            return self._take_in(newcomer, known)
        if same is not None:
            return Captured(lead=same, touched=True)
        change = create_lead(
            uuid=self._work.new_id(),
            facts=newcomer.facts,
            keys=newcomer.keys,
            resembles=verdict.hints,
            rules_version=self._briefing.version(RuleKind.DUPLICATES),
            now=self._work.now,
        )
        return Captured(lead=change.aggregate, touched=False)

    def _take_in(self, newcomer: Newcomer, known: Sequence[Lead]) -> Captured:
        return take_in(self._work, briefing=self._briefing, newcomer=newcomer, known=known, shared=self._shared)

    def _keep(self, lead: Lead, *, is_new: bool) -> None:
        self._current[lead.uuid] = lead
        if is_new:
            for key in lead.keys.match:
                self._by_key.setdefault(key, []).append(lead.uuid)
