"""Capturing many leads at once (批量录入): the decisions of `capture`, with one look at the stock for all of them."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from chassis.work import UnitOfWork
from kernel.errors import Refusal
from services.leads.application.capture import Captured, as_answered, sees, take_in
from services.leads.application.finding import candidates_of_many
from services.leads.application.intake import Briefing, IntakeDesk, Newcomer, Told
from services.leads.application.rule_kinds import DUPLICATES
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead, LeadExistsElsewhere, create_lead
from services.leads.domain.resemblance import Candidate, IntakeVerdict, Resemblance, judge_intake
from services.leads.storage.lead_collaborators import SHARED_LEADS, shared_with_caller
from services.leads.storage.leads import visible_among
from services.leads.storage.stock import MOST_RESEMBLING, leads_to_touch

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
    told: Sequence[Told],
    desk: IntakeDesk,
    skip_known: bool = False,
    dry_run: bool = False,
) -> list[CaptureOutcome]:
    """Each lead is captured as if it came alone, in order; a refused one does not stop the others.

    A lead that repeats one further up is recognized like any other. With `skip_known` the customers already known
    are left out; with `dry_run` everything is decided and nothing is written. A dry run costs nothing and leaves no
    lead behind, so it compares with what the caller may see alone: else it would tell whom others know, list by list.
    """
    briefing, stock, lined_up = await _line_up(work, told=told, desk=desk, as_seen=dry_run)
    shared = await _shared(work, stock.values())
    batch = _Batch(briefing, stock, skip_known=skip_known, dry_run=dry_run)
    outcomes: list[CaptureOutcome] = []
    for place, one in enumerate(lined_up):
        outcomes.append(batch.take(work, one, shared=shared) if isinstance(one, _LinedUp) else one)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return outcomes


async def capture_together(
    units: Sequence[UnitOfWork], *, told: Sequence[LeadFacts], desk: IntakeDesk
) -> list[Captured | Refusal]:
    """Leads told by several callers at the same moment are captured one after another, each on its own account."""
    briefing, stock, lined_up = await _line_up(units[0], told=[Told(facts) for facts in told], desk=desk)
    batch = _Batch(briefing, stock)
    outcomes: list[Captured | Refusal] = []
    for work, one in zip(units, lined_up, strict=True):
        if isinstance(one, Refusal):
            outcomes.append(one)
            continue
        same = one.same_in_stock
        outcome = batch.take(work, one, shared=await _shared(work, [stock[same]] if same else ()))
        if isinstance(outcome, Captured):
            outcome = replace(outcome, lead=await as_answered(work, outcome.lead))
        outcomes.append(cast("Captured | Refusal", outcome))
    return outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinedUp:
    """A lead at the desk, the keys it is searched by, the known leads that share one, and what it has in common."""

    newcomer: Newcomer
    searched: frozenset[str]
    known: Sequence[Candidate]
    hints: Sequence[Resemblance]

    @property
    def same_in_stock(self) -> UUID | None:
        """The known lead it would be attached to if it came alone."""
        return judge_intake(self.hints).attach_to


async def _line_up(
    work: UnitOfWork, *, told: Sequence[Told], desk: IntakeDesk, as_seen: bool = False
) -> tuple[Briefing, Mapping[UUID, Lead], list[_LinedUp | Refusal]]:
    """Everything that is read for a batch: the rules, one look at the stock, the leads of it that may be touched."""
    briefing = await desk.brief(work)
    newcomers = await _prepare(briefing, told)
    searched = [
        newcomer.searched(briefing.rules) if isinstance(newcomer, Newcomer) else frozenset() for newcomer in newcomers
    ]
    stock = await candidates_of_many(work, searched, briefing.rules.duplicates)
    lined_up: list[_LinedUp | Refusal] = []
    for place, (newcomer, keys, known) in enumerate(zip(newcomers, searched, stock, strict=True)):
        lined_up.append(_compared(briefing, newcomer, keys, known) if isinstance(newcomer, Newcomer) else newcomer)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    if as_seen:
        lined_up = await _as_seen(work, lined_up)
    touched = {one.same_in_stock for one in lined_up if isinstance(one, _LinedUp)}
    return briefing, await leads_to_touch(work, [uuid for uuid in touched if uuid]), lined_up


async def _as_seen(work: UnitOfWork, lined_up: Sequence[_LinedUp | Refusal]) -> list[_LinedUp | Refusal]:
    """The same without what leads that the caller may not see have in common with his."""
    hinted = {hint.lead for one in lined_up if isinstance(one, _LinedUp) for hint in one.hints}
    seen = await visible_among(work, hinted, permission=SHARED_LEADS.reading)
    return [
        replace(one, hints=[hint for hint in one.hints if hint.lead in seen]) if isinstance(one, _LinedUp) else one
        for one in lined_up
    ]


def _compared(briefing: Briefing, newcomer: Newcomer, searched: frozenset[str], known: Sequence[Candidate]) -> _LinedUp:
    hints = briefing.resemblances(newcomer, known)
    return _LinedUp(newcomer=newcomer, searched=searched, known=known, hints=hints)


async def _shared(work: UnitOfWork, leads: Iterable[Lead]) -> frozenset[UUID]:
    """Which of the known leads outside the caller's scope are shared with him."""
    return await shared_with_caller(work, [lead for lead in leads if not sees(work.principal, lead)])


async def _prepare(briefing: Briefing, told: Sequence[Told]) -> list[Newcomer | Refusal]:
    newcomers: list[Newcomer | Refusal] = []
    for place, one in enumerate(told):
        try:
            newcomers.append(briefing.prepare(one.facts, traits=one.traits))
        except Refusal as refusal:
            newcomers.append(refusal)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return newcomers


class _Batch:
    """The leads of one batch as they stand after the rows before: what the tables do not show until the flush."""

    def __init__(
        self, briefing: Briefing, stock: Mapping[UUID, Lead], *, skip_known: bool = False, dry_run: bool = False
    ) -> None:
        self._briefing = briefing
        self._skip_known = skip_known
        self._dry_run = dry_run
        self._current = dict(stock)
        self._fresh: dict[UUID, Newcomer] = {}
        self._by_key: dict[str, list[UUID]] = {}

    def take(self, work: UnitOfWork, one: _LinedUp, *, shared: Collection[UUID]) -> CaptureOutcome:
        """Capture one lead beside the stock and the rows before it."""
        before = self._rows_before(one.searched)
        verdict = judge_intake([*one.hints, *self._briefing.resemblances(one.newcomer, before)])
        try:
            outcome = self._decide(work, one.newcomer, [*one.known, *before], verdict, shared)
        except Refusal as refusal:
            return refusal
        if isinstance(outcome, Captured):
            self._keep(outcome.lead, one.newcomer, is_new=not outcome.touched)
        return outcome

    def _rows_before(self, searched: Iterable[str]) -> list[Candidate]:
        """As many as of the stock, by the same order: those that share the most keys first, then the older."""
        shared = Counter(uuid for key in searched for uuid in self._by_key.get(key, ()))
        most = sorted(shared.items(), key=lambda found: (-found[1], found[0]))[:MOST_RESEMBLING]
        return [Candidate(uuid, self._fresh[uuid].prints) for uuid, _ in most]

    def _decide(
        self,
        work: UnitOfWork,
        newcomer: Newcomer,
        known: Sequence[Candidate],
        verdict: IntakeVerdict,
        shared: Collection[UUID],
    ) -> CaptureOutcome:
        same = self._current[verdict.attach_to] if verdict.attach_to else None
        if same is not None and same.uuid in self._fresh:
            shared = {
                *shared,
                same.uuid,
            }  # told of by him, a row before
        if same is not None and (self._dry_run or self._skip_known) and not sees(work.principal, same, shared=shared):
            raise LeadExistsElsewhere(team=self._briefing.team_of(same))
        if same is not None and self._skip_known:
            return Skipped(lead=same)
        if not self._dry_run:
            return take_in(
                work,
                briefing=self._briefing,
                newcomer=newcomer,
                known=known,
                verdict=verdict,
                same=self._current,
                shared=shared,
            )
        if same is not None:
            return Captured(lead=same, touched=True)
        change = create_lead(
            uuid=work.new_id(),
            facts=newcomer.facts,
            keys=newcomer.keys,
            resembles=verdict.hints,
            rules_version=self._briefing.version(DUPLICATES),
            timetable=self._briefing.timetable,
        )
        return Captured(lead=change.aggregate, touched=False)

    def _keep(self, lead: Lead, newcomer: Newcomer, *, is_new: bool) -> None:
        self._current[lead.uuid] = lead
        if is_new:
            self._fresh[lead.uuid] = newcomer
            for key in newcomer.match:
                self._by_key.setdefault(key, []).append(lead.uuid)
