"""The directory's office on a fresh database."""

from collections.abc import AsyncIterator

import pytest

from chassis.database import open_engine
from tests.integration.directory.office import Office
from tests.support.clock import FixedClock


@pytest.fixture
async def office(directory_database: str, clock: FixedClock) -> AsyncIterator[Office]:
    engine = open_engine(directory_database, name="test")
    yield Office(engine, clock)
    await engine.dispose()
