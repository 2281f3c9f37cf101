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
    ended = NOON + timedelta(seconds=worked)
    assert sweep.next_due(50, begun=NOON, ended=ended) == ended + timedelta(seconds=rested)


def test_without_anything_left_it_waits_for_its_time_whatever_its_share() -> None:
    sweep = Sweep("dust", timedelta(hours=1), nothing, batch=1, share=0.25)
    assert sweep.next_due(0, begun=NOON, ended=NOON + timedelta(seconds=2)) == NOON + timedelta(hours=1)


def test_with_the_whole_time_it_goes_on_at_once_after_a_full_batch() -> None:
    sweep = Sweep("dust", timedelta(hours=1), nothing, batch=2)
    assert sweep.next_due(2, begun=NOON, ended=NOON + timedelta(seconds=2)) == NOON
