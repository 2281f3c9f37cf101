"""Rounds over the stock."""

from datetime import timedelta
from uuid import UUID

from chassis.rounds import PAUSE, Round
from tests.support.clock import NOON

LAST = UUID(int=7)


def test_a_round_begins_when_writes_of_before_have_ended() -> None:
    begun = Round(name="x").towards("version 2", now=NOON)
    assert not begun.is_due(NOON + PAUSE - timedelta(seconds=1))
    assert begun.is_due(NOON + PAUSE)


def test_another_goal_begins_at_the_first_record_again() -> None:
    half = Round(name="x", goal="version 1", due=NOON).went_on(last=LAST, changed=3)
    assert half.towards("version 2", now=NOON) == Round(name="x", goal="version 2", due=NOON + PAUSE)


def test_a_walk_that_changed_something_is_walked_again() -> None:
    half = Round(name="x", goal="g", due=NOON).went_on(last=LAST, changed=1)
    assert half.ended(changed=0, now=NOON) == Round(name="x", goal="g", due=NOON + PAUSE)


def test_a_walk_that_changed_nothing_ends_the_round() -> None:
    half = Round(name="x", goal="g", due=NOON).went_on(last=LAST, changed=0)
    over = half.ended(changed=0, now=NOON)
    assert over == Round(name="x", goal="g", due=None)
    assert not over.is_due(NOON + timedelta(days=1))
