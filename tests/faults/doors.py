"""What stands before several gateways in an installation: it hands each call to one that says that it is ready."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.local.programs import Program
from tests.support.waiting import eventually

LOOK_EVERY = 0.1


@dataclass
class Door:
    """One gateway, the connections that are kept open to it, and what it said last."""

    program: Program
    client: httpx.AsyncClient = field(init=False)
    ready: bool = False

    def __post_init__(self) -> None:
        """Nothing is asked before it is looked at."""
        address = self.program.environment["MILLRACE_GATEWAY_LISTEN"]
        self.client = httpx.AsyncClient(base_url=f"http://{address}", timeout=15)

    async def look(self, probe: httpx.AsyncClient) -> None:
        """Ask its debug port, wherever that is now."""
        try:
            debug = self.program.addresses()["debug"]
            self.ready = (await probe.get(f"http://{debug}/readyz")).status_code == 200
        except (OSError, json.JSONDecodeError, httpx.TransportError):
            self.ready = False


@dataclass
class Doors:
    """The doors, and whose turn it is. It repeats nothing: what a door drops is dropped."""

    doors: Sequence[Door]
    turns: "itertools.count[int]" = field(default_factory=itertools.count)

    async def request(self, method: str, path: str, **told: Any) -> httpx.Response:
        """The answer of the next door that is ready; raises httpx.TransportError when it gives none."""
        ready: list[Door] = await eventually(self._ready, within=30, every=LOOK_EVERY)
        answer: httpx.Response = await ready[next(self.turns) % len(ready)].client.request(method, path, **told)
        return answer

    def _ready(self) -> list[Door]:
        found = [door for door in self.doors if door.ready]
        assert found, "no gateway is ready"
        return found


@asynccontextmanager
async def doors_before(programs: Sequence[Program]) -> AsyncIterator[Doors]:
    """A balancer that looks at its gateways ten times a second."""
    doors = [Door(program) for program in programs]

    async def watch() -> None:
        async with httpx.AsyncClient(timeout=2) as probe:
            while True:
                await asyncio.gather(*(door.look(probe) for door in doors))
                await asyncio.sleep(LOOK_EVERY)

    watching = asyncio.create_task(watch())
    try:
        yield Doors(doors)
    finally:
        watching.cancel()
        await asyncio.gather(*(door.client.aclose() for door in doors))
