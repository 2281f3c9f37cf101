"""When a sweep runs again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.jobs import Sweep
from tests.support.clock import NOON


async def nothing(_connection: AsyncConnection, _now: datetime) -> int:
    return 0


@pytest.mark.parametrize(("worked", "rested"), [(0.0, 0.0), (0.4, 1.2), (2.0, 6.0)])
def test_the_pause_of_a_quarter_is_three_times_the_work(worked: float, rested: float) -> None:
    sweep = Sweep("dust", timedelta(hours=1), nothing, batch=1, share=0.25)
    ended, took = NOON + timedelta(seconds=worked), timedelta(seconds=worked)
    assert sweep.next_due(50, begun=NOON, ended=ended, worked=took) == ended + timedelta(seconds=rested)


def test_a_clock_that_goes_by_a_week_meanwhile_makes_the_pause_no_longer() -> None:
    sweep = Sweep("dust", timedelta(hours=1), nothing, batch=1, share=0.25)
    ended, took = NOON + timedelta(weeks=1), timedelta(seconds=2)
    assert sweep.next_due(50, begun=NOON, ended=ended, worked=took) == ended + timedelta(seconds=6)


def test_without_anything_left_it_waits_for_its_time_whatever_its_share() -> None:
    sweep = Sweep("dust", timedelta(hours=1), nothing, batch=1, share=0.25)
    took = timedelta(seconds=2)
    assert sweep.next_due(0, begun=NOON, ended=NOON + took, worked=took) == NOON + timedelta(hours=1)


def test_with_the_whole_time_it_goes_on_at_once_after_a_full_batch() -> None:
    sweep = Sweep("dust", timedelta(hours=1), nothing, batch=2)
    took = timedelta(seconds=2)
    assert sweep.next_due(2, begun=NOON, ended=NOON + took, worked=took) == NOON
