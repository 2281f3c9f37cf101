"""What a purchase intent is told from, and when what became of a lead is known (购买意向)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.money import Money
from services.leads.domain.behaviours import (
    NOTHING_DONE,
    Behaviour,
    BehaviourInFuture,
    BehaviourKind,
    BehaviourTooEarly,
    Tally,
)
from services.leads.domain.intent import (
    LEAD_CLOSED,
    features,
    intent_of,
    known_budget,
    known_outcome,
    observed_at,
    standing_of,
    youngest_with_outcome,
)
from services.leads.domain.lead_state import LeadState
from tests.unit.leads.builders import NOON, a_budget, a_lead
from trade.budget import Budget
from trade.probability import Opinion

DAY = timedelta(days=1)


def a_behaviour(**told: object) -> Behaviour:
    values = {
        "uuid": UUID(int=1),
        "lead": UUID(int=2),
        "kind": BehaviourKind.CLICK,
        "time": NOON,
        "sender": "members/1",
        "event_id": "1",
        "told_time": NOON,
    }
    return Behaviour(**{**values, **told})  # type: ignore[arg-type]  # what a test leaves out is told above


@pytest.mark.parametrize("clocks_differ", [timedelta(), timedelta(minutes=1)])
def test_a_behaviour_may_be_as_late_as_clocks_differ(clocks_differ: timedelta) -> None:
    assert a_behaviour(time=NOON + clocks_differ).checked(field="time").time == NOON + clocks_differ


def test_a_behaviour_of_later_than_that_is_refused() -> None:
    with pytest.raises(BehaviourInFuture) as refusal:
        a_behaviour(time=NOON + timedelta(seconds=61)).checked(field="behaviours[3].time")
    assert refusal.value.field == "behaviours[3].time"


def test_a_behaviour_of_more_than_two_years_ago_is_refused() -> None:
    assert a_behaviour(time=NOON - 730 * DAY).checked(field="time")
    with pytest.raises(BehaviourTooEarly):
        a_behaviour(time=NOON - 731 * DAY).checked(field="time")


@pytest.mark.parametrize("asset", ["/prices?mail=a@b.example", "/prices#top", " /prices "])
def test_an_asset_is_kept_without_what_may_name_a_person(asset: str) -> None:
    assert a_behaviour(asset=asset).checked(field="time").asset == "/prices"


def test_nothing_younger_than_the_moment_is_a_feature() -> None:
    lead = a_lead(demo_request_time=NOON + DAY)
    row = features(standing_of(lead, channel="website"), NOTHING_DONE, at=NOON)
    assert row["demo_days"] is None
    assert features(standing_of(lead, channel=""), NOTHING_DONE, at=NOON + 3 * DAY)["demo_days"] == 2


def test_days_beyond_what_was_learnt_from_are_all_alike() -> None:
    standing, tally = standing_of(a_lead(), channel=""), Tally(last_time=NOON)
    row = features(standing, tally, at=NOON + 400 * DAY)
    assert (row["age_days"], row["quiet_days"]) == (60, 60)


def test_a_budget_counts_in_whole_yuan_by_its_upper_bound() -> None:
    assert known_budget(a_budget(12_345_67)) == 12345
    assert known_budget(Budget(least=Money(minor=100), most=Money(minor=90_000))) == 900
    assert known_budget(Budget(least=Money(minor=100, currency="USD"), most=None)) is None


def test_leads_are_observed_at_every_age_and_each_always_at_the_same() -> None:
    moments = {observed_at(UUID(int=number), NOON) - NOON for number in range(70)}
    assert moments == {timedelta(hours=1), DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY}
    assert observed_at(UUID(int=9), NOON) == observed_at(UUID(int=9), NOON)


def test_an_outcome_is_known_when_the_horizon_is_over_even_for_what_was_converted_long_before() -> None:
    soon = NOON + 2 * DAY
    assert known_outcome(observed=NOON, convert_time=soon, now=NOON + 89 * DAY) is None
    assert known_outcome(observed=NOON, convert_time=soon, now=NOON + 90 * DAY) is True


def test_what_is_converted_after_the_horizon_was_not_converted_within_it() -> None:
    assert known_outcome(observed=NOON, convert_time=NOON + 91 * DAY, now=NOON + 200 * DAY) is False
    assert known_outcome(observed=NOON, convert_time=None, now=NOON + 200 * DAY) is False


def test_what_was_converted_before_the_moment_is_not_learnt_from() -> None:
    assert known_outcome(observed=NOON, convert_time=NOON - DAY, now=NOON + 200 * DAY) is None


def test_no_lead_younger_than_the_youngest_has_a_known_outcome() -> None:
    made = youngest_with_outcome(NOON) + timedelta(seconds=1)
    assert all(
        known_outcome(observed=observed_at(UUID(int=number), made), convert_time=None, now=NOON) is None
        for number in range(7)
    )


def test_a_lead_that_nobody_works_has_no_intent() -> None:
    opinion = Opinion(probability=0.9, logit=2.2, base=2.2, parts={})
    closed = replace(a_lead(), state=LeadState.CONVERTED)
    assert intent_of(closed, {}, opinion, model=3, now=NOON).silence == LEAD_CLOSED
    assert intent_of(a_lead(), {}, opinion, model=3, now=NOON).probability == 0.9
