"""A commit that gave up waiting for its synchronous standby is an unknown outcome, never OK."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.work import Store, UnitOfWork
from deploy.local.postgres import Postgres, start_postgres
from kernel.errors import OutcomeUnknown
from tests.integration.chassis.tally import Calls, scalar, write
from tests.support.clock import FixedClock
from tests.support.sample import PUBLICATIONS, Note, make_tables, write_note
from tests.support.waiting import eventually


@pytest.fixture
def postgres(servers_folder: Path) -> Iterator[Postgres]:
    """A server of its own: what is set here holds for all of its databases."""
    server = start_postgres(Path(tempfile.mkdtemp(dir=servers_folder)))
    server.create_database("notes")
    yield server
    server.execute("alter system reset synchronous_standby_names")
    server.stop()


@pytest.fixture
async def engine(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres.url("notes"), name="test")
    await make_tables(engine)
    yield engine
    await engine.dispose()


def wait_for_a_standby(postgres: Postgres) -> None:
    """From now on every commit waits for a standby that does not exist."""
    postgres.execute("alter system set synchronous_standby_names = 'nobody'")
    postgres.execute("select pg_reload_conf()")


def stop_waiting(postgres: Postgres) -> bool:
    """Cancel whoever waits for a standby, as a person does who wants the house to work on; whether there was one."""
    waiting = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"
    return postgres.execute(waiting) == "t"


@pytest.mark.parametrize("flushed", [False, True], ids=["as one statement", "in a transaction"])
async def test_a_write_whose_standby_did_not_answer_has_an_unknown_outcome(
    postgres: Postgres, engine: AsyncEngine, clock: FixedClock, call: Calls, flushed: bool
) -> None:
    store = Store(engine, service="notes", clock=clock, publications=PUBLICATIONS)
    await write(store, call, "before")
    wait_for_a_standby(postgres)

    async def use_case(work: UnitOfWork) -> Note:
        if flushed:
            await work.begin()
        return await write_note(work, text="alone")

    writing = asyncio.ensure_future(
        store.write(call(), CreateLeadRequest(lead=Lead(need="alone")), use_case, answer=lambda _: Lead())
    )
    await eventually(lambda: stop_waiting(postgres))
    with pytest.raises(OutcomeUnknown):
        await writing
    assert await scalar(engine, text("select count(*) from notes")) == 2, "committed here, and perhaps nowhere else"
    await store.drain()
