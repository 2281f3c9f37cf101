"""What a call may give to a call it makes."""

import asyncio
from datetime import UTC, datetime

import pytest

from chassis.principal import ANONYMOUS
from chassis.rpc.call import Call


async def remaining(seconds: float | None, *, at_most: float) -> float:
    """What a call with so many seconds left gives."""
    deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds
    call = Call(principal=ANONYMOUS, method="/m", now=datetime(2026, 3, 2, tzinfo=UTC), deadline=deadline)
    return call.remaining(at_most=at_most)


@pytest.mark.parametrize(("seconds", "given"), [(None, 3.0), (60.0, 3.0), (1.0, 0.95), (0.03, 0.0), (-1.0, 0.0)])
async def test_who_is_asked_has_the_time_that_is_left_less_what_the_answer_takes(
    seconds: float | None, given: float
) -> None:
    assert await remaining(seconds, at_most=3.0) == pytest.approx(given, abs=0.02)
