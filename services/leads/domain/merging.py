"""Merging leads of one customer (线索合并): one survives and the others lead to it; nothing of them is lost."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.leads.domain.clocks import clocks_of_owner
from services.leads.domain.lead import FindingKeys, Lead, changed_fields
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.merge_record import Merged, Portrait
from services.leads.domain.resemblance import Resemblance
from services.leads.domain.response import Timetable
from services.leads.domain.withdrawing import check_not_withdrawn
from trade.reasons import Reason

_MERGEABLE = OPEN_STATES | {LeadState.DISQUALIFIED}
_SURVIVING = _MERGEABLE | {LeadState.CONVERTED}


@dataclass(eq=False, kw_only=True)
class LeadMergedAway(Refusal):
    """The lead was merged into another one, which stands for the customer now; nothing is done with it any more."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_MERGED"

    lead: str
    survivor: str


@dataclass(eq=False, kw_only=True)
class LeadMergedTwice(InvalidField):
    """A lead is to be merged with itself, or is named twice."""

    reason = "LEAD_MERGE_NAMES_TWICE"

    field: str = "others"
    lead: str


@dataclass(eq=False, kw_only=True)
class LeadCannotMerge(Refusal):
    """The lead is converted and cannot be merged away, is being converted, or may not take in one that is worked."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_MERGE"

    lead: str
    state: str


@dataclass(frozen=True, slots=True)
class LeadAbsorbed:
    """Other leads of the same customer were merged into the lead."""

    others: tuple[UUID, ...]
    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadMerged:
    """The lead was merged into another one."""

    survivor: UUID


def check_stands(lead: Lead) -> None:
    """Pass for a lead that stands for its customer; raises LeadMergedAway with the one that does, LeadTakenBack."""
    check_not_withdrawn(lead)
    check_unmerged(lead)


def check_unmerged(lead: Lead) -> None:
    """Pass for a lead that was not merged away; raises LeadMergedAway."""
    if lead.merged is not None:
        raise LeadMergedAway(lead=f"leads/{lead.uuid}", survivor=f"leads/{lead.merged.into}")


def check_mergeable(survivor: Lead, others: Sequence[Lead]) -> None:
    """Pass for leads that may become one; raises LeadMergedTwice, LeadMergedAway, LeadCannotMerge.

    A converted lead is a customer elsewhere: it survives, and two of them stay two. What somebody works does not go
    into what was judged not worth selling to.
    """
    seen = {survivor.uuid}
    for other in others:
        if other.uuid in seen:
            raise LeadMergedTwice(lead=f"leads/{other.uuid}")
        seen.add(other.uuid)
    for lead in (survivor, *others):
        check_stands(lead)
    for other in others:
        if other.state not in _MERGEABLE:
            raise _cannot(other)
    is_worked = any(other.state in OPEN_STATES for other in others)
    if survivor.state not in _SURVIVING or (survivor.state is LeadState.DISQUALIFIED and is_worked):
        raise _cannot(survivor)


def _cannot(lead: Lead) -> LeadCannotMerge:
    return LeadCannotMerge(lead=f"leads/{lead.uuid}", state=lead.state.value)


def portrait_of(lead: Lead) -> Portrait:
    """The part of a lead that a merge may write over, as it stands."""
    return Portrait(
        facts=lead.facts,
        resembles=lead.resembles,
        owner=lead.owner,
        team=lead.team,
        owner_reasons=lead.owner_reasons,
        pool=lead.pool,
    )


def with_portrait(lead: Lead, portrait: Portrait) -> Lead:
    """The lead with that part of it as it was kept."""
    return replace(
        lead,
        facts=portrait.facts,
        resembles=portrait.resembles,
        owner=portrait.owner,
        team=portrait.team,
        owner_reasons=portrait.owner_reasons,
        pool=portrait.pool,
    )


def repainted(lead: Lead, portrait: Portrait, *, timetable: Timetable) -> Lead:
    """The same from now on: an owner it did not have has clocks of his own."""
    owner, team, grade = portrait.owner, portrait.team, lead.grade.value
    clocks = clocks_of_owner(lead.response, lead.recycling, owner=owner, team=team, grade=grade, timetable=timetable)
    return replace(with_portrait(lead, portrait), **clocks)


def owner_to_take(survivor: Lead, others: Iterable[Lead]) -> Lead | None:
    """The lead whose owner takes a survivor of nobody: the newest that somebody works; None where there is no need."""
    if survivor.owner is not None or survivor.state not in OPEN_STATES:
        return None
    owned = [other for other in others if other.owner is not None and other.state in OPEN_STATES]
    return max(owned, key=lambda lead: (lead.create_time, lead.uuid), default=None)


def united_hints(survivor: Lead, others: Iterable[Lead], *, family: Collection[UUID]) -> tuple[Resemblance, ...]:
    """What all of them resemble, each other lead once by its best score, without those that have become one."""
    best: dict[UUID, Resemblance] = {}
    for hint in (hint for lead in (survivor, *others) for hint in lead.resembles):
        if hint.lead not in family and (hint.lead not in best or best[hint.lead].score < hint.score):
            best[hint.lead] = hint
    return tuple(sorted(best.values(), key=lambda hint: (-hint.score, hint.lead)))


def absorbing(
    survivor: Lead, others: Sequence[Lead], *, portrait: Portrait, keys: FindingKeys, timetable: Timetable
) -> Change[Lead]:
    """The survivor after a merge: every contact of the customer counts for it from now on."""
    following = replace(
        repainted(survivor, portrait, timetable=timetable),
        keys=keys,
        touch_count=survivor.touch_count + sum(other.touch_count for other in others),
        update_time=timetable.now,
    )
    changed = changed_fields(survivor.facts, portrait.facts)
    return Change(following, (LeadAbsorbed(tuple(other.uuid for other in others), changed),))


def merged_away(lead: Lead, *, into: UUID, merge: UUID, now: datetime) -> Change[Lead]:
    """The lead keeps everything it is, and only leads to the survivor from now on."""
    following = replace(lead, state=LeadState.MERGED, merged=Merged(into=into, merge=merge), update_time=now)
    return Change(following, (LeadMerged(into),))


def taken_with(owner: Lead) -> tuple[Reason, ...]:
    """Why the survivor has an owner that it had not."""
    return (Reason("ASSIGNED_BY_MERGE", {"lead": f"leads/{owner.uuid}"}),)
