"""The moment at which a record is learnt from, and days as a model reads them."""

from datetime import timedelta
from uuid import UUID

from tests.support.clock import NOON
from trade.probability.moments import days_between, drawn_moment

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_every_age_is_met_and_each_record_always_at_the_same() -> None:
    ages = (HOUR, DAY, 7 * DAY)
    assert {drawn_moment(UUID(int=number), NOON, ages=ages) - NOON for number in range(9)} == set(ages)
    assert drawn_moment(UUID(int=5), NOON, ages=ages) == drawn_moment(UUID(int=5), NOON, ages=ages) == NOON + 7 * DAY


def test_days_are_told_to_a_tenth_and_what_is_longer_ago_is_all_alike() -> None:
    assert days_between(NOON, NOON + 25 * HOUR, most=60 * DAY) == 1.0
    assert days_between(NOON, NOON + 400 * DAY, most=60 * DAY) == 60


def test_what_has_not_been_yet_is_no_number_of_days() -> None:
    assert days_between(None, NOON, most=DAY) is None
    assert days_between(NOON + HOUR, NOON, most=DAY) is None
