"""Jobs, sweeps, the seal of the audit log, and the move of old events into the log."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.audit.chain import sign_head
from chassis.audit.sealer import Sealer
from chassis.audit.verifying import verify
from chassis.event_log import archive
from chassis.jobs import JobContext, JobKind, Jobs, Sweep, Sweeps
from chassis.rpc.call import Call
from chassis.tables import event_log, jobs, outbox, sweeps
from chassis.work import Store, UnitOfWork
from tests.support.clock import FixedClock
from tests.support.sample import Note, write_note
from tests.support.waiting import eventually

Calls = Callable[..., Call]
SECRET = "s" * 32


async def write(store: Store, call: Calls, *, job: str = "") -> None:
    async def use_case(work: UnitOfWork) -> Note:
        if job:
            work.enqueue(job, {"to": "somebody"})
        return await write_note(work, text="a")

    await store.write(call(), CreateLeadRequest(lead=Lead(need="x")), use_case, answer=lambda _: Lead())


async def test_a_job_is_tried_again_after_a_failure_and_then_done(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock
) -> None:
    seen: list[tuple[int, Any]] = []

    async def run(context: JobContext, payload: Mapping[str, Any]) -> None:
        seen.append((context.attempt, payload["to"]))
        if context.attempt == 1:
            raise ConnectionError("away")

    worker = Jobs([JobKind("greet", run)], engine=engine, clock=clock)
    await write(store, call, job="greet")
    assert await worker.drain() == 1
    assert await worker.drain() == 0
    clock.travel(seconds=5)
    assert await worker.drain() == 1
    clock.travel(days=9)
    assert await worker.drain() == 0
    assert seen == [(1, "somebody"), (2, "somebody")]


async def test_a_job_of_a_newer_release_waits_for_a_worker_that_knows_it(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock
) -> None:
    seen: list[int] = []

    async def run(context: JobContext, _payload: Mapping[str, Any]) -> None:
        seen.append(context.attempt)

    await write(store, call, job="greet")
    assert await Jobs([JobKind("part", run)], engine=engine, clock=clock).drain() == 0
    assert await Jobs([JobKind("greet", run)], engine=engine, clock=clock).drain() == 1
    assert seen == [1]


async def test_a_job_nobody_can_do_is_given_up_in_the_end(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock
) -> None:
    async def run(_context: JobContext, _payload: Mapping[str, Any]) -> None:
        raise ConnectionError("away")

    worker = Jobs([JobKind("greet", run)], engine=engine, clock=clock)
    await write(store, call, job="greet")
    for _ in range(12):
        await worker.drain()
        clock.travel(days=2)
    async with engine.connect() as connection:
        row = (await connection.execute(select(jobs.c.state, jobs.c.attempts))).one()
    assert tuple(row) == ("failed", 10)


async def test_a_sweep_runs_when_it_is_due_and_not_before(engine: AsyncEngine, clock: FixedClock) -> None:
    ran: list[datetime] = []

    async def run(_connection: AsyncConnection, now: datetime) -> int:
        ran.append(now)
        return 1

    sweep = Sweep("dust", timedelta(hours=1), run)
    sweeps = Sweeps([sweep], engine=engine, clock=clock)
    assert [await sweeps.step(sweep), await sweeps.step(sweep)] == [1, 0]
    clock.travel(hours=1)
    assert await sweeps.step(sweep) == 1
    assert len(ran) == 2


async def test_a_sweep_that_did_a_full_batch_is_due_at_once(engine: AsyncEngine, clock: FixedClock) -> None:
    left = [2, 2, 1]

    async def run(_connection: AsyncConnection, _now: datetime) -> int:
        return left.pop(0)

    sweep = Sweep("dust", timedelta(hours=1), run, batch=2)
    sweeps = Sweeps([sweep], engine=engine, clock=clock)
    assert [await sweeps.step(sweep) for _ in range(4)] == [2, 2, 1, 0]


async def test_a_sweep_with_a_quarter_of_the_time_rests_three_times_as_long_as_it_worked(
    engine: AsyncEngine, clock: FixedClock
) -> None:
    seconds = [100.0]

    async def run(connection: AsyncConnection, now: datetime) -> int:
        seconds[0] += 2
        return 50

    sweep = Sweep("dust", timedelta(hours=1), run, batch=1, share=0.25)
    sweeps = Sweeps([sweep], engine=engine, clock=clock, seconds=lambda: seconds[0])
    assert await sweeps.step(sweep) == 50
    clock.travel(seconds=5.9)
    assert await sweeps.step(sweep) == 0, "it worked for two seconds, and rests for six"
    clock.travel(seconds=0.1)
    assert await sweeps.step(sweep) == 50


async def test_while_something_is_left_sweeps_rest_as_long_as_they_worked(
    engine: AsyncEngine, clock: FixedClock
) -> None:
    seconds, left = [100.0], [2, 2, 1]

    async def run(_connection: AsyncConnection, _now: datetime) -> int:
        seconds[0] += 0.2
        return left.pop(0)

    sweeps = Sweeps(
        [Sweep("dust", timedelta(hours=1), run, batch=2)], engine=engine, clock=clock, seconds=lambda: seconds[0]
    )
    rests = [await sweeps.step_all() for _ in range(4)]
    assert rests == [pytest.approx(0.2), pytest.approx(0.2), 0.5, 0.5], (
        "nothing left, they are looked at twice a second"
    )


async def test_nobody_hurries_for_a_sweep_that_has_a_share_of_the_time(engine: AsyncEngine, clock: FixedClock) -> None:
    seconds = [100.0]

    async def run(_connection: AsyncConnection, _now: datetime) -> int:
        seconds[0] += 0.2
        return 2

    scan = Sweep("dust", timedelta(hours=1), run, batch=2, share=0.25)
    assert await Sweeps([scan], engine=engine, clock=clock, seconds=lambda: seconds[0]).step_all() == 0.5


async def test_a_failing_sweep_waits_and_keeps_what_it_met(engine: AsyncEngine, clock: FixedClock) -> None:
    tried: list[datetime] = []

    async def run(connection: AsyncConnection, now: datetime) -> int:
        tried.append(now)
        await connection.execute(text("select nothing from nowhere"))
        return 1

    work = asyncio.create_task(Sweeps([Sweep("dust", timedelta(seconds=1), run)], engine=engine, clock=clock).run())

    async def noted() -> bool:
        async with engine.connect() as connection:
            return "nowhere" in (await connection.scalar(select(sweeps.c.last_error)) or "")

    assert await eventually(noted)
    work.cancel()
    assert len(tried) == 1


async def test_the_seal_shows_an_entry_altered_cut_inserted_or_swapped(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock
) -> None:
    for _ in range(5):
        await write(store, call)
    sealer = Sealer(engine, clock=clock, service="notes", secret=SECRET, heads="")
    assert await sealer.seal() == 5
    async with engine.connect() as connection:
        assert (await verify(connection)).flaws == ()
    entry = "occurred, actor, on_behalf_of, action, resource, version, request_id, details"
    altered = "update audit set actor = 'members/other' where place = 2"
    cut = "delete from audit where place = 3"
    inserted = (
        "update audit set place = place + 1 where place >= 4; insert into audit (ENTRY, place, hash) "
        "select ENTRY, 4, hash from audit where place = 3"
    ).replace("ENTRY", entry)
    swapped = (
        "update audit set place = -1 where place = 2; update audit set place = 2 where place = 3; "
        "update audit set place = 3 where place = -1"
    )
    for forgery in (altered, cut, inserted, swapped):
        async with engine.connect() as connection:
            transaction = await connection.begin()
            await connection.execute(text("set constraints all deferred"))
            await connection.execute(text("alter table audit drop constraint audit_place"))
            for statement in forgery.split("; "):
                await connection.execute(text(statement))
            assert (await verify(connection)).flaws != (), forgery
            await transaction.rollback()


async def test_each_service_signs_the_head_into_a_file_of_its_own_in_the_folder(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock, tmp_path: Path
) -> None:
    await write(store, call)
    heads = [tmp_path / "heads" / name for name in ("letters.heads", "notes.heads")]
    sealers = [
        asyncio.create_task(Sealer(engine, clock=clock, service=path.stem, secret=SECRET, heads=str(path.parent)).run())
        for path in heads
    ]
    await eventually(lambda: all(path.exists() and path.read_bytes() for path in heads))
    for sealer in sealers:
        sealer.cancel()
    await asyncio.gather(*sealers, return_exceptions=True)
    for path in heads:
        [line] = path.read_bytes().splitlines()
        kept = orjson.loads(line)
        assert kept["service"] == path.stem
        assert kept["signature"] == sign_head(SECRET, kept["place"], bytes.fromhex(kept["head"]))


async def test_events_published_a_day_ago_move_to_the_log(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock
) -> None:
    await write(store, call)
    async with engine.begin() as connection:
        await connection.execute(text("update outbox set published_at = occurred, stream_epoch = 'e', stream_seq = 1"))
    clock.travel(days=1, seconds=1)
    async with engine.begin() as connection:
        assert await archive(connection, now=clock.now()) == 1
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(outbox)) == 0
        assert await connection.scalar(select(event_log.c.version)) == 1


async def test_all_that_is_due_moves_to_the_log_however_much_it_is(
    store: Store, call: Calls, engine: AsyncEngine, clock: FixedClock
) -> None:
    for _ in range(5):
        await write(store, call)
    async with engine.begin() as connection:
        await connection.execute(text("update outbox set published_at = occurred, stream_epoch = 'e', stream_seq = 1"))
    clock.travel(days=1, seconds=1)
    async with engine.begin() as connection:
        assert await archive(connection, now=clock.now(), limit=2) == 5
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(outbox)) == 0
