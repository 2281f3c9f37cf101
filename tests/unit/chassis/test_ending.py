"""Background tasks end when they are told to, whatever they were doing."""

import asyncio
import contextlib

from chassis.background import end_all


async def test_a_task_that_missed_being_told_to_stop_is_told_again_with_all_that_it_began() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def forever() -> None:
        await asyncio.Event().wait()

    async def deaf_once() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await forever()
        tasks.append(asyncio.create_task(forever()))
        await forever()

    tasks.append(asyncio.create_task(deaf_once()))
    await asyncio.sleep(0)
    await asyncio.wait_for(end_all(tasks), 10)
    assert [task.cancelled() for task in tasks] == [True, True]


async def test_a_task_that_fails_while_it_ends_keeps_nobody_from_ending() -> None:
    async def fails() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ArithmeticError

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await asyncio.wait_for(end_all([task]), 10)
    assert isinstance(task.exception(), ArithmeticError)
