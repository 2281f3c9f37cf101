"""One replica leads, and whoever led before keeps nobody out."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.leadership import leadership


async def test_only_one_leads_at_a_time(engine: AsyncEngine) -> None:
    async with leadership(engine, "notes") as first, leadership(engine, "notes") as second:
        assert first is not None
        assert second is None


async def test_two_names_are_led_at_the_same_time(engine: AsyncEngine) -> None:
    async with leadership(engine, "notes") as one, leadership(engine, "letters") as other:
        assert one is not None
        assert other is not None


async def test_a_leader_who_went_can_lead_again_by_another_session(engine: AsyncEngine) -> None:
    async with leadership(engine, "notes"):
        pass
    async with engine.connect(), leadership(engine, "notes") as again:
        assert again is not None


async def test_a_leader_who_failed_or_was_cancelled_leaves_no_lock(engine: AsyncEngine) -> None:
    led = asyncio.Event()

    async def lead() -> None:
        async with leadership(engine, "notes"):
            led.set()
            await asyncio.Event().wait()

    with pytest.raises(RuntimeError):
        async with leadership(engine, "notes"):
            raise RuntimeError
    task = asyncio.create_task(lead())
    await led.wait()
    task.cancel()
    await asyncio.wait({task})
    async with engine.connect(), leadership(engine, "notes") as again:
        assert again is not None
