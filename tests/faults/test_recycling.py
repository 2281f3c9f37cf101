"""Leads fall back into their pools while processes are killed: each once, with one event, one notice and one entry."""

import asyncio
import random

import pytest

from deploy.local.stack import Stack
from services.leads.storage.tables import LEADS
from tests.faults.breaking import break_something, mend, rounds
from tests.faults.conftest import Size
from tests.faults.load import all_published, lead, repeated_until_answered, rows, signed_in
from tests.support.waiting import eventually

FEW = 10
# So many more of each, that a sweep lasts long enough to be killed in the midst of it.
COPIES = 300
COLUMNS = ", ".join(f'"{column.name}"' for column in LEADS.c if column.name != "uuid")
COPY = (
    f"insert into leads (uuid, {COLUMNS}) select gen_random_uuid(), {COLUMNS} from leads, generate_series(1, {COPIES})"  # noqa: S608 - our own names
)
LAPSE = (
    "update leads set recycle_next = now() - interval '1 day', recycle_due = now() - interval '1 day', "
    "recycling = jsonb_set(recycling, '{falls,3}', to_jsonb(now() - interval '1 day')) where recycle_due is not null"
)
LEFT = "select count(*) from leads where owner is not null"
ONCE = (
    "select (select count(*) from leads where pool is not null and owner is null), "
    "(select count(*) from lead_pool_moves where kind = 'recycled'), "
    "(select count(distinct lead) from lead_pool_moves), "
    "(select count(*) from lead_recycling_notices where kind = 'recycled'), "
    "(select count(distinct lead) from lead_recycling_notices), "
    "(select count(*) from outbox where subject = 'millrace.leads.v1.lead.pooled')"
)


@pytest.mark.timeout(600)
async def test_every_lead_falls_back_once_though_processes_are_killed(stack: Stack, size: Size) -> None:
    client = await signed_in(stack, stack.url)
    for number in range(FEW):
        await repeated_until_answered(client, lead(number), f"recycled-{number}")
    await client.aclose()
    assert (await rows(stack, "leads", LEFT)) == [(FEW,)]
    await rows(stack, "leads", COPY)
    await rows(stack, "leads", LAPSE)
    chance = random.Random(11)
    victims = rounds(chance, ("leads", "postgres"))
    for _ in range(max(4, size.rounds // 50)):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        await asyncio.to_thread(break_something, stack, next(victims))
        await asyncio.to_thread(mend, stack)

    async def fallen() -> None:
        assert await rows(stack, "leads", LEFT) == [(0,)]

    await eventually(fallen, within=120, every=0.5)
    await all_published(stack, within=90)
    every = FEW * (COPIES + 1)
    assert await rows(stack, "leads", ONCE) == [(every,) * 6]
