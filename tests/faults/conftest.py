"""The whole product, durable, to be broken; its size by `MILLRACE_SOAK`."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from deploy.local.home import Home
from deploy.local.programs import free_address
from deploy.local.stack import Stack
from tests.support.homes import Homes

TOLD = {
    "MILLRACE_GATEWAY_RATE_PER_ADDRESS": "0",
    "MILLRACE_GATEWAY_RATE_PER_SESSION": "0",
    "MILLRACE_STREAM_CHECK_SECONDS": "2",
}


@dataclass(frozen=True)
class Size:
    """How long and how much: small in CI, full on demand."""

    seconds: float
    writers: int
    outage_seconds: float
    rounds: int
    backlog: int


@pytest.fixture(scope="session")
def size() -> Size:
    if os.environ.get("MILLRACE_SOAK"):
        return Size(seconds=180, writers=16, outage_seconds=120, rounds=1000, backlog=20_000)
    return Size(seconds=8, writers=6, outage_seconds=4, rounds=12, backlog=100)


@pytest.fixture
def stack(homes: Homes) -> Iterator[Stack]:
    """A product of one's own."""
    with started(homes) as stack:
        yield stack


@pytest.fixture(scope="module")
def lasting_stack(homes: Homes) -> Iterator[Stack]:
    """The product that the tests of a module share."""
    with started(homes) as stack:
        yield stack


@contextmanager
def started(homes: Homes, *, apart: bool = False, environment: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """The product, until the end."""
    port = int(free_address().rsplit(":", 1)[1])
    with homes.started_once() as home:
        stack = Stack(Home.open(home), port, TOLD | dict(environment or {}), apart=apart, say=lambda _text: None)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
