"""After a merge is undone every lead is what it was, but for what was changed since."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.facts import LeadFacts, Urgency
from services.leads.domain.lead import FindingKeys, Grade, Lead, Ownership
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_fields import Wishes, merge_facts
from services.leads.domain.merge_record import Act, LeadMerge, Merged, Portrait, Preference
from services.leads.domain.merge_undoing import (
    LeadMergeConverting,
    LeadMergeFollowed,
    LeadMergeTooOld,
    LeadMergeUndone,
    LeadReleased,
    LeadRestored,
    check_undoable,
    portrait_without,
    releasing,
    restored,
)
from services.leads.domain.merging import LeadMergedAway, absorbing, merged_away, portrait_of, united_hints
from services.leads.domain.resemblance import Band, Resemblance
from services.leads.domain.responding import answered
from tests.unit.leads.builders import ANNA, BO, NOON, TIMETABLE, a_budget, a_lead, facts, timetable

SURVIVOR, OTHER, THIRD, MERGE = UUID(int=11), UUID(int=12), UUID(int=13), UUID(int=99)
BY_ANNA = Act(actor="members/1", name="安娜", time=NOON)
LATER = NOON + timedelta(days=1)
KEYS = FindingKeys()

texts = st.sampled_from(["", "甲", "乙", "丙"])
times = st.none() | st.integers(0, 5).map(lambda days: NOON - timedelta(days=days))
told = st.fixed_dictionaries(
    {
        "contact_name": texts,
        "phone": texts,
        "need": texts,
        "employee_count": st.integers(0, 2),
        "urgency": st.sampled_from(Urgency),
        "budget": st.sampled_from([LeadFacts(company_name="-").budget, a_budget(100), a_budget(200)]),
        "received_time": times,
        "demo_request_time": times,
        "tags": st.lists(st.sampled_from("abc"), unique=True).map(tuple),
        "custom": st.dictionaries(st.sampled_from(["k1", "k2"]), st.sampled_from(["x", "y"])),
    }
)


def lead(uuid: UUID, days: int = 0, **known: Any) -> Lead:
    return replace(a_lead(**known), uuid=uuid, create_time=NOON + timedelta(days=days))


def do(survivor: Lead, others: list[Lead], wishes: Wishes) -> tuple[LeadMerge, Lead, list[Lead]]:
    """What the use case does of a merge in the domain."""
    family = {survivor.uuid, *(other.uuid for other in others)}
    portrait = replace(
        portrait_of(survivor),
        facts=merge_facts(survivor, others, wishes).facts,
        resembles=united_hints(survivor, others, family=family),
    )
    after = absorbing(survivor, others, portrait=portrait, keys=KEYS, timetable=TIMETABLE).aggregate
    gone = [merged_away(other, into=survivor.uuid, merge=MERGE, now=NOON).aggregate for other in others]
    return a_merge(portrait_of(survivor), portrait, others), after, gone


def a_merge(before: Portrait, after: Portrait, others: list[Lead]) -> LeadMerge:
    return LeadMerge(
        uuid=MERGE,
        survivor=SURVIVOR,
        version=2,
        others={other.uuid: other.state for other in others},
        done=BY_ANNA,
        undo_until=NOON + timedelta(days=30),
        before=before,
        after=after,
        decisions=(),
    )


def owned(alone: Lead) -> Lead:
    """The lead as ANNA got it, with a deadline for her answer."""
    return (
        replace(alone, grade=Grade.A, owner=None, response=None)
        .assigned(Ownership(owner=ANNA), timetable=TIMETABLE)
        .aggregate
    )


def undo(merge: LeadMerge, survivor: Lead, gone: list[Lead], *, told_since: list[LeadFacts]) -> tuple[Lead, list[Lead]]:
    portrait = portrait_without(merge, survivor, told_since=told_since)
    alone = releasing(survivor, gone, portrait=portrait, keys=KEYS, timetable=TIMETABLE).aggregate
    return alone, [restored(each, state=merge.others[each.uuid], timetable=TIMETABLE).aggregate for each in gone]


@given(told, st.lists(told, min_size=1, max_size=3), st.sampled_from(Preference))
def test_a_merge_that_is_undone_at_once_never_was(
    one: Mapping[str, Any], rest: list[Mapping[str, Any]], preference: Preference
) -> None:
    survivor = lead(SURVIVOR, **one)
    others = [lead(UUID(int=20 + place), place, **each) for place, each in enumerate(rest)]
    merge, after, gone = do(survivor, others, Wishes(preference=preference))
    assert undo(merge, after, gone, told_since=[]) == (survivor, others)


@given(told, told, told, st.sets(st.sampled_from(["contact_name", "phone", "need", "employee_count", "urgency"])))
def test_what_was_changed_since_stays_and_everything_else_is_what_it_was(
    one: Mapping[str, Any], other: Mapping[str, Any], edit: Mapping[str, Any], names: set[str]
) -> None:
    survivor = lead(SURVIVOR, **one)
    merge, after, gone = do(survivor, [lead(OTHER, 1, **other)], Wishes())
    edited = replace(after, facts=replace(after.facts, **{name: edit[name] for name in names}))
    alone, _ = undo(merge, edited, gone, told_since=[])
    changed = {name for name in names if getattr(edited.facts, name) != getattr(after.facts, name)}
    for name in (each.name for each in fields(LeadFacts)):
        meant = edited.facts if name in changed else survivor.facts
        assert getattr(alone.facts, name) == getattr(meant, name), name


@given(told, told, st.lists(told, max_size=3))
def test_contacts_since_count_as_if_the_merge_had_never_been(
    one: Mapping[str, Any], other: Mapping[str, Any], since: list[Mapping[str, Any]]
) -> None:
    survivor, contacts = lead(SURVIVOR, **one), [facts(**each) for each in since]
    merge, after, gone = do(survivor, [lead(OTHER, 1, **other)], Wishes())
    without = survivor
    for each in contacts:
        after = after.touched(facts=each, now=NOON).aggregate
        without = without.touched(facts=each, now=NOON).aggregate
    alone, _ = undo(merge, after, gone, told_since=contacts)
    assert alone == without


def test_tags_and_custom_fields_of_since_stay_one_by_one() -> None:
    survivor = lead(SURVIVOR, tags=("a",), custom={"k1": "x"})
    merge, after, gone = do(survivor, [lead(OTHER, tags=("b",), custom={"k2": "y", "k3": "z"})], Wishes())
    edited = replace(after.facts, tags=("b", "c"), custom={"k1": "x", "k2": "neu", "k3": "z", "k4": "w"})
    alone, _ = undo(merge, replace(after, facts=edited), gone, told_since=[])
    assert alone.facts.tags == ("c",)
    assert alone.facts.custom == {"k1": "x", "k2": "neu", "k4": "w"}


def test_an_owner_of_the_merge_goes_and_one_who_came_since_stays() -> None:
    survivor = lead(SURVIVOR)
    _, after, gone = do(survivor, [lead(OTHER)], Wishes())
    owned = replace(after, owner=ANNA)
    merge = a_merge(portrait_of(survivor), portrait_of(owned), [lead(OTHER)])
    assert undo(merge, owned, gone, told_since=[])[0].owner is None
    assert undo(merge, replace(owned, owner=BO), gone, told_since=[])[0].owner == BO


def test_likely_duplicates_come_back_and_those_dismissed_since_do_not() -> None:
    hints = [Resemblance(lead=each, score=0.9, band=Band.LIKELY) for each in (OTHER, THIRD)]
    survivor = replace(lead(SURVIVOR), resembles=tuple(hints))
    merge, after, gone = do(survivor, [lead(OTHER)], Wishes())
    dismissed = after.dismissed_duplicate(other=THIRD, now=NOON).aggregate
    assert undo(merge, dismissed, gone, told_since=[])[0].resembles == (hints[0],)


def test_a_lead_keeps_what_it_is_called_by_when_all_the_rest_was_cleared_since() -> None:
    survivor = replace(lead(SURVIVOR), facts=LeadFacts(phone="13800000000"))
    merge, after, gone = do(survivor, [lead(OTHER)], Wishes())
    cleared = replace(after, facts=replace(after.facts, phone=""))
    assert undo(merge, cleared, gone, told_since=[])[0].facts.company_name == "杭州云帆科技有限公司"


def test_undoing_tells_both_sides() -> None:
    merge, after, gone = do(lead(SURVIVOR), [lead(OTHER, need="一套")], Wishes())
    portrait = portrait_without(merge, after, told_since=[])
    released = releasing(after, gone, portrait=portrait, keys=KEYS, timetable=TIMETABLE)
    assert released.events == (LeadReleased((OTHER,), ("need",)),)
    assert restored(gone[0], state=LeadState.QUALIFIED, timetable=TIMETABLE).events == (LeadRestored(SURVIVOR),)


def test_a_merge_is_undone_until_its_last_moment() -> None:
    merge, after, _ = do(lead(SURVIVOR), [lead(OTHER)], Wishes())
    check_undoable(merge, after, later=None, now=merge.undo_until)
    with pytest.raises(LeadMergeTooOld):
        check_undoable(merge, after, later=None, now=merge.undo_until + timedelta(seconds=1))


def test_a_merge_is_undone_once_and_the_last_one_first() -> None:
    merge, after, _ = do(lead(SURVIVOR), [lead(OTHER)], Wishes())
    with pytest.raises(LeadMergeUndone) as undone:
        check_undoable(replace(merge, undone=BY_ANNA), after, later=None, now=LATER)
    assert undone.value.actor == "安娜"
    with pytest.raises(LeadMergeFollowed) as followed:
        check_undoable(merge, after, later=THIRD, now=LATER)
    assert followed.value.merge == f"leads/{SURVIVOR}/merges/{THIRD}"


def test_a_survivor_that_is_being_converted_or_was_merged_further_keeps_what_it_is() -> None:
    merge, after, _ = do(lead(SURVIVOR), [lead(OTHER)], Wishes())
    with pytest.raises(LeadMergeConverting):
        check_undoable(merge, replace(after, state=LeadState.CONVERTING), later=None, now=LATER)
    further = replace(after, state=LeadState.MERGED, merged=Merged(into=THIRD, merge=MERGE))
    with pytest.raises(LeadMergedAway):
        check_undoable(merge, further, later=None, now=LATER)


def test_who_comes_back_has_his_time_to_answer_from_then_on() -> None:
    merge, _, gone = do(lead(SURVIVOR), [owned(lead(OTHER))], Wishes())
    later = timetable(NOON + timedelta(days=10))
    back = restored(gone[0], state=merge.others[OTHER], timetable=later).aggregate
    before, clock = gone[0].response, back.response
    assert before is not None
    assert clock is not None
    assert (clock.owner, clock.start, clock.since) == (before.owner, later.now, later.now)
    assert clock.schedule == later.schedule(grade=back.grade.value, team=back.team, since=later.now)
    assert clock.due is not None
    assert clock.due > later.now


def test_who_had_answered_before_the_merge_has_answered_after_it() -> None:
    other = answered(owned(lead(OTHER)), (UUID(int=77), NOON), timetable=TIMETABLE).aggregate
    merge, _, gone = do(lead(SURVIVOR), [other], Wishes())
    later = timetable(NOON + timedelta(days=10))
    assert restored(gone[0], state=merge.others[OTHER], timetable=later).aggregate.response == other.response
