"""After an import is undone leads are what they were, but for what was made of them since (撤销导入)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.conversion import begin_conversion
from services.leads.domain.conversion_record import Choices
from services.leads.domain.facts import LeadFacts, Urgency
from services.leads.domain.import_traces import LeadTrace, mark_of, signs_of, trace_of
from services.leads.domain.import_undoing import (
    Evidence,
    ImportUndo,
    UndoOutcome,
    Work,
    facts_without_rows,
    work_on_known,
    work_on_made,
)
from services.leads.domain.lead import FindingKeys, Grade, GradeOverride, Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import Merged
from services.leads.domain.merging import LeadMergedAway, check_stands, check_unmerged
from services.leads.domain.pooling import Claim, taken_from_pool
from services.leads.domain.pools import LeadPool
from services.leads.domain.touches import Touch
from services.leads.domain.withdrawing import (
    LeadTakenBack,
    LeadTouchesWithdrawn,
    LeadWithdrawn,
    touches_withdrawn,
    withdrawn,
)
from tests.unit.leads.builders import ANNA, EAST, NOON, TIMETABLE, a_budget, a_lead, facts
from trade.budget import NO_BUDGET
from trade.pools.claiming import MoveKind
from trade.pools.pool import PoolTerms
from trade.reasons import Reason

NOTHING = Evidence()
told = st.builds(
    LeadFacts,
    company_name=st.just("云帆"),
    urgency=st.sampled_from(Urgency),
    budget=st.sampled_from([NO_BUDGET, a_budget(100), a_budget(200)]),
    demo_request_time=st.none() | st.integers(0, 5).map(lambda days: NOON - timedelta(days=days)),
)

POOL = LeadPool(uuid=UUID(int=301), terms=PoolTerms(display_name="华东"), create_time=NOON, update_time=NOON)


def made(**known: Any) -> tuple[Lead, LeadTrace]:
    """A lead that a row made, with what the row left behind."""
    lead = a_lead(**known)
    return lead, trace_of(lead.facts, lead=lead.uuid, touch=None, before=None)


def touch(number: int, told: LeadFacts) -> Touch:
    return Touch(
        uuid=UUID(int=number), lead=UUID(int=9), time=NOON, actor="", told=told, score=1.0, reasons=(), rules=0
    )


def attached(lead: Lead, number: int, told: LeadFacts) -> tuple[Lead, LeadTrace]:
    """A known lead to which a row was attached, and what that left behind."""
    after = lead.touched(facts=told, now=NOON).aggregate
    return after, trace_of(after.facts, lead=lead.uuid, touch=UUID(int=number), before=lead.facts)


def worked(lead: Lead, trace: LeadTrace, evidence: Evidence = NOTHING, *touches: Touch) -> Work | None:
    return work_on_made(lead, traces=[trace], touches=touches, evidence=evidence)


def test_a_lead_nobody_worked_can_be_taken_back() -> None:
    assert worked(*made()) is None


def test_what_the_system_did_by_itself_is_no_work() -> None:
    lead, trace = made()
    given = replace(lead, owner=ANNA, facts=replace(lead.facts, region=EAST))
    regraded = given.graded(grade=Grade.B, reasons=(), rules_version=2, timetable=TIMETABLE).aggregate
    assert worked(regraded, trace) is None


@pytest.mark.parametrize(
    ("evidence", "work"),
    [
        (Evidence(followed_up=True), Work.FOLLOWED_UP),
        (Evidence(behaved=True), Work.BEHAVED),
        (Evidence(shared=True), Work.SHARED),
        (Evidence(judged=True), Work.JUDGED),
        (Evidence(absorbed=True), Work.MERGED),
        (Evidence(absorbed=True, followed_up=True), Work.MERGED),
    ],
)
def test_what_lies_beside_a_lead_keeps_it(evidence: Evidence, work: Work) -> None:
    assert worked(*made(), evidence) is work


def test_a_lead_somebody_changed_is_kept() -> None:
    lead, trace = made()
    changed = lead.updated(facts=facts(need="两套"), keys=FindingKeys(), now=NOON).aggregate
    assert worked(changed, trace) is Work.CHANGED


@pytest.mark.parametrize("kind", [MoveKind.CLAIMED, MoveKind.HANDED_OUT])
def test_a_lead_somebody_got_from_a_pool_since_is_his_and_kept(kind: MoveKind) -> None:
    lead, trace = made()
    claim = Claim(owner=ANNA, team=None, region=None, author="安娜", kind=kind)
    pooled = replace(lead, owner=None, pool=POOL.uuid)
    assert worked(pooled, trace) is None
    assert worked(taken_from_pool(pooled, POOL, claim, timetable=TIMETABLE).aggregate, trace) is Work.HANDED_OVER


def test_a_lead_somebody_graded_handed_over_or_converted_is_kept() -> None:
    lead, trace = made()
    override = GradeOverride(grade=Grade.A, reason="老客户", author="members/1", author_name="安娜", time=NOON)
    assert worked(replace(lead, grade_override=override), trace) is Work.GRADED
    by_hand = (Reason("ASSIGNED_BY_HAND", {"author": "安娜"}),)
    assert worked(replace(lead, owner=ANNA, owner_reasons=by_hand), trace) is Work.HANDED_OVER
    owned = replace(lead, owner=ANNA)
    wanted = begin_conversion(owned, choices=Choices(), job=UUID(int=1), actor=ANNA, now=NOON).aggregate
    assert worked(wanted, trace) is Work.CONVERTED
    assert worked(replace(lead, state=LeadState.DISQUALIFIED), trace) is Work.FOLLOWED_UP


def test_a_contact_of_others_keeps_a_lead_and_a_row_of_the_same_file_does_not() -> None:
    lead, first = made()
    again, second = attached(lead, 71, facts(urgency=Urgency.HIGH))
    own, others = touch(71, facts(urgency=Urgency.HIGH)), touch(72, facts())
    assert work_on_made(again, traces=[first, second], touches=[own], evidence=NOTHING) is None
    assert work_on_made(again, traces=[first, second], touches=[own, others], evidence=NOTHING) is Work.TOUCHED


def test_a_known_lead_that_is_handed_on_or_stands_no_more_keeps_its_contacts() -> None:
    lead = a_lead()
    assert work_on_known(lead) is None
    assert work_on_known(replace(lead, state=LeadState.CONVERTED)) is Work.CONVERTED
    assert work_on_known(replace(lead, state=LeadState.CONVERTING)) is Work.CONVERTED
    merged = replace(lead, state=LeadState.MERGED, merged=Merged(into=UUID(int=1), merge=UUID(int=2)))
    assert work_on_known(merged) is Work.MERGED
    assert work_on_known(replace(lead, state=LeadState.WITHDRAWN)) is Work.WITHDRAWN


@given(told, st.lists(told, min_size=1, max_size=4))
def test_undoing_all_rows_of_a_known_lead_gives_what_it_was(before: LeadFacts, rows: list[LeadFacts]) -> None:
    lead = replace(a_lead(), facts=before)
    traces, touches = [], []
    for number, row in enumerate(rows, start=1):
        lead, trace = attached(lead, number, row)
        traces.append(trace)
        touches.append(touch(number, row))
    assert facts_without_rows(lead, traces=traces, touches=touches) == before


@given(told, told, st.lists(told, max_size=3))
def test_what_others_told_since_counts_as_if_the_row_had_never_been(
    before: LeadFacts, row: LeadFacts, since: list[LeadFacts]
) -> None:
    lead, never = replace(a_lead(), facts=before), replace(a_lead(), facts=before)
    lead, trace = attached(lead, 1, row)
    touches = [touch(1, row)]
    for number, each in enumerate(since, start=2):
        lead = lead.touched(facts=each, now=NOON).aggregate
        never = never.touched(facts=each, now=NOON).aggregate
        touches.append(touch(number, each))
    assert facts_without_rows(lead, traces=[trace], touches=touches) == never.facts


@given(told, told, st.sampled_from(Urgency))
def test_a_field_somebody_changed_since_stays(before: LeadFacts, row: LeadFacts, urgency: Urgency) -> None:
    lead, trace = attached(replace(a_lead(), facts=before), 1, row)
    changed = replace(lead.facts, urgency=urgency, need="改过")
    undone = facts_without_rows(replace(lead, facts=changed), traces=[trace], touches=[touch(1, row)])
    assert undone.need == "改过"
    if urgency is not lead.facts.urgency:
        assert undone.urgency is urgency


def test_a_lead_taken_back_is_told_once_and_nothing_is_done_with_it_any_more() -> None:
    change = withdrawn(a_lead(), now=NOON)
    assert change.events == (LeadWithdrawn(),)
    assert change.aggregate.state is LeadState.WITHDRAWN
    assert change.aggregate.running_clock is None
    with pytest.raises(LeadTakenBack):
        check_stands(change.aggregate)
    check_unmerged(change.aggregate)
    with pytest.raises(LeadMergedAway):
        check_unmerged(replace(a_lead(), merged=Merged(into=UUID(int=1), merge=UUID(int=2))))


def test_contacts_taken_back_count_no_more_and_tell_what_they_had_changed() -> None:
    lead, _ = attached(a_lead(), 71, facts(urgency=Urgency.HIGH))
    change = touches_withdrawn(lead, touches=[UUID(int=71)], facts=a_lead().facts, now=NOON)
    assert change.aggregate.touch_count == 1
    assert change.events == (LeadTouchesWithdrawn((UUID(int=71),), ("urgency",)),)


def test_the_mark_of_facts_is_the_same_after_they_were_stored_and_differs_with_every_field() -> None:
    told = facts(custom={"b": "1", "a": "2"}, tags=("x",), budget=a_budget(5), received_time=NOON)
    shanghai = replace(told, custom={"a": "2", "b": "1"}, received_time=NOON.astimezone(TIMETABLE.calendar(None).zone))
    assert mark_of(told) == mark_of(shanghai) == mark_of(replace(told, region=EAST))
    others = [
        replace(told, need="x"),
        replace(told, tags=()),
        replace(told, custom={}),
        replace(told, budget=NO_BUDGET),
    ]
    assert len({mark_of(each) for each in [told, *others]}) == 5


def test_a_trace_holds_signs_alone_and_no_word_of_the_customer() -> None:
    lead, trace = attached(a_lead(contact_name="王芳", phone="13905711234"), 1, facts(phone="13905719999"))
    assert trace.after == signs_of(lead.facts)
    assert "1390571" not in repr(trace)
    assert "王芳" not in repr(trace)


def test_an_undo_counts_its_rows_by_what_became_of_them() -> None:
    undo = ImportUndo(lead_import=UUID(int=1), author="a", author_name="a", start_time=NOON, row_count=3)
    undo = undo.went_on([UndoOutcome.TAKEN_BACK, UndoOutcome.KEPT]).went_on([UndoOutcome.KEPT])
    assert (undo.done, undo.counts[UndoOutcome.KEPT], undo.counts[UndoOutcome.DETACHED]) == (3, 2, 0)
