"""Which failures say nothing about the rows they met, so that the same work is right a moment later."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.database import transient
from kernel.errors import Overloaded

PASSING = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.AdminShutdownError,
)


@pytest.mark.parametrize("kind", PASSING)
def test_what_others_caused_passes(kind: type[asyncpg.PostgresError]) -> None:
    assert transient(kind("text"))
    assert transient(DBAPIError("select 1", {}, kind("text")))


@pytest.mark.parametrize("error", [OSError(), TimeoutError(), PoolTimeout(), Overloaded()], ids=repr)
def test_what_cannot_be_reached_passes(error: Exception) -> None:
    assert transient(error)


@pytest.mark.parametrize(
    "error", [asyncpg.UniqueViolationError("text"), asyncpg.DataError("text"), ValueError()], ids=repr
)
def test_what_lies_in_the_rows_stays(error: Exception) -> None:
    assert not transient(error)
