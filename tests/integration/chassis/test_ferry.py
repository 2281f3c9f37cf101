"""Flushes that meet are written by one statement, and what one of them meets is told to that one alone."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.rpc.call import Call
from chassis.tables import audit, outbox
from chassis.work import Store, UnitOfWork
from kernel.errors import StaleVersion
from tests.support.sample import NOTES, Note, notes, write_note
from tests.support.waiting import eventually

Calls = Callable[..., Call]


async def write(store: Store, call: Call, text: str, request_id: str = "") -> Lead:
    """A note is written without a look at any other."""
    request = CreateLeadRequest(lead=Lead(need=text), request_id=request_id)
    written: Lead = await store.write(call, request, lambda work: write_note(work, text=text), answer=answer)
    return written


async def rewrite(store: Store, call: Call, known: Note, text: str) -> Lead:
    """A note as it was known gets another text."""

    async def use_case(work: UnitOfWork) -> Note:
        return work.save(NOTES, known.rewrite(text))

    written: Lead = await store.write(call, CreateLeadRequest(lead=Lead(need=text)), use_case, answer=answer)
    return written


def answer(note: Note) -> Lead:
    return Lead(name=f"notes/{note.uuid}", need=note.text)


async def stored(engine: AsyncEngine) -> list[Note]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(notes.c.uuid, notes.c.version, notes.c.text).order_by(notes.c.text))
        return [Note(uuid=row.uuid, version=row.version, text=row.text) for row in rows]


async def counted(engine: AsyncEngine, what: Any) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count(what))) or 0


async def warm(store: Store, call: Calls) -> None:
    """Open the connections, so that those who come at one moment are served at one moment."""
    await asyncio.gather(*(write(store, call(), "warm") for _ in range(8)))


async def commits(engine: AsyncEngine) -> int:
    """How many transactions wrote the light and heavy notes that are there: each row bears the number of its own."""
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql("select count(distinct xmin::text) from notes where text <> 'warm'")
        return int(rows.scalar_one())


async def test_the_first_goes_at_once_and_those_that_come_meanwhile_are_one_commit(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    await warm(store, call)
    written = await asyncio.gather(*(write(store, call(), f"note {number}") for number in range(8)))
    assert [each.need for each in written] == [f"note {number}" for number in range(8)]
    assert await commits(engine) == 2
    assert [await counted(engine, table.c.version) for table in (notes, outbox, audit)] == [16, 16, 16]


async def test_a_repeat_among_others_gets_the_first_answer_and_the_others_are_written(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    first = await write(store, call(), "hello", "r-1")
    company = [write(store, call(), f"note {number}", f"o-{number}") for number in range(3)]
    *others, again = await asyncio.gather(*company, write(store, call(), "hello", "r-1"))
    assert again == first
    assert [each.need for each in others] == ["note 0", "note 1", "note 2"]
    assert await counted(engine, notes.c.uuid) == 4


async def test_of_those_who_saw_the_same_version_one_wins_and_the_others_are_told(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    await asyncio.gather(*(write(store, call(), text) for text in ("fought for", "left alone")))
    fought, alone = await stored(engine)
    texts = ["first", "second", "third"]
    outcomes = await asyncio.gather(
        rewrite(store, call(), alone, "left in peace"),
        *(rewrite(store, call(), fought, text) for text in texts),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Lead)
    assert sorted(type(each).__name__ for each in outcomes[1:]) == ["Lead", "StaleVersion", "StaleVersion"]
    assert [note.version for note in await stored(engine)] == [2, 2]
    assert [await counted(engine, table.c.id) for table in (outbox, audit)] == [4, 4]


async def test_one_that_lost_its_race_before_does_not_take_the_others_with_it(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    await asyncio.gather(*(write(store, call(), f"note {number}") for number in range(4)))
    known = await stored(engine)
    await rewrite(store, call(), known[1], "note 1, changed")
    outcomes = await asyncio.gather(
        *(rewrite(store, call(), each, f"{each.text}, again") for each in known), return_exceptions=True
    )
    assert [type(each) for each in outcomes] == [Lead, StaleVersion, Lead, Lead]
    assert [note.version for note in await stored(engine)] == [2, 2, 2, 2]


async def test_a_row_that_somebody_holds_keeps_nobody_else_waiting_for_long(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    await asyncio.gather(*(write(store, call(), f"note {number}") for number in range(3)))
    held, *free = await stored(engine)
    async with engine.begin() as connection:
        await connection.execute(select(notes).where(notes.c.uuid == held.uuid).with_for_update())
        waiting = asyncio.create_task(rewrite(store, call(), held, "held"))
        await eventually(lambda: _is_waited_for(engine))
        await asyncio.gather(*(rewrite(store, call(), each, "free") for each in free))
        assert not waiting.done()
    await waiting
    assert [note.version for note in await stored(engine)] == [2, 2, 2]


async def _is_waited_for(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql("select exists (select from pg_locks where not granted)")
        return bool(rows.scalar_one())


@pytest.mark.parametrize("size", [1, 200])
async def test_a_heavy_flush_goes_by_itself(store: Store, call: Calls, engine: AsyncEngine, size: int) -> None:
    async def use_case(work: UnitOfWork) -> Note:
        return [await write_note(work, text=f"heavy {place}") for place in range(size)][-1]

    await warm(store, call)
    light = [write(store, call(), f"light {number}") for number in range(4)]
    heavy = store.write(call(), CreateLeadRequest(), use_case, answer=answer)
    await asyncio.gather(*light[:2], heavy, *light[2:])
    count = await commits(engine)
    assert count == 2 if size == 1 else count >= 3  # what is light may cross in more than two, on a slow machine
    assert await counted(engine, outbox.c.id) == 12 + size
