"""Judging leads (线索甄别): worth selling to by the checklist, or not, for a reason; and judged anew."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.clocks import resumed_clocks
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.qualification_record import ChecklistAnswer, Qualification, Verdict
from services.leads.domain.qualification_rules import ChecklistItem, QualificationRules
from services.leads.domain.response import Timetable

NEXT_STATES: Mapping[LeadState, frozenset[LeadState]] = {
    LeadState.NEW: frozenset({LeadState.QUALIFIED, LeadState.DISQUALIFIED}),
    LeadState.QUALIFIED: frozenset({LeadState.DISQUALIFIED}),
    LeadState.DISQUALIFIED: frozenset({LeadState.NEW}),
    LeadState.CONVERTING: frozenset(),
    LeadState.CONVERTED: frozenset(),
    LeadState.MERGED: frozenset(),
    LeadState.WITHDRAWN: frozenset(),
}


@dataclass(eq=False, kw_only=True)
class LeadCannotBeJudged(Refusal):
    """The lead does not stand where it could be judged so: it is judged already, converted, or being converted."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_BE_JUDGED"

    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class LeadChecklistUnmet(Refusal):
    """Must-haves of the checklist are not met; `items` are their titles."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CHECKLIST_UNMET"

    items: str
    items_en: str


@dataclass(eq=False, kw_only=True)
class LeadChecklistTooLow(Refusal):
    """Too little of the checklist is met."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CHECKLIST_TOO_LOW"

    percent: int
    needed: int


@dataclass(frozen=True, slots=True)
class LeadChecklistAnswered:
    """Somebody said which items of the checklist a lead meets."""


@dataclass(frozen=True, slots=True)
class LeadQualified:
    """A lead was judged worth selling to."""


@dataclass(frozen=True, slots=True)
class LeadDisqualified:
    """A lead was judged not worth selling to, for the reason of this code."""

    code: str


@dataclass(frozen=True, slots=True)
class LeadReopened:
    """A lead that was judged not worth selling to is worked again; `by_touch` where its customer made contact."""

    by_touch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStanding:
    """Whether a lead meets an item: as a person says, else as its facts show; None while neither tells."""

    item: ChecklistItem
    met: bool | None
    answer: ChecklistAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """How a lead stands by the ideal customer profile: whole per cent of the weights, rounded down."""

    items: tuple[ItemStanding, ...]
    percent: int
    qualified_from: int

    @property
    def unmet_musts(self) -> tuple[ChecklistItem, ...]:
        """The must-haves nobody and nothing shows to be met."""
        return tuple(each.item for each in self.items if each.item.must and not each.met)

    @property
    def fits(self) -> bool:
        """Whether the lead may be judged worth selling to."""
        return not self.unmet_musts and self.percent >= self.qualified_from


def checklist_of(
    rules: QualificationRules, record: Qualification | None, *, holds: Callable[[str], bool | None]
) -> Checklist:
    """How the lead stands; `holds` answers for the code of an item with a condition.

    A person's word goes before what the facts show. Facts alone meet an item, they never deny one.
    """
    answers = record.by_item if record else {}
    items = tuple(_standing(item, answers.get(item.code), holds) for item in rules.items)
    whole = sum(item.weight for item in rules.items)
    met = sum(each.item.weight for each in items if each.met)
    # Where nothing weighs anything, nothing is missing.
    return Checklist(items=items, percent=100 * met // whole if whole else 100, qualified_from=rules.qualified_from)


def _standing(item: ChecklistItem, answer: ChecklistAnswer | None, holds: Callable[[str], bool | None]) -> ItemStanding:
    if answer is not None:
        return ItemStanding(item=item, met=answer.met, answer=answer)
    return ItemStanding(item=item, met=True if item.condition and holds(item.code) else None)


def answered_checklist(
    lead: Lead, given: Iterable[ChecklistAnswer], *, withdrawn: Iterable[str], now: datetime
) -> Change[Lead]:
    """Keep what somebody says of an open lead; nothing new is no event. Raises LeadCannotBeJudged."""
    if lead.state not in OPEN_STATES:
        raise LeadCannotBeJudged(state=lead.state.value, wanted="answered")
    before = lead.qualification or Qualification()
    record = before.with_answers(given, withdrawn=withdrawn)
    if record == before:
        return Change(lead, ())
    return Change(replace(lead, qualification=record, update_time=now), (LeadChecklistAnswered(),))


def qualified(lead: Lead, checklist: Checklist, verdict: Verdict) -> Change[Lead]:
    """Judge a new lead worth selling to. Raises LeadCannotBeJudged, LeadChecklistUnmet, LeadChecklistTooLow."""
    _check_move(lead, LeadState.QUALIFIED)
    if unmet := checklist.unmet_musts:
        raise LeadChecklistUnmet(
            items="、".join(item.title for item in unmet),
            items_en=", ".join(item.title_en or item.title for item in unmet),
        )
    if not checklist.fits:
        raise LeadChecklistTooLow(percent=checklist.percent, needed=checklist.qualified_from)
    return Change(_judged(lead, LeadState.QUALIFIED, verdict), (LeadQualified(),))


def disqualified(lead: Lead, verdict: Verdict) -> Change[Lead]:
    """Judge an open lead not worth selling to: nobody works it, and its clock comes to nothing.

    Raises LeadCannotBeJudged.
    """
    _check_move(lead, LeadState.DISQUALIFIED)
    return Change(_judged(lead, LeadState.DISQUALIFIED, verdict), (LeadDisqualified(verdict.code),))


def reopened(lead: Lead, *, by_touch: bool, timetable: Timetable) -> Change[Lead]:
    """A lead that was judged not worth selling to is new again, and waits to be judged anew.

    Its owner has his time from now on, to answer it where he had not and to keep it. Raises LeadCannotBeJudged.
    """
    _check_move(lead, LeadState.NEW)
    record = replace(lead.qualification or Qualification(), verdict=None)
    clocks = resumed_clocks(lead.response, lead.recycling, team=lead.team, grade=lead.grade.value, timetable=timetable)
    following = replace(lead, state=LeadState.NEW, qualification=record, update_time=timetable.now, **clocks)
    return Change(following, (LeadReopened(by_touch),))


def _judged(lead: Lead, state: LeadState, verdict: Verdict) -> Lead:
    record = replace(lead.qualification or Qualification(), verdict=verdict)
    return replace(lead, state=state, qualification=record, update_time=verdict.time)


def _check_move(lead: Lead, wanted: LeadState) -> None:
    if wanted not in NEXT_STATES[lead.state]:
        raise LeadCannotBeJudged(state=lead.state.value, wanted=wanted.value)
