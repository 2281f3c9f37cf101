"""Breaking the product, and what its runner does about it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from random import Random
from typing import Any

from deploy.local.stack import Stack


def break_something(stack: Stack, victim: str) -> None:
    """Kill -9."""
    if victim == "nats":
        assert stack.nats is not None
        stack.nats.kill()
    elif victim == "postgres":
        assert stack.postgres is not None
        stack.postgres.kill()
    else:
        process = stack.program(victim).process
        assert process is not None
        process.kill()
        process.wait()


def mend(stack: Stack) -> None:
    """Start again what is down, as the runner does, and wait until it serves."""
    limit = time.monotonic() + 60
    while True:
        stack.revive()
        down = [program for program in stack.programs if program.process is None or program.process.poll() is not None]
        if not down:
            break
        assert time.monotonic() < limit, f"down: {[program.name for program in down]}"
        time.sleep(0.1)
    for program in stack.programs:
        program.wait()


def rounds(chance: Random, kinds: Sequence[str]) -> Iterator[str]:
    """Every kind once, in an order of chance, then every kind once again, without end: dice may leave one out."""
    while True:
        yield from chance.sample(kinds, len(kinds))


async def kill_every_kind(
    stack: Stack,
    kinds: Sequence[str],
    *,
    chance: Random,
    seconds: float,
    pause: tuple[float, float] = (0.5, 1.5),
    afterwards: Callable[[], Awaitable[Any]] | None = None,
) -> None:
    """Kill one after another and mend it, until the time is over and each was killed once at least.

    It lives a `pause` of chance before it dies, in seconds; `afterwards` is done when it serves again.
    """
    began = time.monotonic()
    for number, victim in enumerate(rounds(chance, kinds)):
        if number >= len(kinds) and time.monotonic() - began >= seconds:
            break
        await asyncio.sleep(chance.uniform(*pause))
        await asyncio.to_thread(break_something, stack, victim)
        await asyncio.to_thread(mend, stack)
        if afterwards is not None:
            await afterwards()
