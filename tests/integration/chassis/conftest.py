"""A store over a database of its own, and calls to make."""

from collections.abc import AsyncIterator, Callable

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.work import Store
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
def store(engine: AsyncEngine, clock: FixedClock) -> Store:
    return Store(engine, service="notes", clock=clock, publications=PUBLICATIONS)


@pytest.fixture
def call(clock: FixedClock) -> Callable[..., Call]:
    def make(*, method: str = "/test/Write", principal: Principal = ANNA) -> Call:
        return Call(principal=principal, method=method, now=clock.now(), answer_type=Lead)

    return make
