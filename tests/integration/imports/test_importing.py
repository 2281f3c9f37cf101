import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from chassis.imports import intake, storage
from chassis.imports.kind import Outcome
from chassis.imports.lifecycle import ImportState
from chassis.imports.refusals import FileQuoteNotClosed, ImportCannotMove, ImportFileGone
from chassis.imports.tables import import_files
from chassis.tables import outbox
from chassis.work import Read
from tests.integration.imports.companies import ANNA, COMPANIES, Installation
from tests.support.clock import FixedClock


def a_list(*names: str) -> bytes:
    return ("公司名称,电话\r\n" + "".join(f"{name},1\r\n" for name in names)).encode("gbk")


async def test_every_row_is_taken_in_once_and_in_batches(here: Installation) -> None:
    names = [f"公司{number}" for number in range(120)]
    record = await here.start(await here.upload(a_list(*names)))
    await here.worker().drain()
    done = await here.get(record)
    assert done.state is ImportState.FINISHED
    assert (done.progress.created, done.progress.done, done.shape.row_count) == (120, 120, 120)
    assert sorted(await here.names()) == sorted(names)


async def test_a_wrong_row_is_reported_by_line_and_column_and_does_not_stop_the_others(here: Installation) -> None:
    huge = "庚" * 140_000
    content = f"公司名称,电话\n甲,1\n,2\n乙,1.38E+10\n丙,#N/A\n丁,4,5\n戊,6\n己,{'7' * 41}\n{huge},8\n辛,9\n".encode()
    record = await here.start(await here.upload(content))
    await here.worker().drain()
    assert await here.names() == ["甲", "戊", "辛"]
    refused = {line: problems[0] for line, outcome, problems in await here.rows(record) if outcome is Outcome.REFUSED}
    assert {line: (problem.code, problem.column) for line, problem in refused.items()} == {
        3: ("NAME_MISSING", 1),
        4: ("NUMBER_CUT_BY_SPREADSHEET", 2),
        5: ("CELL_HOLDS_ERROR", 2),
        6: ("ROW_WIDER_THAN_HEADER", 0),
        8: ("CELL_TOO_LONG", 2),
        9: ("CELL_TOO_LONG", 1),
    }


async def test_a_row_in_which_a_cell_was_mended_is_taken_in_and_tells_it_by_column(here: Installation) -> None:
    content = "公司名称,电话,备注\n甲\x0b公司,\u202d1\u202c,x\x07\n,\x07\n乙,\u200b\n"
    record = await here.start(await here.upload(content.encode()))
    await here.worker().drain()
    assert await here.names() == ["甲 公司", "乙"]
    told = [
        (line, outcome, [(each.code, each.column) for each in problems])
        for line, outcome, problems in await here.rows(record)
    ]
    assert told == [
        (2, Outcome.CREATED, [("CELL_MADE_READABLE", 1), ("CELL_MADE_READABLE", 2)]),
        (3, Outcome.REFUSED, [("NAME_MISSING", 1)]),
        (4, Outcome.CREATED, []),
    ]


async def test_a_row_that_breaks_its_batch_is_refused_alone(here: Installation) -> None:
    names = [f"公司{number}" for number in range(60)]
    record = await here.start(await here.upload(a_list(*names[:20], "poison", *names[20:])))
    await here.worker().drain()
    assert sorted(await here.names()) == sorted(names)
    refused = [
        (line, problems[0].code) for line, outcome, problems in await here.rows(record) if outcome is Outcome.REFUSED
    ]
    assert refused == [(22, "ROW_FAILED")]


async def test_an_import_halts_when_row_after_row_fails_through_a_defect_of_ours(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("poison", *map(str, range(49)), *["poison"] * 40)))
    await here.worker().drain()
    ended = await here.get(record)
    assert (ended.state, ended.failure and ended.failure.code) == (ImportState.FAILED, "IMPORT_HALTED")
    assert ended.progress.refused <= 21


async def test_a_dry_run_writes_nothing_and_can_be_followed_by_the_real_one(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("甲", "乙")), dry_run=True)
    await here.worker().drain()
    tried = await here.get(record)
    assert (tried.state, tried.progress.created, await here.count()) == (ImportState.PREVIEWED, 2, 0)
    await here.start(record)
    await here.worker().drain()
    done = await here.get(record)
    assert (done.state, done.progress.created, await here.count()) == (ImportState.FINISHED, 2, 2)


async def test_a_cancelled_import_takes_nothing_more(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    await here.cancel(record)
    assert await here.worker().step() is False
    assert (await here.get(record)).state is ImportState.CANCELLED
    with pytest.raises(ImportCannotMove):
        await here.start(record)


async def test_a_worker_whose_import_is_cancelled_stops_before_its_next_batch(here: Installation) -> None:
    record = await here.start(await here.upload(a_list(*map(str, range(2000)))))
    stepping = asyncio.create_task(here.worker().step())
    await asyncio.wait_for(here.wait_for_names(), 10)
    await here.cancel(record)
    taken = await here.count()
    await stepping
    assert await here.count() == taken < 2000
    assert (await here.get(record)).state is ImportState.CANCELLED


async def test_a_worker_that_lost_its_hold_neither_repeats_nor_disturbs_the_other(
    here: Installation, clock: FixedClock
) -> None:
    record = await here.start(await here.upload(a_list(*map(str, range(400)))))
    slow, quick = here.worker(), here.worker()
    stepping = asyncio.create_task(slow.step())
    await asyncio.wait_for(here.wait_for_names(), 10)
    clock.travel(seconds=11)
    await quick.drain()
    await stepping
    assert (await here.get(record)).state is ImportState.FINISHED
    assert Counter(await here.names()) == Counter(map(str, range(400)))


async def test_an_import_ends_when_its_starter_may_no_longer_import(here: Installation) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    here.principals[ANNA.subject] = replace(ANNA, grants={})
    await here.worker().drain()
    ended = await here.get(record)
    assert (ended.state, ended.failure and ended.failure.code) == (ImportState.FAILED, "IMPORT_STARTER_GONE")
    assert await here.count() == 0


async def test_a_file_that_is_refused_leaves_nothing(here: Installation) -> None:
    with pytest.raises(FileQuoteNotClosed):
        await here.upload('公司名称\n"甲\n'.encode())
    async with here.engine.connect() as connection:
        assert (await connection.execute(select(import_files))).all() == []


async def test_each_change_of_state_is_one_event_and_no_event_speaks_of_the_file(here: Installation) -> None:
    await here.start(await here.upload(a_list("甲")))
    await here.worker().drain()
    async with here.engine.connect() as connection:
        events = (
            await connection.execute(select(outbox.c.version, outbox.c.subject, outbox.c.payload).order_by("id"))
        ).all()
    assert [(event.version, event.subject.rsplit(".", 1)[1]) for event in events] == [
        (1, "uploaded"),
        (2, "started"),
        (3, "finished"),
    ]
    assert all("甲".encode() not in event.payload and b"companies.csv" not in event.payload for event in events)


async def test_the_refused_rows_come_as_a_file_that_can_be_corrected_and_imported_again(here: Installation) -> None:
    record = await here.start(await here.upload("公司名称,电话\n=cmd(),1E+10\n甲,1\n".encode()))
    await here.worker().drain()
    content = await here.refused_file(record, word=lambda problem: problem.code)
    assert content.decode("utf-8-sig").splitlines() == [
        "公司名称,电话,行号,错误",
        "'=cmd(),1E+10,2,NUMBER_CUT_BY_SPREADSHEET",
    ]
    again = await here.upload(content.replace(b"1E+10", b"10000000000"))
    await here.start(again)
    await here.worker().drain()
    assert sorted(await here.names()) == ["=cmd()", "甲"]


async def test_files_are_forgotten_a_month_after_the_import_ended(here: Installation, clock: FixedClock) -> None:
    record = await here.start(await here.upload(a_list("甲")))
    await here.worker().drain()
    for days, pieces_gone in ((29, 0), (2, 1)):
        async with here.engine.begin() as connection:
            assert await storage.forget_files(connection, clock.travel(days=days)) == pieces_gone
    with intake.scratch_file() as path:
        async with here.engine.connect() as connection:
            with pytest.raises(ImportFileGone):
                await storage.fetch_file(Read(connection, clock.now(), ANNA), uuid=record.uuid, path=path)


async def test_a_preview_shows_the_first_rows_and_their_problems(here: Installation) -> None:
    content = "公司名称,备注\n甲,x\n,y\n乙,z\n".encode()
    record = await here.upload(content)
    with intake.scratch_file() as path:
        await asyncio.to_thread(path.write_bytes, content)
        preview = intake.preview_rows(COMPANIES, record, reading=COMPANIES.reading, path=path, columns={}, limit=2)
    assert preview.columns == {1: "name"}
    assert [row.cells for row in preview.rows] == [("甲", "x"), ("", "y")]
    assert [(line, problem.code) for line, problem in preview.problems] == [(3, "NAME_MISSING")]
