"""Every event ever released, given to every consumer of today: applied or ignored, never a dead letter (G20)."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from nats.aio.client import Client
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.consumer import Event, Subscription
from chassis.consumer.consumer import Consumer
from chassis.consumer.gate import Gap
from chassis.database import open_engine
from chassis.parts import Parts, ServiceDefinition
from chassis.settings import ServiceSettings
from chassis.streaming.connection import connect
from chassis.streaming.streams import apply, declared
from chassis.tables import applied, dead_letters
from deploy.local.nats import Nats, start_nats
from deploy.release.corpus import Example, examples
from deploy.release.published import DEFINITIONS
from tests.support.clock import NOON, FixedClock
from tests.support.databases import Databases

A_NEWER_FIELD = b"\xfa\xff\x3f\x05later"  # field 131071, a text
CORPUS = list(examples())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    server = start_nats(tmp_path / "nats", durable=False)
    yield server
    server.stop()


@pytest.fixture
async def client(server: Nats) -> AsyncIterator[Client]:
    client = await connect(server.url, service="test")
    for declaration in declared().values():
        await apply(client, declaration)
    yield client
    await client.close()


async def publish(client: Client, released: Sequence[Example], *, newer: bytes = b"", kind: str = "") -> None:
    """Each example as the relay would publish it: the first event of an aggregate of its own."""
    for number, example in enumerate(released, start=1):
        told = {
            "ce-id": str(number),
            "ce-type": kind or example.type,
            "ce-time": NOON.isoformat(),
            "ce-subject": f"{example.noun}/{UUID(int=number)}",
            "ce-version": "1",
        }
        await client.jetstream().publish(example.subject, example.payload + newer, headers=told)


async def no_history(_subscription: Subscription, gap: Gap | None) -> AsyncIterator[Event]:
    raise AssertionError(f"nothing is missing, yet history was asked for: {gap}")
    yield


@asynccontextmanager
async def consumers(
    definition: ServiceDefinition, url: str, client: Client
) -> AsyncIterator[tuple[AsyncEngine, list[Consumer]]]:
    """What the service listens with, over a database of its own."""
    settings = {
        f"MILLRACE_{definition.name.upper()}_DATABASE_URL": url,
        "MILLRACE_NATS_URL": "nats://unused",
        "MILLRACE_SECRET": "s" * 32,
    }
    clock = FixedClock()
    parts = Parts(definition, ServiceSettings.read(definition.name, settings), clock)
    engine = open_engine(url, name="test")
    made = [
        Consumer(each, engine=engine, client=client, history=no_history, clock=clock)
        for each in definition.subscriptions(parts)
    ]
    yield engine, made
    for consumer in made:
        await consumer.close()
    await parts.close()
    await engine.dispose()


async def rows(engine: AsyncEngine, table: Table, consumer: Consumer) -> int:
    statement = select(func.count()).select_from(table).where(table.c.consumer == consumer.subscription.name)
    async with engine.connect() as connection:
        return int(await connection.scalar(statement) or 0)


def heard(consumer: Consumer) -> list[Example]:
    """The examples of the nouns the consumer listens to."""
    nouns = tuple(subject.removesuffix(">") for subject in consumer.subscription.subjects)
    return [example for example in CORPUS if example.subject.startswith(nouns)]


async def dead_letters_of_today(databases: Databases, client: Client) -> dict[str, int]:
    """How many dead letters each consumer of each service has made of what the streams hold."""
    found = {}
    for definition in DEFINITIONS:
        with databases.of(definition.name) as url:
            async with consumers(definition, url, client) as (engine, listening):
                for consumer in listening:
                    await consumer.drain()
                    assert await rows(engine, applied, consumer) == len(heard(consumer))
                    found[consumer.subscription.name] = await rows(engine, dead_letters, consumer)
    return found


@pytest.mark.parametrize("newer", [b"", A_NEWER_FIELD], ids=["as released", "with a field of a newer release"])
async def test_no_released_event_becomes_a_dead_letter(databases: Databases, client: Client, newer: bytes) -> None:
    await publish(client, CORPUS, newer=newer)
    found = await dead_letters_of_today(databases, client)
    assert {"leads-organization", "leads-revocations"} <= set(found)
    assert set(found.values()) == {0}


async def test_an_event_type_of_a_newer_release_passes(databases: Databases, client: Client) -> None:
    await publish(client, CORPUS, kind="millrace.directory.v2.SomethingNew")
    assert set((await dead_letters_of_today(databases, client)).values()) == {0}
