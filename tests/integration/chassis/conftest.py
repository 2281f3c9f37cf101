"""A store over a database of its own, and calls to make."""

from collections.abc import AsyncIterator, Callable

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.streaming.connection import connect
from chassis.streaming.relay import Relay
from chassis.work import Store
from deploy.local.nats import Nats
from tests.integration.chassis.tally import Calls, Tally, declaration
from tests.support.clock import FixedClock
from tests.support.sample import PUBLICATIONS, make_tables
from tests.support.serving import PATIENCE

ANNA = Principal(subject="members/01890000-0000-7000-8000-000000000001", grants={"leads.write": Scope.ALL})


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(empty_database, name="test", wait_seconds=PATIENCE)
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
async def store(engine: AsyncEngine, clock: FixedClock) -> AsyncIterator[Store]:
    store = Store(engine, service="notes", clock=clock, publications=PUBLICATIONS)
    yield store
    await store.drain()


@pytest.fixture
def call(clock: FixedClock) -> Callable[..., Call]:
    def make(*, method: str = "/test/Write", principal: Principal = ANNA) -> Call:
        return Call(principal=principal, method=method, now=clock.now(), answer_type=Lead)

    return make


@pytest.fixture
async def client(nats_server: Nats) -> AsyncIterator[Client]:
    client = await connect(nats_server.url, service="test")
    yield client
    for name in ("leads",):
        await client.request(f"$JS.API.STREAM.DELETE.{name}", b"", timeout=5)
    await client.close()


@pytest.fixture
def relay(engine: AsyncEngine, client: Client, clock: FixedClock) -> Relay:
    return Relay(engine=engine, client=client, declaration=declaration("leads"), clock=clock)


@pytest.fixture
async def tally(engine: AsyncEngine, client: Client, clock: FixedClock, call: Calls) -> AsyncIterator[Tally]:
    tally = Tally(engine, client, clock, call())
    await tally.make()
    yield tally
    await tally.consumer.close()
