"""Driving the system: so many clients at once for so long, or at a steady pace."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import grpc

from tests.performance.accounting import Costs

CLIENTS = 16
SECONDS = 5.0
WARM_UP = 1.0


@dataclass(frozen=True)
class Drive:
    """What came of it."""

    seconds: float
    latencies: list[float]
    cpu: float

    @property
    def rate(self) -> float:
        """Finished requests a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds of the whole system per finished request."""
        return self.cpu * 1000 / max(1, len(self.latencies))


async def drive(
    request: Callable[[int], Awaitable[object]],
    costs: Costs | None,
    *,
    clients: int = CLIENTS,
    seconds: float = SECONDS,
    warm_up: float = WARM_UP,
) -> Drive:
    """Let `clients` ask one request after another; `request` is told the number of its client."""
    await _ask_until(request, clients, time.perf_counter() + warm_up)
    spent, began = costs.cpu() if costs else 0.0, time.perf_counter()
    latencies = await _ask_until(request, clients, began + seconds)
    took = time.perf_counter() - began
    await asyncio.sleep(0.3 if costs else 0)  # what a request leaves to be done afterwards is part of its cost
    return Drive(took, latencies, (costs.cpu() if costs else 0.0) - spent)


async def pace(request: Callable[[int], Awaitable[object]], *, per_second: float, seconds: float) -> int:
    """Ask at a steady pace, whether answers have come or not; how many were asked."""
    running: set[asyncio.Future[object]] = set()
    began, asked = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        while asked < now * per_second:
            running.add(asyncio.ensure_future(request(asked)))
            asked += 1
        running = {future for future in running if not future.done()}
        await asyncio.sleep(0.002)
    await asyncio.gather(*running)
    return asked


async def _ask_until(request: Callable[[int], Awaitable[object]], clients: int, limit: float) -> list[float]:
    """What is refused for overload is not finished, and asked again after a breath."""
    latencies: list[float] = []

    async def client(number: int) -> None:
        while (began := time.perf_counter()) < limit:
            try:
                await request(number)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.05)
            else:
                latencies.append(time.perf_counter() - began)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return latencies
