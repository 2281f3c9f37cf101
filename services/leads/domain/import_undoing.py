"""Undoing a whole import (撤销导入): what it made goes, what it changed is what it was, and what was worked stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from services.leads.domain.facts import LeadFacts
from services.leads.domain.import_traces import LeadTrace, mark_of
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.touches import Touch
from services.leads.domain.undone_facts import facts_without

# Somebody chose the owner, or the owner the lead.
_HANDED_OVER = frozenset({"ASSIGNED_BY_HAND", "ASSIGNED_BY_CLAIM", "ASSIGNED_FROM_POOL"})


class UndoState(Enum):
    """Whether an undo goes on."""

    RUNNING = "running"
    FINISHED = "finished"


class UndoOutcome(Enum):
    """What became of a row."""

    TAKEN_BACK = "taken_back"  # the lead it had made
    DETACHED = "detached"  # from the known lead it was attached to
    KEPT = "kept"


class Work(Enum):
    """What was done with a lead since, for which it stays; the first that holds is told."""

    WITHDRAWN = "withdrawn"
    CONVERTED = "converted"
    MERGED = "merged"
    FOLLOWED_UP = "followed_up"
    TOUCHED = "touched"
    CHANGED = "changed"
    GRADED = "graded"
    HANDED_OVER = "handed_over"
    SHARED = "shared"
    JUDGED = "judged"
    BEHAVED = "behaved"


@dataclass(eq=False, kw_only=True)
class LeadImportUndoNotFound(Refusal):
    """The import was not undone."""

    kind = Kind.NOT_FOUND
    reason = "LEAD_IMPORT_UNDO_NOT_FOUND"

    lead_import: str


@dataclass(eq=False, kw_only=True)
class LeadImportUndone(Refusal):
    """The import is being undone already, or was."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_IMPORT_UNDONE"

    actor: str


@dataclass(eq=False, kw_only=True)
class LeadImportNotEnded(Refusal):
    """The import has taken nothing in, or still takes rows in."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_IMPORT_NOT_ENDED"

    state: str


@dataclass(eq=False, kw_only=True)
class LeadImportTooOld(Refusal):
    """The time is over in which the import could be undone."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_IMPORT_TOO_OLD"

    until: str


@dataclass(eq=False, kw_only=True)
class LeadImportLeftNoTrace(Refusal):
    """The import was carried out by a release that did not keep what rows left behind."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_IMPORT_LEFT_NO_TRACE"

    lead_import: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndo:
    """How far an undo is: rows there are to undo, and what became of those done so far."""

    lead_import: UUID
    author: str
    author_name: str
    start_time: datetime
    row_count: int
    state: UndoState = UndoState.RUNNING
    counts: Mapping[UndoOutcome, int] = field(default_factory=dict)
    end_time: datetime | None = None

    @property
    def done(self) -> int:
        """How many rows are done."""
        return sum(self.counts.values())

    def went_on(self, outcomes: Sequence[UndoOutcome]) -> "ImportUndo":
        """Some rows further."""
        counts = {each: self.counts.get(each, 0) + outcomes.count(each) for each in UndoOutcome}
        return replace(self, counts=counts)

    def finished(self, *, now: datetime) -> "ImportUndo":
        """Every row is done."""
        return replace(self, state=UndoState.FINISHED, end_time=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What lies beside a lead that tells that it was worked."""

    followed_up: bool = False
    behaved: bool = False
    shared: bool = False
    judged: bool = False
    absorbed: bool = False


def work_on_made(
    lead: Lead, *, traces: Sequence[LeadTrace], touches: Sequence[Touch], evidence: Evidence
) -> Work | None:
    """What was done with a lead since rows of the import made it; None where it can be taken back.

    `touches` are the contacts attached to it that stand; those of the import itself are no work.
    """
    own = {trace.touch for trace in traces}
    holds = {
        Work.WITHDRAWN: lead.state is LeadState.WITHDRAWN,
        Work.CONVERTED: lead.conversion is not None,
        Work.MERGED: lead.merged is not None or evidence.absorbed,
        Work.FOLLOWED_UP: evidence.followed_up or lead.state is not LeadState.NEW,
        Work.TOUCHED: any(touch.uuid not in own for touch in touches),
        Work.CHANGED: mark_of(lead.facts) != traces[-1].mark,
        Work.GRADED: lead.grade_override is not None,
        Work.HANDED_OVER: any(reason.code in _HANDED_OVER for reason in lead.owner_reasons),
        Work.SHARED: evidence.shared,
        Work.JUDGED: evidence.judged,
        Work.BEHAVED: evidence.behaved,
    }
    return next((work for work in Work if holds[work]), None)


def work_on_known(lead: Lead) -> Work | None:
    """What forbids to take contacts of a known lead back; None where they can be.

    A customer who was handed on, or for whom another lead stands, is no longer what this lead says.
    """
    if lead.state is LeadState.WITHDRAWN:
        return Work.WITHDRAWN
    if lead.state in {LeadState.CONVERTING, LeadState.CONVERTED}:
        return Work.CONVERTED
    return Work.MERGED if lead.merged is not None else None


def facts_without_rows(lead: Lead, *, traces: Sequence[LeadTrace], touches: Sequence[Touch]) -> LeadFacts:
    """The facts of a known lead as they would be without rows of an import, the last row undone first.

    `touches` are the contacts that stand, the oldest first.
    """
    facts, own = lead.facts, {trace.touch for trace in traces}
    for trace in reversed(traces):
        if trace.before is None or trace.after is None:
            continue
        place = next((place for place, touch in enumerate(touches) if touch.uuid == trace.touch), len(touches))
        told_since = [touch.told for touch in touches[place + 1 :] if touch.uuid not in own]
        before, after = trace.before.laid_over(facts), trace.after.laid_over(facts)
        facts = facts_without(before, after, facts, told_since=told_since)
    return facts
