"""What the measured settings say, asked of the servers themselves: gRPC, PostgreSQL, NATS, the streams."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from nats.aio.client import Client
from nats.errors import OutboundBufferLimitError
from sqlalchemy import text

from chassis.database import connected, open_engine
from chassis.streaming import streams
from chassis.streaming.connection import connect
from deploy.local.nats import start_nats
from kernel.errors import Overloaded
from tests.integration.chassis.tally import declaration
from tests.support.databases import Databases
from tests.support.note_process import note_environment
from tests.support.running import Running
from tests.support.waiting import eventually

READ = "/millrace.events.v1.EventLogService/ReadEvents"
MIB = 1024 * 1024
SERVING = health_pb2.HealthCheckResponse.SERVING
OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1),)


@pytest.fixture(scope="module")
def serving(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The sample service, which serves and works at nothing."""
    with databases.empty() as url:
        environment = note_environment(url, "nats://127.0.0.1:1")
        process = Running("tests.support.note_process", tmp_path_factory.mktemp("limits"), environment, ("serve",))
        asyncio.run(process.start())
        yield process
        process.kill()


@pytest.fixture
async def channel(serving: Running) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(serving.rpc, options=OWN_CONNECTION) as channel:
        yield channel


async def code_of(channel: grpc.aio.Channel, request: Any = b"", metadata: int = 0) -> grpc.StatusCode:
    """What a stranger's call is answered, with so many bytes of metadata."""
    extra = (("x-long", "x" * metadata),) if metadata else ()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in channel.unary_stream(READ)(request, metadata=extra, timeout=10):
            pass
    return caught.value.code()


async def test_a_message_of_more_than_a_mebibyte_is_refused_unread(channel: grpc.aio.Channel) -> None:
    most = bytes((10, 0)) * (MIB // 2)  # a field of text, empty, again and again
    assert await code_of(channel, most) is grpc.StatusCode.UNAUTHENTICATED
    assert await code_of(channel, most + bytes((10, 0))) is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_metadata_without_measure_is_refused(channel: grpc.aio.Channel) -> None:
    assert await code_of(channel, metadata=8 * 1024) is grpc.StatusCode.UNAUTHENTICATED
    assert await code_of(channel, metadata=24 * 1024) is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_connection_carries_a_hundred_calls_and_the_server_two_hundred(serving: Running) -> None:
    channels = [grpc.aio.insecure_channel(serving.rpc, options=OWN_CONNECTION) for _ in range(3)]
    try:
        first = await watches(channels[0], 100)
        beyond = watch(channels[0])
        second = await watches(channels[1], 99)
        assert not beyond.done(), "it waits for a place on its connection, and is not refused"
        first[0].cancel()
        assert (await beyond.read()).status == SERVING
        second += await watches(channels[1], 1)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await watches(channels[2], 1)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    finally:
        for channel in channels:
            await channel.close(0)


async def watches(channel: grpc.aio.Channel, count: int) -> list[Any]:
    """So many calls that are answered and last."""
    begun = [watch(channel) for _ in range(count)]
    for each in begun:
        assert (await each.read()).status == SERVING
    return begun


def watch(channel: grpc.aio.Channel) -> Any:
    """A call that lasts until it is cancelled."""
    return health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]  # the stubs lack it


async def test_reflection_names_what_is_served(channel: grpc.aio.Channel) -> None:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type]  # stubs of the blocking kind
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    async for answer in call:
        names = {each.name for each in answer.list_services_response.service}
    assert names >= {
        "millrace.events.v1.EventLogService",
        "millrace.reading.v1.ReadingService",
        "grpc.health.v1.Health",
    }


async def test_the_debug_port_tells_health_and_nothing_else(serving: Running) -> None:
    async with httpx.AsyncClient(base_url=f"http://{serving.debug}") as client:
        for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/nothing", 404)):
            assert (await client.get(path)).status_code == status, path


async def test_the_debug_port_is_deaf_to_an_endless_line(serving: Running) -> None:
    host, _, port = serving.debug.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"G" * 200_000)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    async with httpx.AsyncClient(base_url=f"http://{serving.debug}") as client:
        assert (await client.get("/healthz")).status_code == 200
    said = (serving.folder / f"{serving.module}.log").read_text()
    assert "Traceback" not in said


async def test_a_session_of_the_database_has_its_limits(empty_database: str) -> None:
    engine = open_engine(empty_database, name="test", pool_size=1)
    try:
        async with engine.connect() as connection:
            found = {
                name: await connection.scalar(text(f"show {name}"))
                for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit")
            }
            began = time.monotonic()
            with pytest.raises(Overloaded):
                async with connected(engine):
                    pass
            waited = time.monotonic() - began
    finally:
        await engine.dispose()
    assert list(found.values()) == ["5s", "2s", "10s", "off"]
    assert 0.25 < waited < 2, "a caller waits 300 ms for a connection, and not longer"


async def test_nats_forces_what_it_acknowledges_to_the_disk_and_a_client_keeps_nothing_for_later(
    servers_folder: Path,
) -> None:
    folder = servers_folder / "durable"
    server = start_nats(folder)
    assert json.loads((folder / "nats.conf").read_text())["jetstream"]["sync_interval"] == "always"
    client = await connect(server.url, service="leads")
    try:
        server.kill()
        await eventually(lambda: client.is_reconnecting)
        with pytest.raises(OutboundBufferLimitError):
            await client.publish("millrace.leads.v1.lead.created", b"would come too late")
        server = start_nats(folder, port=server.port)
        await eventually(lambda: client.is_connected)
        measured = ("max_reconnect_attempts", "ping_interval", "max_outstanding_pings", "reconnect_time_wait")
        assert [client.options[name] for name in measured] == [-1, 5, 2, 0.25]
    finally:
        await client.close()
        server.stop()


async def test_a_stream_stands_as_declared_or_stops_who_finds_it_otherwise(client: Client) -> None:
    declared = declaration("leads")
    await streams.apply(client, declared)
    answer = await client.request("$JS.API.STREAM.INFO.leads", b"", timeout=5)
    standing = json.loads(answer.data)["config"]
    assert {name: standing.get(name) or None for name in declared.config()} == {
        name: value or None for name, value in declared.config().items()
    }
    await streams.apply(client, declared)
    with pytest.raises(streams.StreamDrift, match="max_age is 2592000000000000, declared 604800000000000"):
        await streams.apply(client, replace(declared, max_age_days=7))
    after = await client.request("$JS.API.STREAM.INFO.leads", b"", timeout=5)
    assert json.loads(after.data)["config"] == standing
