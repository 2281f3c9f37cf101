"""What an import may meet, and that it stops neither the worker nor the imports behind it."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from sqlalchemy import delete

from chassis.imports import storage
from chassis.imports.kind import Outcome
from chassis.imports.lifecycle import Import, ImportState
from chassis.imports.refusals import ImportFileGone
from chassis.imports.tables import import_files
from kernel.errors import Overloaded
from tests.integration.imports.companies import ANNA, Installation
from tests.support.clock import FixedClock
from tests.support.waiting import eventually


def a_list(*names: str) -> bytes:
    return ("公司名称\n" + "".join(f"{name}\n" for name in names)).encode()


async def try_so_often(here: Installation, clock: FixedClock, times: int) -> None:
    """Each try by a worker of its own, as after a restart, when the hold of the one before has run out."""
    for _ in range(times):
        with contextlib.suppress(ZeroDivisionError, Overloaded):
            await here.worker().step()
        clock.travel(seconds=11)


async def end_of(here: Installation, record: Import) -> tuple[ImportState, str]:
    found = await here.get(record)
    return found.state, found.failure.code if found.failure else ""


async def test_a_row_that_breaks_its_reader_is_refused_alone_with_an_error_id(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("甲", "unreadable", "乙")))
    await here.worker().drain()
    assert (await here.get(record)).state is ImportState.FINISHED
    assert sorted(await here.names()) == ["乙", "甲"]
    (problem,) = next(problems for _, outcome, problems in await here.rows(record) if outcome is Outcome.REFUSED)
    assert problem.code == "ROW_FAILED"
    assert problem.parameters["error_id"]


async def test_an_import_halts_when_row_after_row_breaks_its_reader(here: Installation) -> None:
    record = await here.start(await here.upload(a_list(*["unreadable"] * 21, "甲")))
    await here.worker().drain()
    assert await end_of(here, record) == (ImportState.FAILED, "IMPORT_HALTED")


async def test_the_worker_outlives_whatever_an_import_meets_and_carries_out_the_next(here: Installation) -> None:
    await here.start(await here.upload(a_list("甲")))
    here.trouble = ZeroDivisionError()
    working = asyncio.create_task(here.worker().run())
    await eventually(lambda: here.met_trouble)
    here.trouble = None
    await here.start(await here.upload(a_list("乙")))
    await asyncio.wait_for(here.wait_for_names(), 10)
    working.cancel()
    await asyncio.wait({working})
    assert await here.names() == ["乙"]


async def test_an_import_that_breaks_its_worker_again_and_again_is_given_up(
    here: Installation, clock: FixedClock
) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    here.trouble = ZeroDivisionError()
    await try_so_often(here, clock, 5)
    assert await end_of(here, record) == (ImportState.RUNNING, "")
    await try_so_often(here, clock, 1)
    assert await end_of(here, record) == (ImportState.FAILED, "IMPORT_HALTED")


async def test_an_import_waits_as_long_as_the_database_is_away(here: Installation, clock: FixedClock) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    here.trouble = Overloaded()
    await try_so_often(here, clock, 10)
    here.trouble = None
    await try_so_often(here, clock, 1)
    assert await end_of(here, record) == (ImportState.FINISHED, "")


async def test_an_import_whose_file_was_forgotten_cannot_be_started(here: Installation, clock: FixedClock) -> None:
    record = await here.upload(a_list("甲"))
    async with here.engine.begin() as connection:
        await storage.forget_files(connection, clock.travel(days=31))
    with pytest.raises(ImportFileGone):
        await here.start(record)
    assert await end_of(here, record) == (ImportState.UPLOADED, "")


async def test_an_import_whose_file_goes_while_it_waits_ends(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    async with here.engine.begin() as connection:
        await connection.execute(delete(import_files))
    await here.worker().drain()
    assert await end_of(here, record) == (ImportState.FAILED, "IMPORT_FILE_GONE")


async def test_an_import_stops_before_its_next_batch_when_its_starter_may_no_longer_import(here: Installation) -> None:
    record = await here.start(await here.upload(a_list(*map(str, range(2000)))))
    stepping = asyncio.create_task(here.worker().step())
    await asyncio.wait_for(here.wait_for_names(), 10)
    here.principals[ANNA.subject] = replace(ANNA, grants={})
    await stepping
    assert await end_of(here, record) == (ImportState.FAILED, "IMPORT_STARTER_GONE")
    assert await here.count() < 2000


async def test_a_worker_leaves_imports_of_kinds_it_does_not_know_to_those_who_do(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    assert await here.worker(knows=()).step() is False
    await here.worker().drain()
    assert await end_of(here, record) == (ImportState.FINISHED, "")
