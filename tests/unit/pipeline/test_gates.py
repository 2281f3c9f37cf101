"""No opportunity goes on past a gate that is neither met nor waived, on whatever path."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Refusal
from kernel.events import Change
from kernel.money import Money
from services.pipeline.domain.evidence import (
    EvidenceEmpty,
    EvidenceFileMissing,
    EvidenceKind,
    EvidenceLinkUnknown,
    QuoteIsNoUpload,
    WaiverState,
)
from services.pipeline.domain.gates import (
    GateUnmet,
    StageMoveNotAllowed,
    gaps_before,
    gate_debt,
    moved,
    opened,
    won,
)
from services.pipeline.domain.opportunity import (
    Opportunity,
    OpportunityMoved,
    OpportunityState,
    OpportunityWon,
    StageMove,
)
from services.pipeline.domain.opportunity_facts import Facts, Opening
from services.pipeline.domain.opportunity_refusals import OpportunityCannotMove, OpportunityClosed
from services.pipeline.domain.proving import quote_stands, waiver_requested, with_evidence, without_evidence
from services.pipeline.domain.sales_process import (
    SalesProcess,
    SalesProcessClosed,
    StageKind,
    StageUnknown,
    create_process,
)
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import (
    AGREED,
    CLASSIC,
    CONTRACT,
    STANDARD,
    a_waiver,
    an_opportunity,
    evidence,
)


def go(opportunity: Opportunity, to: str, process: SalesProcess = STANDARD, **later: float) -> Opportunity:
    return moved(opportunity, process=process, to=to, now=NOON + timedelta(**later)).aggregate


def documented(opportunity: Opportunity | None = None) -> Opportunity:
    return with_evidence(opportunity or an_opportunity(), evidence=evidence()).aggregate


def quoted(opportunity: Opportunity, quote: str = "quotes/1", *, stands: bool = True) -> Opportunity:
    return quote_stands(
        opportunity, quote=quote, stands=stands, uuid=UUID(int=51), actor="services/contracts", now=NOON
    ).aggregate


def test_leaving_need_confirmed_needs_the_customer_requirement_document() -> None:
    with pytest.raises(GateUnmet) as refusal:
        go(an_opportunity(), "quote")
    assert (refusal.value.stage, refusal.value.missing) == ("need", "evidence.requirement_document")
    assert go(documented(), "quote").standing.kind is StageKind.QUOTE


def test_leaving_the_offer_needs_the_quote() -> None:
    offering = go(documented(), "quote")
    with pytest.raises(GateUnmet) as refusal:
        go(offering, "negotiation")
    assert (refusal.value.stage, refusal.value.missing) == ("quote", "evidence.quote")
    assert go(quoted(offering), "negotiation").standing.stage == "negotiation"


def test_a_quote_that_was_overtaken_opens_no_gate() -> None:
    offering = quoted(quoted(go(documented(), "quote")), stands=False)
    with pytest.raises(GateUnmet):
        go(offering, "negotiation")


def test_nobody_uploads_a_quote_past_its_approval() -> None:
    with pytest.raises(QuoteIsNoUpload):
        with_evidence(an_opportunity(), evidence=evidence(EvidenceKind.QUOTE))


def test_skipping_a_stage_skips_no_gate() -> None:
    with pytest.raises(GateUnmet) as refusal:
        go(documented(), "negotiation")
    assert refusal.value.stage == "quote"
    change = moved(quoted(documented()), process=STANDARD, to="negotiation", now=NOON)
    assert [event.move for event in change.events if isinstance(event, OpportunityMoved)] == [StageMove.SKIP]


def test_nobody_enters_the_last_stage_without_a_signed_contract() -> None:
    negotiating = go(quoted(documented()), "negotiation")
    with pytest.raises(GateUnmet) as refusal:
        go(negotiating, "signing")
    assert refusal.value.missing == "linked.contract_signed"


def test_going_back_asks_for_nothing_and_takes_the_confirmed_need_away() -> None:
    offering = go(documented(), "quote")
    change = moved(offering, process=STANDARD, to="need", now=NOON)
    assert isinstance(change.events[0], OpportunityMoved)
    assert change.events[0].move is StageMove.BACK
    assert (offering.need_confirmed_time, change.aggregate.need_confirmed_time) == (NOON, None)


def test_a_waiver_opens_its_gate_until_it_ends_and_leaves_a_debt() -> None:
    waived = replace(an_opportunity(), waivers=(a_waiver("need", end_time=NOON + timedelta(days=7)),))
    offering = go(waived, "quote", days=6)
    debt = gate_debt(STANDARD, offering, now=NOON + timedelta(days=6))
    assert [(gap.stage, gap.requirement.code, gap.waived) for gap in debt] == [
        ("need", "evidence.requirement_document", True)
    ]
    with pytest.raises(GateUnmet):
        go(waived, "quote", days=7)
    assert gate_debt(STANDARD, documented(offering), now=NOON) == ()


def test_evidence_taken_back_becomes_gate_debt() -> None:
    offering = go(documented(), "quote")
    without = without_evidence(offering, uuid=offering.evidence[0].uuid, now=NOON).aggregate
    assert [gap.waived for gap in gate_debt(STANDARD, without, now=NOON)] == [False]


def test_a_signed_contract_is_evidence_for_every_gate_still_on_the_way() -> None:
    change = won(an_opportunity(), process=STANDARD, contract=CONTRACT, amount=AGREED, now=NOON)
    assert [type(event) for event in change.events] == [OpportunityMoved, OpportunityWon]
    assert isinstance(change.events[0], OpportunityMoved)
    assert change.events[0].move is StageMove.SKIP
    assert (change.aggregate.state, change.aggregate.standing.stage) == (OpportunityState.WON, "signing")
    assert gate_debt(STANDARD, change.aggregate, now=NOON) == ()


def test_it_is_won_once() -> None:
    closed = won(an_opportunity(), process=STANDARD, contract=CONTRACT, amount=AGREED, now=NOON).aggregate
    with pytest.raises(OpportunityCannotMove):
        won(closed, process=STANDARD, contract=CONTRACT, amount=AGREED, now=NOON)
    with pytest.raises(OpportunityCannotMove):
        go(closed, "need")


def test_a_process_may_say_where_one_may_go() -> None:
    stages = (replace(STANDARD.stages[0], moves=frozenset({"quote"})), *STANDARD.stages[1:])
    strict = replace(STANDARD, stages=stages)
    with pytest.raises(StageMoveNotAllowed):
        go(quoted(documented()), "negotiation", strict)
    with pytest.raises(StageUnknown):
        go(an_opportunity(), "nowhere")


@pytest.mark.parametrize(
    ("wanted", "process", "stage"),
    [
        (StageKind.NEED, STANDARD, "need"),
        (StageKind.QUOTE, STANDARD, "need"),
        (StageKind.SIGNING, STANDARD, "need"),
        (StageKind.PROSPECT, CLASSIC, "prospect"),
        (StageKind.NEED, CLASSIC, "qualified"),
        (StageKind.SIGNING, CLASSIC, "qualified"),
    ],
)
def test_it_opens_where_the_customer_is_said_to_be_but_never_past_an_unmet_gate(
    wanted: StageKind, process: SalesProcess, stage: str
) -> None:
    assert an_opportunity(process, wanted_kind=wanted).standing.stage == stage


@pytest.mark.parametrize(
    ("wanted", "stage"),
    [(StageKind.NEED, "need"), (StageKind.QUOTE, "quote"), (StageKind.SIGNING, "signing")],
)
def test_follow_up_states_map_to_the_stages_where_no_gate_stands_between(wanted: StageKind, stage: str) -> None:
    free = replace(STANDARD, stages=tuple(replace(each, gate=()) for each in STANDARD.stages))
    assert an_opportunity(free, wanted_kind=wanted).standing.stage == stage


STAGES = [stage.key for stage in STANDARD.stages]
STEPS: list[Callable[[Opportunity], Change[Opportunity]]] = [
    *(lambda o, key=key: moved(o, process=STANDARD, to=key, now=NOON) for key in STAGES),
    lambda o: with_evidence(o, evidence=evidence()),
    lambda o: without_evidence(o, uuid=UUID(int=50), now=NOON),
    lambda o: quote_stands(o, quote="quotes/1", stands=True, uuid=UUID(int=51), actor="x", now=NOON),
    lambda o: quote_stands(o, quote="quotes/1", stands=False, uuid=UUID(int=51), actor="x", now=NOON),
    lambda o: o.lost(reason="price", competitor="", tactics="", now=NOON),
    lambda o: o.reopened(process=STANDARD, now=NOON),
    lambda o: o.updated(facts=replace(o.facts, next_step="回访"), now=NOON),
    lambda o: won(o, process=STANDARD, contract=CONTRACT, amount=AGREED, now=NOON),
]


@given(st.sampled_from(list(StageKind)), st.lists(st.sampled_from(STEPS), max_size=30))
def test_no_path_goes_forward_past_a_gap_that_is_not_waived(
    wanted: StageKind, steps: list[Callable[[Opportunity], Change[Opportunity]]]
) -> None:
    opening = Opening(account=UUID(int=9), facts=Facts(display_name="云帆"), wanted_kind=wanted)
    opportunity = opened(opening, uuid=UUID(int=5), process=STANDARD, now=NOON).aggregate
    assert gate_debt(STANDARD, opportunity, now=NOON) == ()
    for step in steps:
        before = STANDARD.place(opportunity.standing.stage)
        try:
            following = step(opportunity).aggregate
        except Refusal:
            continue
        after = STANDARD.place(following.standing.stage)
        judged = replace(opportunity, outcome=following.outcome)
        if after > before:
            assert gaps_before(STANDARD, judged, to=after, now=NOON) == ()
        opportunity = following


@pytest.mark.parametrize(
    ("shown", "refusal"),
    [
        ({}, EvidenceFileMissing),
        ({"linked": "accounts/1"}, EvidenceFileMissing),
        ({"kind": EvidenceKind.SIGNED_FILE, "linked": "contracts/1"}, EvidenceFileMissing),
        ({"kind": EvidenceKind.OTHER, "note": "口头确认"}, EvidenceEmpty),
        ({"kind": EvidenceKind.OTHER, "linked": "foo/1"}, EvidenceLinkUnknown),
    ],
)
def test_a_gate_opens_by_no_evidence_of_nothing(shown: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        with_evidence(an_opportunity(), evidence=replace(evidence(**shown), file=None))


def test_the_note_of_a_meeting_is_its_record() -> None:
    met = replace(evidence(EvidenceKind.MEETING_RECORD, note="客户确认三百个坐席"), file=None)
    assert with_evidence(an_opportunity(), evidence=met).aggregate.evidence == (met,)


def test_what_people_link_to_a_quote_neither_hides_it_nor_goes_with_it() -> None:
    own = evidence(EvidenceKind.OTHER, linked="quotes/1")
    linked = with_evidence(documented(), evidence=own).aggregate
    offered = quoted(linked)
    assert offered.quoted_time is not None
    overtaken = quoted(offered, stands=False)
    assert (overtaken.quoted_time, own in overtaken.evidence) == (None, True)


def test_what_a_closed_opportunity_was_worth_does_not_change_any_more() -> None:
    won_one = won(an_opportunity(), process=STANDARD, contract=CONTRACT, amount=AGREED, now=NOON).aggregate
    lost_one = an_opportunity().lost(reason="price", competitor="", tactics="", now=NOON).aggregate
    for closed in (won_one, lost_one):
        dearer = replace(closed.facts, amount=Money(minor=900_000_00))
        with pytest.raises(OpportunityClosed) as refusal:
            closed.updated(facts=dearer, now=NOON)
        assert refusal.value.field == "opportunity.amount"
        learnt = replace(closed.facts, competitor="远山软件", tactics="低价")
        assert closed.updated(facts=learnt, now=NOON).aggregate.facts.competitor == "远山软件"


def test_nobody_sets_a_closed_process_up_as_the_default() -> None:
    with pytest.raises(SalesProcessClosed):
        create_process(replace(CLASSIC, is_default=True, closed=True), now=NOON)


def test_what_was_won_or_lost_keeps_its_evidence() -> None:
    lost_one = documented().lost(reason="price", competitor="", tactics="", now=NOON).aggregate
    with pytest.raises(OpportunityCannotMove):
        without_evidence(lost_one, uuid=UUID(int=50), now=NOON)


def test_a_quote_that_was_overtaken_was_still_a_quote_in_time() -> None:
    offered = quoted(go(documented(), "quote"))
    overtaken = quoted(offered, stands=False)
    assert (overtaken.quoted_time, overtaken.first_quoted_time) == (None, NOON)
    assert go(overtaken, "need").first_quoted_time is None, "a need that is open again is quoted anew"


def test_a_waiver_that_waits_or_holds_is_never_dropped_for_a_newer_one() -> None:
    end = NOON + timedelta(days=9)
    holding = a_waiver("need", end_time=end)
    refused_ones = [
        replace(a_waiver("need", end_time=end, state=WaiverState.REFUSED), uuid=UUID(int=100 + at)) for at in range(99)
    ]
    full = replace(an_opportunity(), waivers=(holding, *refused_ones))
    asked = replace(a_waiver("need", end_time=end, state=WaiverState.REQUESTED), uuid=UUID(int=61))
    kept = waiver_requested(full, process=STANDARD, waiver=asked, now=NOON).aggregate.waivers
    assert (len(kept), kept[0], kept[-1]) == (100, holding, asked)
