"""A write has one effect, one event and one answer, whatever happens around it (G1, G4, G14, G15)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import masking
from chassis.rpc.call import Call
from chassis.tables import audit, outbox, requests
from chassis.work import Store, UnitOfWork
from kernel.errors import AlreadyExists, NotFound, RequestIdReused, StaleVersion
from kernel.events import Change
from tests.support.sample import NOTES, Note, Written, get_note, notes, rewrite_note, write_note

Calls = Callable[..., Call]


def asked(text: str, request_id: str = "") -> CreateLeadRequest:
    return CreateLeadRequest(lead=Lead(need=text), request_id=request_id)


def answer(note: Note) -> Lead:
    return Lead(name=f"notes/{note.uuid}", need=note.text, etag=str(note.version))


async def count(engine: AsyncEngine, table: Any) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def write(store: Store, call: Call, text: str, request_id: str = "") -> Lead:
    async def use_case(work: UnitOfWork) -> Note:
        return await write_note(work, text=text)

    written: Lead = await store.write(call, asked(text, request_id), use_case, answer=answer)
    return written


async def test_a_write_stores_row_event_audit_and_answer_together(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    await write(store, call(), "hello", "r-1")
    assert [await count(engine, table) for table in (notes, outbox, audit, requests)] == [1, 1, 1, 1]


async def test_the_same_request_id_answers_the_first_answer_without_a_second_effect(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    first = await write(store, call(), "hello", "r-1")
    assert await write(store, call(), "hello", "r-1") == first
    assert await count(engine, notes) == 1


async def test_the_same_request_id_with_other_content_is_refused(store: Store, call: Calls) -> None:
    await write(store, call(), "hello", "r-1")
    with pytest.raises(RequestIdReused):
        await write(store, call(), "good-bye", "r-1")


async def test_parallel_twins_have_one_effect_and_one_answer(store: Store, call: Calls, engine: AsyncEngine) -> None:
    for number in range(10):
        twins = (write(store, call(), "twin", f"twin-{number}") for _ in range(8))
        answers = await asyncio.gather(*twins)
        assert len({lead.name for lead in answers}) == 1
    assert await count(engine, notes) == 10


async def test_of_racing_rewrites_none_is_lost_and_versions_have_no_gap(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    uuid = UUID((await write(store, call(), "start")).name.removeprefix("notes/"))

    async def rewrite(text: str) -> bool:
        try:
            await store.write(call(), asked(text), lambda work: rewrite_note(work, uuid=uuid, text=text), answer=answer)
        except StaleVersion:
            return False
        return True

    done = await asyncio.gather(*(rewrite(f"text {number}") for number in range(8)))
    async with engine.connect() as connection:
        versions = (await connection.execute(select(outbox.c.version).order_by(outbox.c.id))).scalars().all()
        version = await connection.scalar(select(notes.c.version))
    assert versions == list(range(1, 2 + sum(done)))
    assert version == 1 + sum(done)


async def test_several_events_of_one_change_carry_a_version_each(
    store: Store, call: Calls, engine: AsyncEngine
) -> None:
    async def use_case(work: UnitOfWork) -> Note:
        note = Note(uuid=work.new_id(), text="a")
        return work.save(
            NOTES, Change(note, (Written(),)).then(lambda n: n.rewrite("b")).then(lambda n: n.rewrite("c"))
        )

    written = await store.write(call(), asked("x"), use_case, answer=answer)
    assert written.etag == "3"
    async with engine.connect() as connection:
        assert (await connection.execute(select(outbox.c.version))).scalars().all() == [1, 2, 3]


async def test_two_saves_of_one_row_become_one_write(store: Store, call: Calls, engine: AsyncEngine) -> None:
    async def use_case(work: UnitOfWork) -> Note:
        note = await write_note(work, text="a")
        return work.save(NOTES, note.rewrite("b"))

    written = await store.write(call(), asked("x"), use_case, answer=answer)
    assert (written.need, written.etag) == ("b", "2")
    assert Counter([await count(engine, notes), await count(engine, outbox)]) == Counter([1, 2])


async def test_a_flush_in_between_makes_the_row_visible_to_a_later_read(store: Store, call: Calls) -> None:
    async def use_case(work: UnitOfWork) -> Note:
        note = await write_note(work, text="a")
        await work.flush()
        return work.save(NOTES, (await get_note(work, note.uuid)).rewrite("b"))

    assert (await store.write(call(), asked("x"), use_case, answer=answer)).etag == "2"


async def test_a_refused_use_case_writes_nothing(store: Store, call: Calls, engine: AsyncEngine) -> None:
    async def use_case(work: UnitOfWork) -> Note:
        await write_note(work, text="a")
        await work.flush()
        raise NotFound(resource="x")

    with pytest.raises(NotFound):
        await store.write(call(), asked("x", "r-1"), use_case, answer=answer)
    assert [await count(engine, table) for table in (notes, outbox, audit, requests)] == [0, 0, 0, 0]


async def test_a_unique_value_taken_is_refused_by_the_name_of_its_constraint(store: Store, call: Calls) -> None:
    uuid = UUID((await write(store, call(), "a")).name.removeprefix("notes/"))

    async def use_case(work: UnitOfWork) -> Note:
        return work.save(NOTES, Change(Note(uuid=uuid, text="again"), (Written(),)))

    with pytest.raises(AlreadyExists, match="notes_pkey"):
        await store.write(call(), asked("x"), use_case, answer=answer)


async def test_a_caller_who_goes_away_does_not_stop_the_write(store: Store, call: Calls, engine: AsyncEngine) -> None:
    task = asyncio.create_task(write(store, call(), "stays", "r-1"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.drain()
    assert await count(engine, notes) == 1
    assert (await write(store, call(), "stays", "r-1")).need == "stays"
    assert await count(engine, notes) == 1


async def test_a_cancelled_read_leaves_the_pool_whole(store: Store, call: Calls) -> None:
    async def slow(read: Any) -> None:
        await read.connection.exec_driver_sql("select pg_sleep(3)")

    for _ in range(12):
        task = asyncio.create_task(store.read(call(), slow))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await write(store, call(), "still works")).need == "still works"


async def test_personal_values_stand_masked_in_the_audit(store: Store, call: Calls, engine: AsyncEngine) -> None:
    masking.set_key("k" * 32)

    async def use_case(work: UnitOfWork) -> Note:
        return await write_note(work, text="a", phone="+8613800138000")

    await store.write(call(), asked("x"), use_case, answer=answer)
    async with engine.connect() as connection:
        details = await connection.scalar(select(audit.c.details))
    assert details is not None
    assert details["phone"]["masked"] == "+86…00"
    assert "13800138000" not in str(details)


async def test_more_writers_than_connections_all_get_their_turn(store: Store, call: Calls, engine: AsyncEngine) -> None:
    for round_number in range(5):
        await asyncio.gather(*(write(store, call(), f"note {round_number} {number}") for number in range(60)))
    assert await count(engine, notes) == 300
