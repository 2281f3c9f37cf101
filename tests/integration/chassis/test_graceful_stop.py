"""A process that is told to stop finishes what it has begun."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.background import Background
from chassis.parts import Parts
from chassis.rpc.call import Call
from chassis.settings import ServiceSettings
from chassis.tables import outbox
from chassis.work import Store
from tests.support.clock import FixedClock
from tests.support.note_process import NOTES, note_environment
from tests.support.sample import write_note
from tests.support.waiting import eventually

WAITING = text(
    "select count(*) from pg_stat_activity where datname = current_database() "
    "and wait_event_type = 'Lock' and query like '%update outbox%' and pid <> pg_backend_pid()"
)


async def test_the_relay_marks_what_it_has_published_before_the_process_ends(
    empty_database: str,
    nats_of_leads: str,
    engine: AsyncEngine,
    store: Store,
    call: Callable[..., Call],
    clock: FixedClock,
) -> None:
    request = CreateLeadRequest(lead=Lead(need="a"))
    await store.write(call(), request, lambda work: write_note(work, text="a"), answer=lambda _: Lead())
    settings = ServiceSettings.read("leads", note_environment(empty_database, nats_of_leads))
    definition = replace(NOTES, background=lambda _parts: (), sweeps=lambda _parts: (), subscriptions=lambda _parts: ())
    parts = Parts(definition, settings, clock)
    broken = asyncio.Event()
    background = Background(parts, broken=broken.set)

    async def published() -> bool:
        async with engine.connect() as watching:
            return bool(await watching.scalar(WAITING))

    async with engine.connect() as other:
        await other.execute(select(outbox.c.id).with_for_update())
        background.start()
        await eventually(published)
        stopping = asyncio.create_task(background.stop())
        ended, _ = await asyncio.wait({stopping}, timeout=0.5)
        assert not ended, "it did not wait for the batch"
        await other.rollback()
        await stopping
    await parts.close()
    async with engine.connect() as connection:
        assert await connection.scalar(select(outbox.c.published_at)) == clock.now()
    assert not broken.is_set()
