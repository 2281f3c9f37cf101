"""What a connection to NATS that breaks costs a reader, and what one that is closed for good does."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import Error
from sqlalchemy import MetaData

from chassis.background import Background
from chassis.consumer.pull import LogReader, StreamBroken
from chassis.parts import Parts, ServiceDefinition
from chassis.principal import Principal
from chassis.settings import ServiceSettings
from chassis.streaming.connection import ConnectionLost, connect
from chassis.streaming.streams import apply
from deploy.local.nats import Nats
from kernel.time import SystemClock
from tests.integration.chassis.tally import LEADS, declaration
from tests.support.breakable import Breakable, breakable
from tests.support.waiting import eventually


@pytest.fixture
async def way(nats_server: Nats) -> AsyncIterator[Breakable]:
    async with breakable(nats_server.port) as way:
        yield way


@pytest.fixture
async def behind(way: Breakable) -> AsyncIterator[Client]:
    client = await connect(f"nats://127.0.0.1:{way.port}", service="test")
    yield client
    await client.close()


async def test_a_request_lost_in_a_reconnect_is_noticed_within_five_seconds(
    client: Client, behind: Client, way: Breakable
) -> None:
    await apply(client, declaration("leads"))
    reader = LogReader(behind, stream="leads", subjects=LEADS, after=0)
    await reader.open()
    assert await reader.next_batch(wait=0.1) == []
    way.cut()
    await eventually(lambda: not behind.is_connected)
    await client.jetstream().publish("millrace.leads.v1.lead.created", b"")  # nobody is there: the request is dropped
    way.mend()
    await eventually(lambda: behind.is_connected)
    began = time.monotonic()
    with pytest.raises(StreamBroken, match="no longer knows"):
        await until_something_comes(reader)
    assert time.monotonic() - began < 5


async def until_something_comes(reader: LogReader) -> None:
    while not await reader.next_batch(wait=0.5):
        pass


async def test_a_quiet_stream_is_no_broken_one(client: Client) -> None:
    await apply(client, declaration("leads"))
    reader = LogReader(client, stream="leads", subjects=LEADS, after=0)
    await reader.open()
    for _ in range(4):
        assert await reader.next_batch(wait=1.2) == []
    await client.jetstream().publish("millrace.leads.v1.lead.created", b"")
    assert len(await reader.next_batch(wait=1)) == 1


async def test_a_client_that_gives_up_for_good_says_so(nats_server: Nats) -> None:
    lost = asyncio.Event()
    client = await connect(nats_server.url, service="test", lost=lost)
    await client._process_err("'maximum subscriptions exceeded'")
    await asyncio.wait_for(lost.wait(), 5)
    assert client.is_closed
    with pytest.raises(Error):
        await client.publish("millrace.leads.v1.lead.created", b"")


async def test_a_service_without_its_connection_does_not_go_on_as_if_it_were_ready(
    nats_server: Nats, empty_database: str, client: Client
) -> None:
    settings = {
        "MILLRACE_LEADS_DATABASE_URL": empty_database,
        "MILLRACE_NATS_URL": nats_server.url,
        "MILLRACE_SECRET": "s" * 32,
    }
    definition = ServiceDefinition(
        name="leads",
        tables=MetaData(),
        migrations=Path(),
        messages=Path(),
        publications={},
        servicers=lambda _parts: {},
        identify=lambda _parts: anybody,
    )
    parts = Parts(definition, ServiceSettings.read("leads", settings), SystemClock())
    background = Background(parts, broken=lambda: None)
    streaming = asyncio.create_task(background._streaming())
    await eventually(lambda: background._client is not None)
    assert background._client is not None
    await background._client._process_err("'user authentication revoked'")
    with pytest.raises(ConnectionLost, match="revoked"):
        await asyncio.wait_for(streaming, 5)
    await background.stop()
    await parts.close()


async def anybody(*_: object) -> Principal:
    raise AssertionError("nobody calls")
