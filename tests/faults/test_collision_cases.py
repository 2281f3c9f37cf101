"""What follows from a final decision about a customer happens once, whoever is killed meanwhile (撞单, ADR 95)."""

import random
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.local.stack import Stack
from tests.faults.breaking import break_something, kill_every_kind, mend
from tests.faults.conftest import Size
from tests.faults.lives import PDF, signed_in
from tests.faults.load import rows
from tests.support.waiting import eventually

CASES, MANY_CASES = 500, 5_000
COLUMNS = (
    "select table_name, string_agg('\"' || column_name || '\"', ', ') from information_schema.columns "
    "where table_name in ('accounts', 'collision_cases', 'collision_sides') and column_name not in "
    "('uuid', 'account', 'about', 'case', 'match_keys', 'search_keys') group by 1"
)
# As many customers as are wanted, each contested as the first one is, and decided long enough ago.
COPIED = (
    'with made as materialized (select gen_random_uuid() as account, gen_random_uuid() as "case" '
    "from generate_series(2, {count})), "
    "customers as (insert into accounts (uuid, match_keys, search_keys, {accounts}) "
    "select m.account, '{{}}', '{{}}', {accounts} from accounts a cross join made m where a.uuid = '{account}'), "
    'cases as (insert into collision_cases (uuid, account, about, {cases}) select m."case", m.account, m.account, '
    "{cases} from collision_cases c cross join made m where c.uuid = '{case}') "
    'insert into collision_sides ("case", {sides}) select m."case", {sides} from collision_sides s '
    "cross join made m where s.\"case\" = '{case}' returning 1"
)
DUE = "update collision_cases set appeal_end_time = now() - interval '1 day' where state = 'decided' returning 1"
# A sweep that met a fallen database rests for half a minute; whoever starts anew looks at once.
AT_ONCE = "update sweeps set due = now() - interval '1 day' where name = 'close collision cases' returning 1"
LEFT = "select count(*) from collision_cases where state <> 'closed'"
# How often each case and each customer was told of, by what: the first ones were told of before.
TOLD = (
    "select subject, told, count(*) from (select subject, aggregate_id, count(*) as told from "
    "(select aggregate_id, subject from outbox union all select aggregate_id, subject from event_log) e "
    "where subject in ('millrace.pipeline.v1.collision_case.closed', 'millrace.pipeline.v1.account.assigned') "
    "group by 1, 2) as each group by 1, 2 order by 1"
)
STANDING = (
    "select c.ending, c.version - f.version, a.owner = s.owner, count(*) from collision_cases c "
    'join collision_sides s on s."case" = c.uuid and s.side = c.winner '
    "join accounts a on a.uuid = c.account cross join (select version from collision_cases where uuid = '{case}') f "
    "group by 1, 2, 3"
)
AUDITED = "select count(*) from audit where action = 'decide a collision'"


@pytest.mark.timeout(600)
async def test_every_customer_moves_once_though_pipeline_and_the_database_are_killed(stack: Stack, size: Size) -> None:
    count = MANY_CASES if size.rounds >= 100 else CASES
    seller, director = [await signed_in(stack, role) for role in ("administrator", "sales_director")]
    try:
        case = await decided(seller, director)
        await copied(stack, case, count)
        await rows(stack, "pipeline", DUE)
        await look_at_once(stack)
        await kill_every_kind(
            stack, ("pipeline", "postgres"), chance=random.Random(7), seconds=size.seconds / 2, pause=(0.2, 0.9)
        )
        await look_at_once(stack)
        await eventually(partial(all_closed, stack), within=120, every=0.3)
        uuid = UUID(case["name"].partition("/")[2])
        assert await rows(stack, "pipeline", TOLD) == [
            ("millrace.pipeline.v1.account.assigned", 1, count),
            ("millrace.pipeline.v1.collision_case.closed", 1, count),
        ]
        assert await rows(stack, "pipeline", STANDING.format(case=uuid)) == [("carried_out", 0, True, count)]
        assert await rows(stack, "pipeline", AUDITED) == [(count,)]
    finally:
        await seller.aclose()
        await director.aclose()


async def decided(seller: httpx.AsyncClient, director: httpx.AsyncClient) -> dict[str, Any]:
    """A rep claims the administrator's customer with evidence; the director decides for the rep."""
    reps = await got(seller, "members", filter="roles:sales AND active = true", pageSize="1")
    rep = reps["members"][0]["name"]
    account = await sent(seller, "accounts", {"displayName": "杭州云帆科技有限公司"})
    worked = await sent(seller, "accounts", {"displayName": "成都远图科技有限公司"})
    told = {"account": worked["name"], "displayName": "设备管理系统"}
    opportunity = await eventually(partial(sent, seller, "opportunities", told), within=20)
    await eventually(partial(sent, seller, f"{opportunity['name']}:assign", {"owner": rep}), within=20)
    evidence = await seller.post(
        f"/v1/{opportunity['name']}/evidence:upload",
        content=PDF,
        params={"kind": "EVIDENCE_KIND_REQUIREMENT_DOCUMENT", "fileName": "需求.pdf"},
        headers={"content-type": "application/pdf"},
    )
    assert evidence.status_code == 200, evidence.text
    claim = {"account": account["name"], "claimant": rep, "statement": "客户由其开发"}
    case = await sent(seller, "collisionCases", claim | {"evidence": [evidence.json()["name"]]})
    ruling = {"winner": "COLLISION_SIDE_CLAIMANT", "comment": "客户书面确认"}
    return await sent(director, f"{case['name']}:decide", ruling)


async def copied(stack: Stack, case: dict[str, Any], count: int) -> None:
    """As many cases as are wanted, beside the one that was decided."""
    columns = dict(await rows(stack, "pipeline", COLUMNS))
    ids = {name: UUID(case[key].partition("/")[2]) for name, key in (("case", "name"), ("account", "account"))}
    told = {
        "accounts": columns["accounts"],
        "cases": columns["collision_cases"],
        "sides": columns["collision_sides"],
    }
    made = await rows(stack, "pipeline", COPIED.format(count=count, **ids, **told))
    assert len(made) == 2 * (count - 1)


async def look_at_once(stack: Stack) -> None:
    """The sweep is due now, and who carries it out has forgotten when it thought it was."""
    await rows(stack, "pipeline", AT_ONCE)
    break_something(stack, "pipeline")
    mend(stack)


async def all_closed(stack: Stack) -> None:
    assert await rows(stack, "pipeline", LEFT) == [(0,)]


async def sent(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def got(client: httpx.AsyncClient, path: str, **params: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
