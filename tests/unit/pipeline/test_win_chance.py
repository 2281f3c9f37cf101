"""What a chance to win is told from, and what an opportunity is expected to bring (赢率)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.win_chance import (
    OPPORTUNITY_CLOSED,
    Step,
    as_of,
    chance_of,
    classed_minor,
    expected_minor,
    features,
    observed_at,
    stays,
    usual_stays,
    with_region,
)
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import an_opportunity
from trade.probability import Part, Score
from trade.reasons import Reason

DAY = timedelta(days=1)
SILENT = Reason("WIN_NEVER_LEARNT")


def a_step(days: float = 0, **told: Any) -> Step:
    """What an event some days after the opening left of an opportunity."""
    values: dict[str, Any] = {
        "time": NOON + days * DAY,
        "is_open": True,
        "create_time": NOON,
        "stage": "need",
        "stage_probability": 20,
        "stage_entered_time": NOON,
        "amount": 100_000,
        "closing": None,
        "industry": "software",
        "region": "",
        "tier": "",
        "source": "hand",
        "has_campaign": False,
        "has_competitor": False,
        "counts": True,
        "evidence": 0,
        "quoted_time": None,
    }
    return Step(**{**values, **told})


def worth(minor: int, opportunity: Opportunity | None = None) -> Opportunity:
    """One of an amount."""
    opened = opportunity or an_opportunity()
    return replace(opened, facts=replace(opened.facts, amount=Money(minor=minor)))


def test_nothing_younger_than_the_moment_is_a_feature() -> None:
    life = [a_step(), a_step(2, has_competitor=True, evidence=2), a_step(9, stage="quote", is_open=False)]
    row = features(life, at=NOON + DAY, pace={})
    assert (row["competitor"], row["evidence"], row["stage"], row["quiet_days"]) == (False, 0, "need", 1.0)
    later = features(life, at=NOON + 3 * DAY, pace={})
    assert (later["competitor"], later["evidence"], later["stage"]) == (True, 2, "need")


def test_what_happened_by_a_clock_that_is_ahead_has_happened() -> None:
    life = [a_step(1)]
    assert as_of(life, NOON) == NOON + DAY
    assert features(life, at=as_of(life, NOON), pace={})["quiet_days"] == 0
    assert as_of(life, NOON + 2 * DAY) == NOON + 2 * DAY


def test_days_in_the_stage_are_told_against_what_won_ones_took() -> None:
    row = features([a_step()], at=NOON + 9 * DAY, pace={"need": 6.0})
    assert (row["stage_days"], row["stage_pace"]) == (9.0, 1.5)
    assert features([a_step()], at=NOON + 9 * DAY, pace={"quote": 6.0})["stage_pace"] is None


def test_a_closing_date_that_is_put_off_counts_and_one_that_is_brought_forward_does_not() -> None:
    closings = (None, date(2026, 3, 20), date(2026, 4, 1), date(2026, 3, 12))
    life = [a_step(place, closing=closing) for place, closing in enumerate(closings)]
    row = features(life, at=NOON + 4 * DAY, pace={})
    assert (row["postponements"], row["closing_days"]) == (1, 6)
    assert features(life, at=NOON + 20 * DAY, pace={})["closing_days"] == -10


def test_moves_back_and_recent_changes_are_counted() -> None:
    life = [a_step(), a_step(1, moved_back=True), a_step(30, moved_back=True), a_step(31)]
    row = features(life, at=NOON + 32 * DAY, pace={})
    assert (row["moves_back"], row["activity"], row["quiet_days"], row["age_days"]) == (2, 2, 1.0, 32.0)


def test_days_beyond_what_was_learnt_from_are_all_alike() -> None:
    row = features([a_step(quoted_time=NOON)], at=NOON + 400 * DAY, pace={})
    assert (row["age_days"], row["stage_days"], row["quoted_days"]) == (120, 120, 120)


def test_a_stay_lasts_until_the_next_stage_is_entered_and_the_last_until_the_end() -> None:
    life = [a_step(), a_step(1), a_step(4, stage="quote", stage_entered_time=NOON + 4 * DAY), a_step(30, stage="x")]
    assert stays(life, end=NOON + 10 * DAY) == [("need", 4.0), ("quote", 6.0)]


def test_what_is_usual_is_the_median_and_stays_of_no_time_tell_nothing() -> None:
    told = [("need", 1.0), ("need", 9.0), ("need", 2.0), ("signing", 0.0), ("signing", 0.0)]
    assert usual_stays(told) == {"need": 2.0}


def test_opportunities_are_observed_from_an_hour_to_a_hundred_and_twenty_days_after_their_opening() -> None:
    ages = {observed_at(UUID(int=number), NOON) - NOON for number in range(16)}
    assert (min(ages), max(ages), len(ages)) == (timedelta(hours=1), 120 * DAY, 8)


def test_without_a_model_the_chance_is_that_of_the_stage_and_says_so() -> None:
    opportunity = an_opportunity()
    assert chance_of(opportunity, None, silence=SILENT) == Score(probability=0.2, silence=SILENT)
    unlearnt = Score(probability=0.6, model=0, time=NOON)
    assert chance_of(opportunity, unlearnt, silence=SILENT) == Score(probability=0.2, time=NOON, silence=SILENT)
    learnt = Score(probability=0.6, model=1, time=NOON)
    assert chance_of(opportunity, learnt, silence=SILENT) is learnt


@pytest.mark.parametrize("state", [OpportunityState.WON, OpportunityState.LOST])
def test_what_is_won_or_lost_has_no_chance_whatever_was_told_before(state: OpportunityState) -> None:
    closed = replace(an_opportunity(), state=state)
    chance = chance_of(closed, Score(probability=0.6, model=1, time=NOON), silence=SILENT)
    assert (chance.probability, chance.silence) == (None, OPPORTUNITY_CLOSED)
    assert expected_minor(closed, chance) == 0
    assert classed_minor(closed, chance) == closed.weighted_minor


@pytest.mark.parametrize(
    ("minor", "probability", "expected"),
    [
        (100_000_00, 0.2, 20_000_00),
        (100_000_00, 0.61237, 61_240_00),
        (100_000_00, 0.61235, 61_240_00),
        (3, 0.5, 1),
        (1, 0.9999, 0),
        (10**15, 0.3333, 333_300_000_000_000),
    ],
)
def test_what_is_expected_counts_the_probability_to_a_hundredth_of_a_percent_and_is_rounded_down(
    minor: int, probability: float, expected: int
) -> None:
    assert expected_minor(worth(minor), Score(probability=probability, model=1)) == expected


@given(st.integers(0, 10**15), st.floats(0, 1))
def test_what_is_expected_is_exact_and_never_more_than_the_amount(minor: int, probability: float) -> None:
    expected = expected_minor(worth(minor), Score(probability=probability, model=1))
    assert 0 <= expected <= minor
    assert abs(Decimal(expected) - minor * Decimal(probability)) <= 1 + Decimal(minor) / 20_000


def test_without_an_amount_nothing_is_expected() -> None:
    untold = replace(an_opportunity(), facts=replace(an_opportunity().facts, amount=None))
    assert expected_minor(untold, Score(probability=0.5, model=1)) == 0


def test_an_open_one_is_classed_by_what_is_expected() -> None:
    assert classed_minor(worth(100_00), Score(probability=0.9, model=1)) == 90_00


def test_the_region_of_a_reason_is_called_by_its_name() -> None:
    chance = Score(probability=0.5, model=1, parts=(Part("region", "regions/7", 0.3), Part("tier", "key", 0.1)))
    named = with_region(chance, lambda resource: {"regions/7": "华东"}[resource])
    assert [reason.parameters["value"] for reason in named.reasons("WIN")[1:]] == ["华东", "key"]
