"""How old an event is when a listener has it."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

import grpc
import nats
from millrace.leads.v1.lead_events_pb2 import LeadCreated
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from nats.aio.msg import Msg

from tests.performance.bench import Bench
from tests.performance.driving import pace
from tests.performance.figures import Figure, spread

MOST_REFUSED = 0.05
SUBJECT = "millrace.leads.v1.lead.created"


async def measure_lag(bench: Bench) -> None:
    """event-lag at 200 writes a second; event-lag-idle for single writes, a second `leads` running beside the first."""
    busy = await _lag(bench, lambda create: pace(create, per_second=200, seconds=8))
    beside = spread(busy)
    bench.say(Figure("event-lag", beside["p99"], "ms", 100, beside=beside))
    idle = await _lag(bench, lambda create: pace(create, per_second=2, seconds=12))
    beside = spread(idle)
    bench.say(Figure("event-lag-idle", beside["p99"], "ms", 250, beside=beside))


async def _lag(bench: Bench, work: Callable[[Callable[[int], Awaitable[object]]], Awaitable[int]]) -> list[float]:
    """Seconds from the time in the event's head, which is the write's own, to its arrival here.

    A write refused for overload has no event; how many were is said, and where it is more than one in twenty, there is
    no figure: the promise is one about so many writes a second.
    """
    assert bench.stack.nats is not None
    lags: list[float] = []
    refused: list[grpc.StatusCode] = []

    async def take(message: Msg) -> None:
        lags.append(time.time() - LeadCreated.FromString(message.data).head.time.ToNanoseconds() / 1e9)

    client = await nats.connect(bench.stack.nats.operator_url)
    await client.subscribe(SUBJECT, cb=take)
    metadata, leads = await bench.metadata(), iter(bench.leads(4000))
    async with bench.channel() as channel:
        stub = LeadServiceStub(channel)

        async def create(_number: int) -> None:
            try:
                await stub.CreateLead(CreateLeadRequest(lead=next(leads)), metadata=metadata)
            except grpc.aio.AioRpcError as error:
                refused.append(error.code())

        await work(create)
        await asyncio.sleep(1)
    await client.close()
    if len(refused) > MOST_REFUSED * (len(refused) + len(lags)):
        lags = [math.nan]
    if refused:
        print(f"# event-lag: {len(refused)} writes refused as {', '.join(sorted({code.name for code in refused}))}")
    return lags
