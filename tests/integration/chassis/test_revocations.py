"""Revocations arrive in every service and stay as long as a token may live."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import MetaData, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Event
from chassis.database import open_engine
from chassis.revocations import (
    RevocationList,
    revocation_subscription,
    revoked_sessions_table,
    stored_revocations,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TABLES = MetaData()
REVOKED = revoked_sessions_table(TABLES)
CONSUMER = revocation_subscription("leads-revocations", REVOKED)


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(empty_database, name="test")
    async with opened.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield opened
    await opened.dispose()


def an_event(kind: str, number: int, *, time: datetime = NOON) -> Event:
    noun, _, _ = kind.partition(".")
    return Event(
        id=f"{kind}-{number}",
        subject=f"millrace.directory.v1.{kind}",
        type="",
        aggregate=f"{noun}/{UUID(int=number)}",
        version=1,
        time=time,
        payload=b"",
        message=None,
    )


async def apply(engine: AsyncEngine, *events: Event) -> None:
    async with engine.begin() as connection:
        await CONSUMER.apply(connection, events)


async def test_revoked_sessions_and_programs_are_refused_and_others_are_not(engine: AsyncEngine) -> None:
    revocations = RevocationList(stored_revocations(engine, REVOKED), max_age=0)
    await apply(engine, an_event("session.started", 1), an_event("session.revoked", 2))
    await apply(engine, an_event("api_client.revoked", 3), an_event("api_client.created", 4))
    held = [await revocations.holds(UUID(int=number)) for number in (1, 2, 3, 4)]
    assert held == [False, True, True, False]


async def test_the_same_news_twice_does_no_harm(engine: AsyncEngine) -> None:
    for _ in range(2):
        await apply(engine, an_event("session.revoked", 2), an_event("session.revoked", 2))
    assert await RevocationList(stored_revocations(engine, REVOKED)).holds(UUID(int=2))


async def test_old_revocations_are_forgotten_when_new_ones_come(engine: AsyncEngine) -> None:
    await apply(engine, an_event("session.revoked", 1))
    await apply(engine, an_event("session.revoked", 2, time=NOON + timedelta(days=2)))
    async with engine.connect() as connection:
        assert list((await connection.execute(select(REVOKED.c.session))).scalars()) == [UUID(int=2)]


async def test_the_list_is_read_once_a_second_however_many_ask(engine: AsyncEngine) -> None:
    reads = 0

    async def load() -> frozenset[UUID]:
        nonlocal reads
        reads += 1
        return frozenset()

    revocations = RevocationList(load)
    for _ in range(50):
        await revocations.holds(UUID(int=1))
    assert reads == 1
