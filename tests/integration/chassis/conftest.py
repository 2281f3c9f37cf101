"""A store over a database of its own, and calls to make."""

from collections.abc import AsyncIterator, Callable

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.streaming.connection import connect
from chassis.work import Store
from deploy.local.nats import Nats
from tests.support.clock import FixedClock
from tests.support.sample import PUBLICATIONS, make_tables

ANNA = Principal(subject="members/01890000-0000-7000-8000-000000000001", grants={"leads.write": Scope.ALL})


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(empty_database, name="test")
    await make_tables(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def nats_of_leads(nats_server: Nats) -> AsyncIterator[str]:
    """The URL of NATS for processes that make the stream of leads as it is declared; it is gone afterwards."""
    yield nats_server.url
    client = await connect(nats_server.url, service="test")
    await client.request("$JS.API.STREAM.DELETE.leads", b"", timeout=5)
    await client.close()


@pytest.fixture
def store(engine: AsyncEngine, clock: FixedClock) -> Store:
    return Store(engine, service="notes", clock=clock, publications=PUBLICATIONS)


@pytest.fixture
def call(clock: FixedClock) -> Callable[..., Call]:
    def make(*, method: str = "/test/Write", principal: Principal = ANNA) -> Call:
        return Call(principal=principal, method=method, now=clock.now(), answer_type=Lead)

    return make
