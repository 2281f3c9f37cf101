"""Rows behind the first batch are read by a process apart: what it ends by, and that it never outlives its use."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from chassis.imports import reading_apart
from chassis.imports.ahead import ReaderGone, rows_ahead
from chassis.imports.lifecycle import ImportState
from chassis.imports.mapping import knows_heading
from chassis.imports.reading import find_shape
from chassis.imports.reading_apart import ReadingOrder
from chassis.imports.refusals import FileQuoteNotClosed
from chassis.imports.rows import ReadRow
from tests.integration.imports.companies import COMPANIES, Installation
from tests.support.clock import FixedClock
from tests.support.waiting import eventually


def readers() -> list[psutil.Process]:
    """The programs of ours that read at this moment."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if reading_apart.__name__ in " ".join(_words(child))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def an_order(path: Path, *lines: str, broken: str = "") -> ReadingOrder:
    path.write_text("公司名称\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    shape = find_shape(path, is_known_header=knows_heading(COMPANIES.fields))
    with path.open("a", encoding="utf-8") as file:
        file.write(broken)
    return ReadingOrder(path=path, shape=shape, after_line=0, size=10, reader=COMPANIES.reader({1: "name"}))


async def all_of(order: ReadingOrder) -> list[Sequence[ReadRow[Any]]]:
    async with aclosing(rows_ahead(order)) as batches:
        return [batch async for batch in batches]


async def test_rows_read_apart_are_what_they_are_when_read_here(tmp_path: Path) -> None:
    order = an_order(
        tmp_path / "list.csv", *(f"公司{number}" for number in range(12)), "#N/A", "unreadable", "\u202d尾"
    )
    first, rest = await all_of(order)
    assert [row.input for row in first] == [f"公司{number}" for number in range(10)]
    assert [row.input for row in rest] == ["公司10", "公司11", None, None, "尾"]
    assert [row.line for row in rest] == [12, 13, 14, 15, 16]
    (wrong,) = rest[2].problems
    assert (wrong.code, wrong.field, wrong.column) == ("CELL_HOLDS_ERROR", "name", 1)
    assert rest[3].defect is not None
    assert (rest[3].defect.error, rest[3].problems[0].code) == ("ZeroDivisionError", "ROW_FAILED")
    (mended,) = rest[4].problems
    assert (mended.code, mended.field, mended.column) == ("CELL_MADE_READABLE", "name", 1)


async def test_a_list_of_one_batch_needs_no_process(tmp_path: Path) -> None:
    async with aclosing(rows_ahead(an_order(tmp_path / "list.csv", "甲", "乙"))) as batches:
        assert len(await anext(batches)) == 2
        assert readers() == []


async def test_a_file_that_turns_out_broken_further_down_is_refused_by_its_reason(tmp_path: Path) -> None:
    order = an_order(tmp_path / "list.csv", *map(str, range(30)), broken='"never closed\n')
    with pytest.raises(FileQuoteNotClosed) as refusal:
        await all_of(order)
    assert refusal.value.line == 32


async def test_the_process_ends_when_no_more_rows_are_wanted(tmp_path: Path) -> None:
    async with aclosing(rows_ahead(an_order(tmp_path / "list.csv", *map(str, range(50_000))))) as batches:
        await anext(batches)
        assert len(readers()) == 1
    assert readers() == []


async def test_the_process_sees_none_of_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_SECRET", "xyz")
    async with aclosing(rows_ahead(an_order(tmp_path / "list.csv", *map(str, range(50_000))))) as batches:
        await anext(batches)
        await anext(batches)
        (reader,) = readers()
        assert set(reader.environ()) <= {"PYTHONPATH", "LC_CTYPE"}


async def test_a_process_that_is_killed_is_missed(tmp_path: Path) -> None:
    async with aclosing(rows_ahead(an_order(tmp_path / "list.csv", *map(str, range(50_000))))) as batches:
        await anext(batches)
        os.kill(readers()[0].pid, signal.SIGKILL)
        with pytest.raises(ReaderGone):
            await asyncio.wait_for(_drained(batches), 20)


async def _drained(batches: AsyncIterator[object]) -> None:
    async for _ in batches:
        pass


async def test_an_import_whose_reader_is_killed_goes_on_and_loses_and_doubles_no_row(
    here: Installation, clock: FixedClock
) -> None:
    names = [f"公司{number}" for number in range(20_000)]
    record = await here.start(await here.upload(("公司名称\n" + "\n".join(names)).encode()))
    stepping = asyncio.create_task(here.worker().step())
    await eventually(lambda: len(readers()) == 1)
    await asyncio.wait_for(here.wait_for_names(more_than=100), 20)
    os.kill(readers()[0].pid, signal.SIGKILL)
    with pytest.raises(ReaderGone):
        await stepping
    assert await here.count() < len(names)
    clock.travel(seconds=11)
    await here.worker().drain()
    done = await here.get(record)
    assert (done.state, done.progress.done) == (ImportState.FINISHED, len(names))
    assert sorted(await here.names()) == sorted(names)
    assert readers() == []
