"""Undoing a merge (撤销合并): the leads are again what they were, but for what was changed since.

The rule, field by field (`undone_facts`): what is as the merge left it becomes what it was before; what was changed
since stays. Likely duplicates are looked at one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.clocks import resumed_clocks
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import FindingKeys, Lead, changed_fields
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import LeadMerge, Portrait
from services.leads.domain.merging import check_stands, portrait_of, repainted
from services.leads.domain.resemblance import Resemblance
from services.leads.domain.response import Timetable
from services.leads.domain.undone_facts import facts_without, untouched


@dataclass(eq=False, kw_only=True)
class LeadMergeNotFound(Refusal):
    """There is no such merge, or the caller may not see the lead that survived it."""

    kind = Kind.NOT_FOUND
    reason = "LEAD_MERGE_NOT_FOUND"

    merge: str


@dataclass(eq=False, kw_only=True)
class LeadMergeUndone(Refusal):
    """Somebody has undone the merge already."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_MERGE_UNDONE"

    actor: str


@dataclass(eq=False, kw_only=True)
class LeadMergeTooOld(Refusal):
    """The time is over in which the merge could be undone."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_MERGE_TOO_OLD"

    until: str


@dataclass(eq=False, kw_only=True)
class LeadMergeFollowed(Refusal):
    """A later merge into the same lead stands; the last one is undone first."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_MERGE_FOLLOWED"

    merge: str


@dataclass(eq=False, kw_only=True)
class LeadMergeConverting(Refusal):
    """The survivor is being converted: pipeline is being told what the customer is now."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_MERGE_CONVERTING"

    lead: str


@dataclass(frozen=True, slots=True)
class LeadReleased:
    """A merge was undone: other leads stand for themselves again."""

    others: tuple[UUID, ...]
    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadRestored:
    """The lead stands for itself again; it had been merged into another one."""

    survivor: UUID


def check_undoable(merge: LeadMerge, survivor: Lead, *, later: UUID | None, now: datetime) -> None:
    """Pass for the last merge into a lead that stands, as long as its time runs.

    `later` is a merge into the same lead that followed and stands. Raises LeadMergeUndone, LeadMergedAway,
    LeadMergeFollowed, LeadMergeConverting, LeadMergeTooOld.
    """
    if merge.undone is not None:
        raise LeadMergeUndone(actor=merge.undone.name)
    check_stands(survivor)
    if later is not None:
        raise LeadMergeFollowed(merge=f"leads/{merge.survivor}/merges/{later}")
    if survivor.state is LeadState.CONVERTING:
        raise LeadMergeConverting(lead=f"leads/{survivor.uuid}")
    if now > merge.undo_until:
        raise LeadMergeTooOld(until=merge.undo_until.isoformat())


def portrait_without(merge: LeadMerge, survivor: Lead, *, told_since: Sequence[LeadFacts]) -> Portrait:
    """What a merge wrote over as it is without it; `told_since` at further contacts, the oldest first."""
    before, after, present = merge.before, merge.after, portrait_of(survivor)
    owner_of = before if (present.owner, present.team) == (after.owner, after.team) else present
    return Portrait(
        facts=facts_without(before.facts, after.facts, present.facts, told_since=told_since),
        resembles=_hints_without(before.resembles, after.resembles, present.resembles),
        owner=owner_of.owner,
        team=owner_of.team,
        owner_reasons=owner_of.owner_reasons,
        pool=owner_of.pool,
    )


def releasing(
    survivor: Lead, others: Sequence[Lead], *, portrait: Portrait, keys: FindingKeys, timetable: Timetable
) -> Change[Lead]:
    """The survivor without what the merge brought; contacts of the others no longer count for it."""
    following = replace(
        repainted(survivor, portrait, timetable=timetable),
        keys=keys,
        touch_count=survivor.touch_count - sum(other.touch_count for other in others),
        update_time=timetable.now,
    )
    changed = changed_fields(survivor.facts, portrait.facts)
    return Change(following, (LeadReleased(tuple(other.uuid for other in others), changed),))


def restored(lead: Lead, *, state: LeadState, timetable: Timetable) -> Change[Lead]:
    """A lead that was merged away stands for itself again, in the state it had.

    Meanwhile nobody could work it: an owner has his time from now on, to answer it where he had not yet and to keep it.
    """
    into = lead.merged.into if lead.merged else lead.uuid
    clocks = resumed_clocks(lead.response, lead.recycling, team=lead.team, grade=lead.grade.value, timetable=timetable)
    following = replace(lead, state=state, merged=None, update_time=timetable.now, **clocks)
    return Change(following, (LeadRestored(into),))


def _hints_without(
    before: Sequence[Resemblance], after: Sequence[Resemblance], present: Sequence[Resemblance]
) -> tuple[Resemblance, ...]:
    was, became, now = ({hint.lead: hint for hint in hints} for hints in (before, after, present))
    kept = [untouched(was.get(lead), became.get(lead), now.get(lead)) for lead in {**was, **now}]
    found = [hint for hint in kept if hint is not None]
    return tuple(sorted(found, key=lambda hint: (-hint.score, hint.lead)))
