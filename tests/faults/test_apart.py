"""Serving and working in two processes a service, as large installations run them, and what is lost when one dies."""

import random
from collections.abc import Iterator

import pytest

from deploy.local.stack import SERVICES, Stack
from tests.faults.breaking import break_something, kill_every_kind, mend
from tests.faults.conftest import started
from tests.faults.invariants import differing, violations
from tests.faults.kept import differing_from_events
from tests.faults.lives import Lives, funnel
from tests.faults.load import all_published, lead, repeated_until_answered, rows, signed_in
from tests.support.homes import Homes
from tests.support.waiting import eventually

WORKERS = tuple(f"{service}-work" for service in SERVICES)
TOLD_OF = "select published_at is not null from outbox where aggregate_id = '{}'"


@pytest.fixture(scope="module")
def stack(homes: Homes) -> Iterator[Stack]:
    """The product, two processes a service."""
    with started(homes, apart=True) as stack:
        yield stack


@pytest.mark.timeout(600)
async def test_a_lead_is_sold_and_paid_though_each_process_that_works_is_killed_once(stack: Stack) -> None:
    lives, chance = Lives(stack), random.Random(20261130)

    async def one_after_another() -> None:
        await kill_every_kind(stack, WORKERS, chance=chance, seconds=0, pause=(0.2, 1.0))

    await lives.run(sellers=1, meanwhile=one_after_another)
    for service in SERVICES:
        await all_published(stack, within=60, service=service)

    async def copied() -> None:
        assert await differing(stack) == {}

    await eventually(copied, within=60, every=0.3)
    assert lives.given_up == []
    assert len(lives.ended) == len(lives.lives) > 0
    assert await violations(stack) == {}
    assert await differing_from_events(stack) == []
    assert await funnel(lives) == (len(lives.ended), len(lives.ended))


@pytest.mark.timeout(300)
async def test_who_serves_answers_while_nobody_works_and_what_waits_is_told_afterwards(stack: Stack) -> None:
    client = await signed_in(stack, stack.url)
    try:
        for worker in WORKERS:
            break_something(stack, worker)
        made = (await repeated_until_answered(client, lead(1), "nobody-works")).json()["name"]
    finally:
        await client.aclose()
    told = TOLD_OF.format(made.partition("/")[2])
    assert await rows(stack, "leads", told) == [(False,)]
    mend(stack)
    await all_published(stack, within=60)
    assert await rows(stack, "leads", told) == [(True,)]
