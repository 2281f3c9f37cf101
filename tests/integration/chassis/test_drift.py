"""A stream that stands otherwise than declared is told by whoever publishes to it, and keeps nobody from writing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from nats.aio.client import Client
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.streaming.connection import connect
from chassis.streaming.relay import Relay
from chassis.streaming.streams import StreamDrift, apply, declared
from chassis.tables import outbox
from chassis.work import Store
from tests.conftest import StartProcess
from tests.integration.chassis.tally import Calls, declaration, scalar, write
from tests.support.clock import FixedClock
from tests.support.note_process import make_note_tables, note_environment
from tests.support.running import Running
from tests.support.waiting import eventually

OTHER = replace(declared()["leads"], max_msg_size=1000)
TOLD = "stream leads: max_msg_size is 1000, declared 262144"


@pytest.fixture
async def operator(nats_of_leads: str) -> AsyncIterator[Client]:
    """Somebody who made the stream of leads otherwise than it is declared."""
    operator = await connect(nats_of_leads, service="operator")
    await apply(operator, OTHER)
    yield operator
    await operator.close()


async def put_right(operator: Client) -> None:
    found = json.loads((await operator.request("$JS.API.STREAM.INFO.leads", b"", timeout=5)).data)["config"]
    config = json.dumps(found | {"max_msg_size": declared()["leads"].max_msg_size}).encode()
    await operator.request("$JS.API.STREAM.UPDATE.leads", config, timeout=5)


async def readiness(process: Running) -> tuple[int, str]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{process.debug}/readyz")
    return answer.status_code, answer.text.strip()


async def drifted(process: Running) -> bool:
    async with httpx.AsyncClient() as client:
        return (
            'millrace_stream_drifted{stream="leads"} 1.0' in (await client.get(f"http://{process.debug}/metrics")).text
        )


async def test_work_is_not_ready_and_names_the_setting_until_the_stream_is_put_right(
    operator: Client, empty_database: str, engine: AsyncEngine, nats_of_leads: str, start_process: StartProcess
) -> None:
    await make_note_tables(engine)
    environment = note_environment(empty_database, nats_of_leads)
    process = await start_process("tests.support.note_process", environment, "work").start()

    async def told() -> bool:
        return await readiness(process) == (503, TOLD)

    async def ready() -> bool:
        return await readiness(process) == (200, "ready")

    await eventually(told)
    assert await drifted(process)
    await put_right(operator)
    await eventually(ready, within=20)
    assert not await drifted(process)


@pytest.mark.usefixtures("operator")
async def test_who_serves_as_well_goes_on_serving(
    empty_database: str, engine: AsyncEngine, nats_of_leads: str, start_process: StartProcess
) -> None:
    await make_note_tables(engine)
    environment = note_environment(empty_database, nats_of_leads)
    process = await start_process("tests.support.note_process", environment, "both").start()
    await eventually(lambda: drifted(process))
    assert await readiness(process) == (200, "ready")
    async with grpc.aio.insecure_channel(process.rpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]  # the stubs lack it
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_nothing_is_published_to_a_stream_that_drifted_and_nothing_is_lost(
    store: Store, call: Calls, engine: AsyncEngine, client: Client, clock: FixedClock
) -> None:
    await apply(client, declaration("leads"))
    relay = Relay(engine=engine, client=client, declaration=replace(declaration("leads"), max_age_days=7), clock=clock)
    await write(store, call, "a")
    with pytest.raises(StreamDrift):
        await relay.drain()
    assert relay.drift == "stream leads: max_age is 2592000000000000, declared 604800000000000"
    assert await scalar(engine, select(func.count()).where(outbox.c.published_at.is_(None))) == 1
