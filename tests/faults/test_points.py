"""Kills at the chosen points of a write, of the relay and of a consumer: each stands at a lock when it is killed.

What is killed is started again from the main thread: a process ends with the thread that started it, and those of a
test's loop end with the test.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from uuid import UUID

import httpx
import pytest

from deploy.local.stack import Stack
from tests.faults.breaking import break_something, mend
from tests.faults.holding import comes_to, gives_up, held
from tests.faults.invariants import differing, sums
from tests.faults.load import all_published, lead, repeated_until_answered, rows, signed_in
from tests.faults.stream import stream_of_leads
from tests.support.waiting import eventually

# A twin that has kept its answer and has not committed: the flush, one statement, stands behind it in its middle.
HOLD_FLUSH = (
    "insert into requests (principal, method, request_id, digest, answer, created) "
    "select principal, method, $1, digest, answer, created from requests where request_id = 'first'"
)
# What was published is marked together with how far the stream has acknowledged.
HOLD_MARK = "select 1 from published for update"
HOLD_CHECKPOINT = "select 1 from checkpoints where consumer = 'analytics-leads' for update"
EVENTS = (
    "select event_id::text, published_at is not null from (select event_id, subject, aggregate_id, published_at from "
    "outbox union all select event_id, subject, aggregate_id, published_at from event_log) e "
    "where subject like 'millrace.leads.v1.lead.%' and aggregate_id in (select uuid from leads where need like '{}')"
)
MADE = "select 'leads/' || uuid, touch_count from leads where need = '{}'"
FACTS = "select uuid from lead_facts where uuid = '{}'"


@pytest.fixture
async def client(lasting_stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    client = await signed_in(lasting_stack, lasting_stack.url)
    yield client
    await client.aclose()


@pytest.fixture(autouse=True)
def whole(lasting_stack: Stack) -> Iterator[None]:
    """A test that fails leaves nothing dead behind for the next."""
    yield
    mend(lasting_stack)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "before the answer"])
async def test_a_write_that_is_killed_at_its_flush_is_made_once(
    lasting_stack: Stack, client: httpx.AsyncClient, *, committed: bool
) -> None:
    """Wherever it stood: a session that is left alone may also end before it commits, and then the next try tells."""
    await repeated_until_answered(client, lead(100), "first")
    points: list[bool] = []
    while committed not in points:
        assert len(points) < 3, "it was never killed at that point"
        body = lead(101 + 2 * len(points) + committed)
        points.append(await killed_at_its_flush(lasting_stack, client, body, committed=committed))


async def killed_at_its_flush(
    stack: Stack, client: httpx.AsyncClient, body: dict[str, str], *, committed: bool
) -> bool:
    """Whether it was committed before it was repeated; it is made once in any case."""
    key, made = f"at-the-flush-{body['phone']}", MADE.format(body["need"])
    async with held(stack, "leads", HOLD_FLUSH, key) as lock:
        asking = asyncio.create_task(repeated_until_answered(client, body, key))
        await comes_to(lock, "millrace-leads", asking)
        break_something(stack, "leads")
        if not committed:
            await gives_up(lock, "millrace-leads")
    if committed:
        with suppress(AssertionError):
            await eventually(lambda: one(stack, "leads", made), within=5)
    found = len(await rows(stack, "leads", made))
    mend(stack)
    told = (await asking).json()["name"]
    again = (await repeated_until_answered(client, body, key)).json()["name"]
    assert again == told
    assert await rows(stack, "leads", made) == [(told, 1)]
    assert len(await rows(stack, "leads", EVENTS.format(body["need"]))) == 1
    return found == 1


@pytest.mark.timeout(300)
async def test_events_whose_relay_is_killed_before_it_marks_them_stand_in_the_stream_once(
    lasting_stack: Stack, client: httpx.AsyncClient
) -> None:
    await all_published(lasting_stack, within=30)
    mine = EVENTS.format("标记%")
    async with held(lasting_stack, "leads", HOLD_MARK) as lock:
        bodies = [lead(200 + number) | {"need": f"标记 {number}"} for number in range(20)]
        await asyncio.gather(*(repeated_until_answered(client, body, body["phone"]) for body in bodies))
        await comes_to(lock, "millrace-leads-background")
        break_something(lasting_stack, "leads")
        await gives_up(lock, "millrace-leads-background")
        told = dict(await rows(lasting_stack, "leads", mine))
        before = [event for event, _, _ in await stream_of_leads(lasting_stack) if event in told]
        assert before, "nothing was published"
        assert not any(told.values()), "it was marked"
    mend(lasting_stack)
    await all_published(lasting_stack, within=60)
    times = Counter(event for event, _, _ in await stream_of_leads(lasting_stack))
    assert {event: times[event] for event in told} == dict.fromkeys(told, 1)
    assert len(told) == len(bodies)


@pytest.mark.timeout(300)
async def test_an_effect_whose_consumer_is_killed_before_its_checkpoint_is_made_once(
    lasting_stack: Stack, client: httpx.AsyncClient
) -> None:
    async with held(lasting_stack, "analytics", HOLD_CHECKPOINT) as lock:
        made = (await repeated_until_answered(client, lead(300), "at-the-checkpoint")).json()["name"]
        await comes_to(lock, "millrace-analytics-background")
        break_something(lasting_stack, "analytics")
    mend(lasting_stack)
    fact = FACTS.format(made.partition("/")[2])
    await eventually(lambda: one(lasting_stack, "analytics", fact), within=60)
    await eventually(lambda: as_owned(lasting_stack), within=60, every=0.2)
    assert await rows(lasting_stack, "analytics", fact) == [(UUID(made.partition("/")[2]),)]


async def one(stack: Stack, service: str, query: str) -> bool:
    return len(await rows(stack, service, query)) == 1


async def as_owned(stack: Stack) -> None:
    assert await differing(stack) == {}
    assert {name: wrong for name, wrong in (await sums(stack)).items() if wrong} == {}
