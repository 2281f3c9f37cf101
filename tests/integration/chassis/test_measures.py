"""What alarms watch is told when it is needed: while NATS is away, while nobody seals, before anything went wrong."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.rpc.call import Call
from chassis.work import Store
from tests.architecture.tree import ROOT
from tests.conftest import StartProcess
from tests.support.clock import FixedClock
from tests.support.note_process import make_note_tables, note_environment
from tests.support.running import Running
from tests.support.sample import write_note
from tests.support.telling import samples, told
from tests.support.waiting import eventually

ALARMS = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
BUSINESS_OF_LEADS = {"millrace_leads_no_senior_free_total"}
NOBODY_LISTENS = "nats://127.0.0.1:1"


@pytest.fixture
async def written(engine: AsyncEngine, store: Store, call: Callable[..., Call], clock: FixedClock) -> None:
    """A note written five minutes ago: one event to publish, one audit entry to seal."""
    clock.instant = datetime.now(UTC) - timedelta(minutes=5)
    request = CreateLeadRequest(lead=Lead(need="a"))
    await store.write(call(), request, lambda work: write_note(work, text="a"), answer=lambda _: Lead())


@pytest.fixture
async def notes(empty_database: str, engine: AsyncEngine, start_process: StartProcess) -> Running:
    """The sample service, which cannot reach NATS."""
    await make_note_tables(engine)
    environment = note_environment(empty_database, NOBODY_LISTENS)
    return await start_process("tests.support.note_process", environment).start()


@pytest.fixture
async def nobody_seals(engine: AsyncEngine) -> AsyncIterator[None]:
    """Another session holds the sealer's lock, and does nothing."""
    async with engine.connect() as connection:
        await connection.execute(text("select pg_advisory_lock(hashtextextended('millrace.audit', 0))"))
        yield


async def test_every_number_whose_increase_alarms_is_told_from_the_start(notes: Running) -> None:
    counted = set(re.findall(r"increase\((millrace_[a-z_]+)\[", ALARMS)) - BUSINESS_OF_LEADS
    assert len(counted) >= 5
    begun = {sample.name: sample.value for sample in await samples(notes.debug) if sample.name in counted}
    assert begun == dict.fromkeys(counted, 0)


@pytest.mark.usefixtures("written")
async def test_the_age_of_an_event_is_told_while_nats_is_away(notes: Running) -> None:
    async def aged() -> bool:
        return await told(notes.debug, "millrace_outbox_oldest_seconds") >= 300

    await eventually(aged)
    assert await told(notes.debug, "millrace_outbox_unpublished") == 1


@pytest.mark.usefixtures("written", "nobody_seals")
async def test_the_age_of_an_audit_entry_is_told_while_nobody_seals(notes: Running) -> None:
    async def aged() -> bool:
        return await told(notes.debug, "millrace_audit_unsealed_seconds") >= 300

    await eventually(aged)
    assert await aged()


async def test_background_work_that_fails_again_and_again_is_counted(notes: Running, engine: AsyncEngine) -> None:
    async def pauses() -> float:
        found = await samples(notes.debug)
        name = "millrace_background_pauses_total"
        return next(each.value for each in found if each.name == name and each.labels == {"task": "jobs"})

    async def more_than_two() -> bool:
        return await pauses() > 2

    assert await pauses() == 0
    async with engine.begin() as connection:
        await connection.execute(text("alter table jobs rename to jobs_gone"))
    await eventually(more_than_two)
    async with engine.begin() as connection:
        await connection.execute(text("alter table jobs_gone rename to jobs"))
