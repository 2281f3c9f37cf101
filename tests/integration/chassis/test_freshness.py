"""A reader can wait for his own write, for a bounded time, and is told when that was not enough (G12)."""

import asyncio
from dataclasses import replace

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.freshness import Freshness
from chassis.marks import Mark, told
from chassis.streaming.relay import Relay
from chassis.work import Store
from tests.integration.chassis.tally import Calls, Tally, rewrite, write
from tests.support.sample import write_note


@pytest.fixture
def freshness(engine: AsyncEngine, tally: Tally) -> Freshness:
    return Freshness(engine, [replace(tally.subscription, subjects=("millrace.leads.v1.note.>",))])


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_a_write_tells_what_it_changed_and_a_repeat_does_not_invent_anything(store: Store, call: Calls) -> None:
    made = call()
    request = CreateLeadRequest(lead=Lead(need="一"), request_id="once")
    await store.write(
        made, request, lambda work: write_note(work, text="一"), answer=lambda note: Lead(name=str(note.uuid))
    )
    assert [(mark.noun, mark.version) for mark in made.written] == [("millrace.leads.v1.lead", 1)]


async def test_a_reader_waits_until_his_write_has_arrived(
    store: Store, call: Calls, relay: Relay, tally: Tally, freshness: Freshness
) -> None:
    uuid = await write(store, call, "a")
    await rewrite(store, call, uuid, "b")
    waiting = asyncio.ensure_future(freshness.wait(f"millrace.leads.v1.note/{uuid}@2", until=soon(10)))
    await relay.drain()
    await tally.consumer.drain()
    assert await waiting is True


async def test_a_reader_is_told_when_his_write_has_not_arrived_in_time(
    store: Store, call: Calls, relay: Relay, tally: Tally, freshness: Freshness
) -> None:
    uuid = await write(store, call, "a")
    await relay.drain()
    await tally.consumer.drain()
    assert await freshness.wait(f"millrace.leads.v1.note/{uuid}@1", until=soon(0.1)) is True
    assert await freshness.wait(f"millrace.leads.v1.note/{uuid}@2", until=soon(0.1)) is False


async def test_nobody_waits_for_what_is_not_followed_here(freshness: Freshness) -> None:
    others = [Mark("millrace.directory.v1.member", "0190-a", 7), Mark("millrace.leads.v1.notebook", "0190-b", 1)]
    assert await freshness.wait(told(others), until=soon(0)) is True
