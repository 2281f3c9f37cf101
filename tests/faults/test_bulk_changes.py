"""A bulk change of leads goes over each lead exactly once, whoever is killed meanwhile (L-16)."""

import random
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.local.stack import Stack
from tests.faults.breaking import kill_every_kind
from tests.faults.conftest import Size
from tests.faults.load import rows, signed_in
from tests.support.waiting import eventually

LEADS, MANY_LEADS = 2_000, 10_000
COLUMNS = (
    "select string_agg(column_name, ', ') from information_schema.columns "
    "where table_name = 'leads' and column_name not in ('uuid', 'company_name')"
)
COPIED = (
    "insert into leads (uuid, company_name, {columns}) select gen_random_uuid(), '第' || number || '号', {columns} "
    "from leads, generate_series(2, {count}) as number where uuid = '{one}' returning 1"
)
# How often each lead was told to be updated, and how many leads there are of each number.
TOLD = (
    "select told, count(*) from (select l.uuid, count(e.aggregate_id) as told from leads l left join "
    "(select aggregate_id, subject from outbox union all select aggregate_id, subject from event_log) e "
    "on e.aggregate_id = l.uuid and e.subject = 'millrace.leads.v1.lead.updated' "
    "where '重点' = any(l.tags) group by 1) as each group by 1"
)
OUTCOMES = "select outcome, count(*) from bulk_change_rows group by 1"
AUDITED = "select count(*) from audit where action = 'leads.bulkChange'"


@pytest.mark.timeout(600)
async def test_every_lead_is_changed_once_though_leads_and_the_database_are_killed(stack: Stack, size: Size) -> None:
    count = MANY_LEADS if size.rounds >= 100 else LEADS
    client = await signed_in(stack, stack.url)
    try:
        await stocked(stack, client, count)
        begun = await start(client)
        assert begun["leadCount"] == count
        killing = kill_every_kind(
            stack, ("leads", "postgres"), chance=random.Random(7), seconds=size.seconds / 2, pause=(0.2, 0.9)
        )
        await killing
        ended = await eventually(partial(completed, client, begun["name"]), within=120, every=0.3)
        assert (ended["doneCount"], ended["changedCount"], ended["refusedCount"]) == (count, count, 0)
        assert [tuple(row) for row in await rows(stack, "leads", TOLD)] == [(1, count)]
        assert [tuple(row) for row in await rows(stack, "leads", OUTCOMES)] == [("changed", count)]
        assert [tuple(row) for row in await rows(stack, "leads", AUDITED)] == [(count,)]
    finally:
        await client.aclose()


async def stocked(stack: Stack, client: httpx.AsyncClient, count: int) -> None:
    """One lead taken in, and as many more as are wanted written beside it."""
    answer = await client.post("/v1/leads", json={"companyName": "第1号", "phone": "13800138000"})
    assert answer.status_code == 200, answer.text
    one = UUID(answer.json()["name"].rpartition("/")[2])
    ((columns,),) = await rows(stack, "leads", COLUMNS)
    await rows(stack, "leads", COPIED.format(columns=columns, count=count, one=one))


async def start(client: httpx.AsyncClient) -> dict[str, Any]:
    body = {"action": {"tag": {"add": ["重点"]}}, "found": {"filter": 'company_name : "号"'}}
    answer = await client.post("/v1/leadBulkChanges:start", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def completed(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/{name}")
    assert answer.status_code == 200
    assert answer.json()["state"] == "LEAD_BULK_CHANGE_STATE_COMPLETED"
    return dict(answer.json())
