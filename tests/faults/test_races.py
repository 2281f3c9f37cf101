"""Many who ask for the same thing at the same moment, while processes die: one effect, one answer, one winner."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.stack import Stack
from tests.faults.breaking import break_something, mend, rounds
from tests.faults.conftest import Size
from tests.faults.load import lead, repeated_until_answered, rows, sign_in, signed_in

TWINS = 50


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    client = await signed_in(stack, stack.url)
    yield client
    await client.aclose()


@pytest.mark.timeout(3000)
async def test_parallel_twins_have_one_effect_and_one_answer_though_processes_are_killed(
    stack: Stack, client: httpx.AsyncClient, size: Size
) -> None:
    chance = random.Random(14)
    victims = rounds(chance, ("leads", "gateway", "postgres"))
    differing, kill_every = 0, max(4, size.rounds // 50)
    for number in range(size.rounds):
        body, key = lead(number), f"twin-{number}"
        twins = [asyncio.create_task(create(client, body, key)) for _ in range(TWINS)]
        if number % kill_every == 0:
            await asyncio.sleep(chance.uniform(0, 0.05))
            await asyncio.to_thread(break_something, stack, next(victims))
            await asyncio.to_thread(mend, stack)
            await sign_in(client, stack)
        differing += len(set(await asyncio.gather(*twins))) != 1
    made = await rows(stack, "leads", "select count(*), sum(touch_count) from leads")
    events = await rows(stack, "leads", "select count(*) from outbox where subject like 'millrace.leads.v1.lead.%'")
    assert differing == 0
    assert made == [(size.rounds, size.rounds)]
    assert events == [(size.rounds,)]


@pytest.mark.timeout(600)
async def test_of_those_who_change_what_they_have_seen_one_wins_each_race(
    stack: Stack, client: httpx.AsyncClient, size: Size
) -> None:
    name = await create(client, lead(1), "raced")
    for number in range(size.rounds // 2):
        seen = (await client.get(f"/v1/{name}")).json()["etag"]
        racers = (change(client, name, seen, f"{number}-{place}") for place in range(6))
        statuses = Counter(await asyncio.gather(*racers))
        assert statuses == {200: 1, 412: 5}
    versions = await rows(stack, "leads", "select version from leads")
    assert versions == [(1 + size.rounds // 2,)]


async def create(client: httpx.AsyncClient, body: dict[str, str], key: str) -> str:
    """The name of the lead that was made, however often one has to ask."""
    answer = await repeated_until_answered(client, body, key)
    name: str = answer.json()["name"]
    return name


async def change(client: httpx.AsyncClient, name: str, seen: str, need: str) -> int:
    """The status of a change by somebody who has seen the version."""
    answer = await client.patch(f"/v1/{name}", json={"need": need}, headers={"if-match": f'"{seen}"'})
    return answer.status_code
