"""A service reacts to an event exactly once, and what it saves has events and audit like any other change."""

from collections.abc import Callable

import pytest
from millrace.leads.v1.lead_events_pb2 import LeadCreated, LeadUpdated
from nats.aio.client import Client
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Event, Subscription
from chassis.consumer.consumer import Consumer
from chassis.principal import service_principal
from chassis.reactions import reaction_subscription
from chassis.streaming.relay import Relay
from chassis.tables import audit, outbox, parked
from chassis.work import Store, UnitOfWork
from kernel.errors import Overloaded
from tests.integration.chassis.tally import LEADS, Calls, Tally, rewrite, scalar, write
from tests.support.clock import FixedClock
from tests.support.sample import NOTES, PUBLICATIONS, get_note, notes, rewrite_note, write_note


async def copy_of(work: UnitOfWork, event: Event) -> None:
    """Whatever is written down is written down a second time; copies of copies are not."""
    if not event.message.lead.industry.startswith("copy"):
        await write_note(work, text=f"copy of {event.message.lead.industry}")


def reacting_to(
    reactions: dict[type, object], clock: FixedClock, committed: Callable[[], None] = lambda: None
) -> Subscription:
    return reaction_subscription(
        reactions,  # type: ignore[arg-type]  # the tests' own functions
        name="copies",
        stream="leads",
        subjects=LEADS,
        principal=service_principal("notes", {}),
        publications=PUBLICATIONS,
        clock=clock,
        committed=committed,
    )


def consumer_of(subscription: Subscription, engine: AsyncEngine, client: Client, tally: Tally) -> Consumer:
    return Consumer(subscription, engine=engine, client=client, history=tally.history, clock=FixedClock())


async def texts(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return sorted(await connection.scalars(select(notes.c.text)))


async def test_a_reaction_saves_an_aggregate_with_its_event_and_its_audit(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    await write(store, call, "a")
    await relay.drain()
    consumer = consumer_of(reacting_to({LeadCreated: copy_of}, clock), engine, client, tally)
    await consumer.drain()
    assert await texts(engine) == ["a", "copy of a"]
    assert await scalar(engine, select(func.count()).select_from(outbox)) == 2
    statement = select(audit.c.actor, audit.c.action, audit.c.request_id).order_by(audit.c.id.desc()).limit(1)
    async with engine.connect() as connection:
        actor, action, request_id = (await connection.execute(statement)).one()
        first = await connection.scalar(select(outbox.c.event_id).order_by(outbox.c.id).limit(1))
    assert (actor, action, request_id) == ("services/notes", "copies/LeadCreated", str(first))
    await consumer.close()


async def test_a_reaction_wakes_the_relay_as_soon_as_it_holds(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    woken: list[str] = []
    deaths = [1]

    async def dies_once(work: UnitOfWork, event: Event) -> None:
        await copy_of(work, event)
        if deaths:
            deaths.pop()
            raise OSError("killed before its commit")

    await write(store, call, "a")
    await relay.drain()
    reacting = reacting_to({LeadCreated: dies_once}, clock, lambda: woken.append("relay"))
    consumer = consumer_of(reacting, engine, client, tally)
    with pytest.raises(OSError, match="killed"):
        await consumer.step()
    assert woken == []
    assert await consumer.step() == 1
    assert (woken, await texts(engine)) == (["relay"], ["a", "copy of a"])
    await consumer.close()


async def test_a_reaction_that_was_killed_before_the_checkpoint_has_one_effect(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    deaths = [1]

    async def dies_once(work: UnitOfWork, event: Event) -> None:
        await copy_of(work, event)
        await work.flush()
        if deaths:
            deaths.pop()
            raise OSError("killed between effect and checkpoint")

    await write(store, call, "a")
    await relay.drain()
    consumer = consumer_of(reacting_to({LeadCreated: dies_once}, clock), engine, client, tally)
    with pytest.raises(OSError, match="killed"):
        await consumer.drain()
    assert await texts(engine) == ["a"]
    await consumer.drain()
    assert await texts(engine) == ["a", "copy of a"]
    await consumer.close()


async def test_two_events_in_one_batch_see_what_the_other_wrote(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    journal = await write(store, call, "copy")

    async def add(work: UnitOfWork, event: Event) -> None:
        if event.aggregate != f"note/{journal}":
            note = await get_note(work, journal)
            await rewrite_note(work, uuid=journal, text=f"{note.text} {event.message.lead.industry}")

    other = await write(store, call, "a")
    await rewrite(store, call, other, "b")
    await relay.drain()
    consumer = consumer_of(reacting_to({LeadCreated: add, LeadUpdated: add}, clock), engine, client, tally)
    await consumer.drain()
    assert await texts(engine) == ["b", "copy a b"]
    await consumer.close()


async def test_a_lost_race_parks_nothing_and_is_tried_again(
    store: Store, call: Calls, relay: Relay, tally: Tally, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    journal = await write(store, call, "copy")
    races = [1]

    async def add(work: UnitOfWork, event: Event) -> None:
        if event.aggregate == f"note/{journal}":
            return
        note = await get_note(work, journal)
        if races:
            races.pop()
            async with engine.begin() as other:
                await other.execute(text("update notes set version = version + 1, text = 'copy by somebody'"))
        work.save(NOTES, note.rewrite(f"{note.text} and a"))

    await write(store, call, "a")
    async with engine.begin() as connection:
        await connection.execute(text("delete from notes where text = 'a'"))
    await relay.drain()
    consumer = consumer_of(reacting_to({LeadCreated: add}, clock), engine, client, tally)
    with pytest.raises(Overloaded):
        await consumer.drain()
    await consumer.drain()
    assert await texts(engine) == ["copy by somebody and a"]
    assert await scalar(engine, select(func.count()).select_from(parked)) == 0
    await consumer.close()
