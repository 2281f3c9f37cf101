"""What a fact keeps of its history, and how its points move with it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.analytics.domain.cells import cells_of
from services.analytics.domain.facts import LeadFact, OpportunityFact, Outcome, RegistrationFact, Step
from services.analytics.domain.folding import (
    OpportunityTold,
    lead_after,
    opportunity_after,
    present_visit,
    registration_after,
)
from services.analytics.domain.points import points_of
from tests.support.selling import ANNA, BO, EAST, HANGZHOU

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE = UUID(int=1)


def told(day: int, stage: Step = Step.PROSPECT, state: str = "open") -> OpportunityTold:
    return OpportunityTold(
        uuid=ONE,
        day=date(2026, 1, day),
        created=date(2026, 1, 1),
        owner=ANNA,
        team=HANGZHOU,
        region=EAST,
        stage=stage,
        entered_time=datetime(2026, 1, day, tzinfo=UTC),
        state=state,
        closed=date(2026, 1, day),
        closed_time=datetime(2026, 1, day, tzinfo=UTC),
        amount=500,
        currency="CNY",
    )


def after(*events: OpportunityTold) -> OpportunityFact:
    fact: OpportunityFact | None = None
    for event in events:
        fact, _ = opportunity_after(fact, event)
    assert fact is not None
    return fact


def test_a_skipped_stage_was_reached_with_the_one_behind_it() -> None:
    fact = after(told(1), told(5, Step.NEGOTIATION))
    assert (fact.need, fact.quote, fact.negotiation, fact.signing) == (date(2026, 1, 5),) * 3 + (None,)


def test_whoever_signs_has_reached_every_stage_wherever_he_was() -> None:
    fact = after(told(1), told(5, Step.NEED), told(9, Step.NEED, "won"))
    assert (fact.furthest, fact.need, fact.signing) == (Step.SIGNING, date(2026, 1, 5), date(2026, 1, 9))
    assert present_visit(fact).outcome is Outcome.MOVED_ON


def test_falling_back_takes_nothing_back() -> None:
    fact = after(told(1), told(5, Step.QUOTE), told(7, Step.NEED), told(9, Step.QUOTE))
    assert (fact.furthest, fact.quote, fact.stay) == (Step.QUOTE, date(2026, 1, 5), 4)


def test_stages_of_one_kind_are_one_stay() -> None:
    first, _ = opportunity_after(None, told(1, Step.NEED))
    second, ended = opportunity_after(first, told(4, Step.NEED))
    assert (ended, second.stay, second.entered_time.day) == (None, 1, 1)


def test_a_lost_opportunity_that_is_reopened_is_no_longer_lost() -> None:
    fact = after(told(1), told(5, Step.QUOTE, "lost"), told(9, Step.QUOTE))
    assert (fact.closed, fact.closed_time, present_visit(fact).outcome) == (None, None, Outcome.OPEN)
    assert not any("lost" in measure for measure, *_ in points_of(fact, SHANGHAI))


def test_a_won_opportunity_that_is_worked_on_again_ends_its_stay_before_it_was_paid() -> None:
    won = after(told(1), told(5, Step.SIGNING), told(5, Step.SIGNING, "won"))
    again, ended = opportunity_after(won, told(9, Step.SIGNING))
    assert ended is not None
    assert (ended.outcome, ended.left_time, again.stay) == (Outcome.MOVED_BACK, datetime(2026, 1, 9, tzinfo=UTC), 3)


def test_what_moves_to_another_owner_takes_all_its_points_along() -> None:
    before = after(told(1), told(5, Step.NEED))
    given = replace(before, owner=BO)
    cells = cells_of([(before, given)], SHANGHAI)
    assert {added for key, added in cells.items() if str(BO) in key[3]} == {(1, 500)}
    assert {added for key, added in cells.items() if str(ANNA) in key[3]} == {(-1, -500)}
    assert {key[0] for key in cells} == {"person/month", "person/day"}


def test_nothing_changed_changes_no_cell() -> None:
    fact = after(told(1), told(5, Step.NEED))
    assert cells_of([(fact, fact)], SHANGHAI) == {}


def test_a_lead_is_converted_on_the_day_it_first_says_so() -> None:
    lead = LeadFact(uuid=ONE, created=date(2026, 1, 1), state="new")
    converted = lead_after(lead, replace(lead, state="converted"), day=date(2026, 1, 4))
    again = lead_after(converted, replace(lead, state="converted"), day=date(2026, 1, 9))
    assert (converted.converted, again.converted) == (date(2026, 1, 4), date(2026, 1, 4))
    assert lead_after(again, lead, day=date(2026, 1, 10)).converted is None


def test_a_lead_that_was_merged_counts_no_more_and_again_as_before_when_that_is_undone() -> None:
    told = LeadFact(uuid=ONE, created=date(2026, 1, 1), state="disqualified")
    judged = lead_after(None, told, day=date(2026, 1, 4))
    merged = lead_after(judged, replace(told, state="merged"), day=date(2026, 1, 8))
    assert points_of(merged, SHANGHAI) == {}
    assert lead_after(merged, told, day=date(2026, 1, 9)) == judged


def test_a_lead_that_was_taken_back_counts_no_more() -> None:
    told = LeadFact(uuid=ONE, created=date(2026, 1, 1), state="new")
    before = lead_after(None, told, day=date(2026, 1, 1))
    assert points_of(before, SHANGHAI)
    gone = lead_after(before, replace(told, state="withdrawn"), day=date(2026, 1, 8))
    assert points_of(gone, SHANGHAI) == {}


def test_a_lead_first_heard_of_when_it_was_merged_counts_nowhere() -> None:
    told = LeadFact(uuid=ONE, created=date(2026, 1, 1), state="merged")
    assert points_of(lead_after(None, told, day=date(2026, 1, 8)), SHANGHAI) == {}


def test_a_registration_counts_once_it_is_reviewed() -> None:
    draft = RegistrationFact(uuid=ONE, created=date(2026, 1, 1))
    assert points_of(draft, SHANGHAI) == {}
    approved = registration_after(draft, replace(draft, approved=date(2026, 1, 3)), opened=True, day=date(2026, 1, 5))
    assert {(measure, day) for measure, day, *_ in points_of(approved, SHANGHAI)} == {
        ("registered", date(2026, 1, 3)),
        ("cohort_registered", date(2026, 1, 1)),
        ("registration_opened", date(2026, 1, 5)),
        ("cohort_registration_opened", date(2026, 1, 1)),
    }
