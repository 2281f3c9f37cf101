"""A lead is converted exactly once, whichever of the two services is killed at whichever point (L-15)."""

import asyncio
import time
from contextlib import suppress
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import pytest

from deploy.local.stack import Stack
from tests.faults.breaking import break_something, mend
from tests.faults.conftest import Size
from tests.faults.holding import held
from tests.faults.load import rows, signed_in
from tests.support.waiting import eventually

# Every statement that enters a conversion waits behind this; those that read do not.
HOLD_PIPELINE = "lock table lead_conversions in share mode"
# What keeps the answer waits behind this.
HOLD_LEAD = "select 1 from leads where uuid = $1 for update"
WAITING = "select count(*) from pg_locks where not granted"
# A job of a dead process is taken over when its lease is over: at once, where nobody wants to wait 20 seconds.
FORGET_LEASES = "update jobs set leased_until = null where state = 'waiting' returning id"
ONCE = (
    "select (select count(*) from lead_conversions where lead = '{lead}'), "
    "(select count(*) from accounts where display_name = '{company}'), "
    "(select count(*) from contacts c join accounts a on a.uuid = c.account where a.display_name = '{company}'), "
    "(select count(*) from opportunities where lead = '{lead}'), "
    "(select count(*) from opportunities o join accounts a on a.uuid = o.account where a.display_name = '{company}')"
)
TOLD = (
    "select count(*) from (select aggregate_id, subject from outbox union all select aggregate_id, subject from "
    "event_log) e where aggregate_id = '{lead}' and subject = 'millrace.leads.v1.lead.converted'"
)
# The point, and who is killed there: the first in CI, all of them at full size.
POINTS = (
    ("asked", ("leads", "pipeline")),
    ("answered", ("leads",)),
    ("asked", ("pipeline",)),
    ("asked", ("leads",)),
    ("answered", ("pipeline", "leads")),
)
FEW, MANY_ROUNDS = 2, 100


@pytest.mark.timeout(300)
async def test_a_conversion_that_is_killed_in_its_middle_leaves_one_account_contact_and_opportunity(
    stack: Stack, size: Size
) -> None:
    client = await signed_in(stack, stack.url)
    points = POINTS if size.rounds >= MANY_ROUNDS else POINTS[:FEW]
    try:
        for number, (point, victims) in enumerate(points):
            company = f"杭州{'甲乙丙丁戊'[number]}{'云帆山海川'[number]}第{number}科技有限公司"
            lead = await new_lead(client, company, number)
            await killed_at(stack, client, lead, point=point, victims=victims)
            await asyncio.to_thread(mend, stack)
            await rows(stack, "leads", FORGET_LEASES)
            await eventually(partial(converted, client, lead), within=60, every=0.1)
            told = await rows(stack, "pipeline", ONCE.format(lead=lead, company=company))
            assert [tuple(row) for row in told] == [(1, 1, 1, 1, 1)], (point, victims)
            assert [tuple(row) for row in await rows(stack, "leads", TOLD.format(lead=lead))] == [(1,)]
    finally:
        await client.aclose()


async def killed_at(
    stack: Stack, client: httpx.AsyncClient, lead: UUID, *, point: str, victims: tuple[str, ...]
) -> None:
    """Begin a conversion and kill where it stands: pipeline has nothing written yet, or leads its answer in hand."""
    async with held(stack, "pipeline", HOLD_PIPELINE) as pipeline:
        asking = asyncio.create_task(convert(client, lead))
        await somebody_waits(pipeline, asking)
        if point == "asked":
            kill(stack, victims)
        else:
            async with held(stack, "leads", HOLD_LEAD, lead) as leads:
                await pipeline.execute("rollback")
                await somebody_waits(leads, asking)
                kill(stack, victims)
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking


async def somebody_waits(connection: asyncpg.Connection, asking: asyncio.Task[None]) -> None:
    """Somebody waits behind the lock; asked often, because nobody waits longer than two seconds."""
    limit = time.monotonic() + 20
    while not await connection.fetchval(WAITING):
        if asking.done():
            asking.result()
        assert time.monotonic() < limit, "nobody came to the lock"
        await asyncio.sleep(0.01)


def kill(stack: Stack, victims: tuple[str, ...]) -> None:
    for victim in victims:
        break_something(stack, victim)


async def new_lead(client: httpx.AsyncClient, company: str, number: int) -> UUID:
    """A small order, so that the conversion opens the opportunity at once."""
    told = {
        "companyName": company,
        "contactName": f"王小{'一二三四五'[number]}",
        "phone": f"1380571{8000 + number * 137}",
        "need": "三个坐席的小单",
        "budgetMax": {"currencyCode": "CNY", "units": "9000"},
        "budgetMin": {"currencyCode": "CNY", "units": "9000"},
    }
    answer = await client.post("/v1/leads", json=told)
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["name"].rpartition("/")[2])


async def convert(client: httpx.AsyncClient, lead: UUID) -> None:
    """Ask for the conversion; whether the answer comes is not the point."""
    with suppress(httpx.TransportError):
        answer = await client.post(f"/v1/leads/{lead}:convert", json={"target": "LEAD_TARGET_OPPORTUNITY"})
        assert answer.status_code not in {400, 403, 404, 422}, answer.text


async def converted(client: httpx.AsyncClient, lead: UUID) -> None:
    answer = await client.get(f"/v1/leads/{lead}")
    assert answer.status_code == 200
    assert answer.json()["state"] == "LEAD_STATE_CONVERTED"
