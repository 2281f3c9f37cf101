"""An installation that imports companies, for the tests of the import part."""

from collections.abc import AsyncIterator

import pytest

from kernel.time import Clock
from tests.integration.imports.companies import Installation


@pytest.fixture
async def here(empty_database: str, clock: Clock) -> AsyncIterator[Installation]:
    """By a clock that stands, unless a module has another one."""
    installation = Installation(empty_database, clock)
    await installation.create_tables()
    yield installation
    await installation.close()
