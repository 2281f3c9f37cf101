"""An event that cannot be read or applied parks its own record, is never lost, and can be redriven (G10)."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from nats.aio.client import Client
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.consumer import Event, progress
from chassis.consumer.event import Unreadable
from chassis.consumer.progress import NotParked
from chassis.consumer.pull import Delivered
from chassis.consumer.reading import events_of
from chassis.database import sqlstate
from chassis.streaming.relay import Relay
from chassis.tables import applied, checkpoints, dead_letters, parked
from chassis.work import Store
from deploy.release.corpus import examples
from tests.integration.chassis.tally import Calls, Tally, rewrite, scalar, write
from tests.support.clock import NOON
from tests.support.waiting import eventually

CREATED, UPDATED = "millrace.leads.v1.LeadCreated", "millrace.leads.v1.LeadUpdated"
TYPES = sorted({each.type for each in examples() if each.subject.startswith("millrace.leads.v1.lead.")})


def headers(
    aggregate: UUID | None, version: str, *, kind: str = CREATED, time: str = NOON.isoformat()
) -> dict[str, str]:
    told = {"ce-id": f"{aggregate}-{version}", "ce-type": kind, "ce-version": version, "ce-time": time}
    return told | ({"ce-subject": f"note/{aggregate}"} if aggregate else {})


async def publish(client: Client, told: dict[str, str], payload: bytes = b"") -> None:
    await client.jetstream().publish("millrace.leads.v1.lead.updated", payload, headers=told)


async def garble(engine: AsyncEngine, payload: str, *, version: int) -> None:
    async with engine.begin() as connection:
        statement = text("update outbox set payload = decode(:payload, 'hex') where version = :version")
        await connection.execute(statement, {"payload": payload, "version": version})


async def test_an_unreadable_payload_keeps_its_type_and_is_redriven_once_its_producer_repaired_it(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine
) -> None:
    uuid = await write(store, call, "a")
    for change in ("b", "c"):
        await rewrite(store, call, uuid, change)
    await garble(engine, "ff", version=2)
    await relay.drain()
    await tally.consumer.drain()
    assert await tally.versions() == [(f"note/{uuid}", 1)]
    async with engine.connect() as connection:
        letters = await connection.execute(
            select(dead_letters.c.version, dead_letters.c.event_type).order_by(dead_letters.c.version)
        )
        assert [tuple(letter) for letter in letters] == [(2, UPDATED), (3, UPDATED)]

    with pytest.raises(Unreadable):
        await tally.consumer.redrive(f"note/{uuid}")
    assert await scalar(engine, select(func.count()).select_from(dead_letters)) == 2
    assert await scalar(engine, select(applied.c.version)) == 1
    assert await scalar(engine, select(func.count()).select_from(parked)) == 1

    await garble(engine, "", version=2)
    assert await tally.consumer.redrive(f"note/{uuid}") == 2
    assert [version for _, version in await tally.versions()] == [1, 2, 3]
    assert await scalar(engine, select(func.count()).select_from(parked)) == 0


@pytest.mark.parametrize(
    "spoiled",
    [{"ce-version": "two"}, {"ce-version": "-2"}, {"ce-version": "9" * 30}, {"ce-time": "noon"}, {"ce-type": ""}],
    ids=str,
)
async def test_an_unreadable_header_parks_its_record_only_and_is_redriven_from_the_history(
    store: Store,
    call: Calls,
    relay: Relay,
    tally: Tally,
    client: Client,
    engine: AsyncEngine,
    spoiled: dict[str, str],
) -> None:
    sick, healthy = await write(store, call, "a"), await write(store, call, "a")
    await relay.drain()
    await rewrite(store, call, sick, "b")
    async with engine.begin() as connection:
        row = (await connection.execute(text("select event_id, payload from outbox where version = 2"))).one()
        await connection.execute(text("update outbox set published_at = occurred where version = 2"))
    told = headers(sick, "2", kind=UPDATED) | {"ce-id": str(row.event_id)} | spoiled
    await publish(client, told, bytes(row.payload))
    await rewrite(store, call, healthy, "b")
    await relay.drain()
    await tally.consumer.drain()
    assert sorted(await tally.versions()) == sorted(
        [(f"note/{sick}", 1), (f"note/{healthy}", 1), (f"note/{healthy}", 2)]
    )
    assert await tally.consumer.redrive(f"note/{sick}") == 1
    assert (f"note/{sick}", 2) in await tally.versions()


async def test_an_event_that_does_not_tell_whose_it_is_stops_nobody_and_its_records_next_one_repairs_it(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    uuid = await write(store, call, "a")
    await relay.drain()
    await rewrite(store, call, uuid, "b")
    async with engine.begin() as connection:
        await connection.execute(text("update outbox set published_at = occurred where version = 2"))
    await publish(client, headers(None, "2"))
    await tally.consumer.drain()
    assert await scalar(engine, select(parked.c.aggregate)) == "millrace.leads.v1.lead.updated#2"
    await rewrite(store, call, uuid, "c")
    await relay.drain()
    await tally.consumer.drain()
    assert [version for _, version in await tally.versions()] == [1, 2, 3]
    with pytest.raises(Unreadable, match="does not tell whose it is"):
        await tally.consumer.redrive("millrace.leads.v1.lead.updated#2")


async def test_an_event_whose_history_its_producer_does_not_have_parks_its_record(
    store: Store, call: Calls, relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    await relay.check_stream()
    await publish(client, headers(UUID(int=7), "5"))
    await write(store, call, "a")
    await relay.drain()
    await tally.consumer.drain()
    assert len(await tally.versions()) == 1
    assert await scalar(engine, select(parked.c.aggregate)) == f"note/{UUID(int=7)}"


async def test_what_is_not_parked_cannot_be_redriven(tally: Tally) -> None:
    with pytest.raises(NotParked):
        await tally.consumer.redrive("note/nobody")


async def test_one_malformed_event_of_each_type_among_ten_thousand_stops_its_own_record_only(
    relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    await relay.check_stream()
    every = 10_000 // len(TYPES)
    for number in range(10_000):
        kind = TYPES[number // every % len(TYPES)]
        told = headers(UUID(int=number + 1), "1", kind=kind)
        payload = b"\xff" if number % every == every // 2 else b""
        await client.publish("millrace.leads.v1.lead.updated", payload, headers=told)
    await client.flush()
    await tally.consumer.drain()
    malformed = await scalar(engine, select(func.count()).select_from(dead_letters))
    assert malformed == await scalar(engine, select(func.count()).select_from(parked)) >= len(TYPES)
    assert await scalar(engine, select(func.count()).select_from(applied)) == 10_000 - malformed
    assert len(await tally.versions()) == 10_000 - malformed


async def test_a_lock_waited_for_too_long_parks_nothing(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine
) -> None:
    await write(store, call, "a")
    await relay.drain()
    async with engine.begin() as connection:
        await connection.execute(text("lock table tally in exclusive mode"))
        with pytest.raises(DBAPIError) as refused:
            await tally.consumer.drain()
    assert sqlstate(refused.value) == "55P03"
    assert await scalar(engine, select(func.count()).select_from(parked)) == 0
    await tally.consumer.drain()
    assert len(await tally.versions()) == 1


async def test_the_search_for_poison_commits_every_fifty_events(
    relay: Relay, tally: Tally, client: Client, engine: AsyncEngine
) -> None:
    await relay.check_stream()
    for number in range(120):
        await publish(client, headers(UUID(int=number + 1), "1"))

    async def apply(_connection: AsyncConnection, events: Sequence[Event]) -> None:
        if len(events) > 1:
            raise ValueError("poison in the batch")
        if events[0].seq == 110:
            raise OSError("away")

    object.__setattr__(tally.subscription, "apply", apply)
    with pytest.raises(OSError, match="away"):
        await tally.consumer.drain()
    assert await scalar(engine, select(checkpoints.c.seq)) == 100


async def test_a_redrive_waits_for_a_letter_that_is_being_buried(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine
) -> None:
    tally.poison = {2}
    uuid = await write(store, call, "a")
    await rewrite(store, call, uuid, "poison")
    await relay.drain()
    await tally.consumer.drain()
    tally.poison = set()
    async with engine.begin() as connection:
        assert await progress.parked_aggregates(connection, "tally") == {f"note/{uuid}"}
        redrive = asyncio.create_task(tally.consumer.redrive(f"note/{uuid}"))
        await eventually(lambda: waits_for_a_lock(engine))
        [letter] = events_of([Delivered(9, "millrace.leads.v1.lead.updated", headers(uuid, "3"), b"")])
        await progress.bury(connection, "tally", [letter], error="its aggregate is parked")
    assert await redrive == 2
    assert [version for _, version in await tally.versions()] == [1, 2, 3]


async def waits_for_a_lock(engine: AsyncEngine) -> bool:
    return bool(await scalar(engine, text("select count(*) from pg_locks where not granted")))
