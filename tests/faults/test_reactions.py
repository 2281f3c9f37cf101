"""A signed contract wins its opportunity exactly once, whoever is killed between effect and checkpoint (G7)."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from millrace.contracts.v1.contract_events_pb2 import ContractSigned, ContractSnapshot

from chassis.ids import new_id
from chassis.wire import put_instant
from deploy.local.stack import Stack
from tests.faults.breaking import kill_every_kind
from tests.faults.conftest import Size
from tests.faults.load import rows, signed_in
from tests.support.waiting import eventually

MANY = 40
NOT_MEANT = "select 1 from dead_letters union all select 1 from opportunity_conflicts"
TOLD = (
    "insert into outbox (event_id, aggregate_type, aggregate_id, version, event_type, subject, payload, trace, "
    "occurred, attempts, stopped) values ($1, 'contract', $2, 1, $3, 'millrace.contracts.v1.contract.signed', "
    "$4, '', $5, 0, false)"
)
OUTCOMES = "select uuid, state, stage, contract, version from opportunities order by uuid"
VERSIONS = (
    "select aggregate_id, array_agg(split_part(subject, '.', 5) order by version) from "
    "(select * from outbox union all select id, event_id, aggregate_type, aggregate_id, version, event_type, subject, "
    "payload, trace, occurred, published_at, stream_epoch, stream_seq, 0, null, false from event_log) e "
    "where aggregate_type = 'opportunity' group by 1"
)


@pytest.mark.timeout(600)
async def test_a_signed_contract_wins_once_though_pipeline_contracts_and_nats_are_killed(
    stack: Stack, size: Size
) -> None:
    opened = await open_many(stack)
    telling = asyncio.create_task(sign_all(stack, opened))
    kinds, chance = ("pipeline", "contracts", "nats"), random.Random(11)
    await kill_every_kind(stack, kinds, chance=chance, seconds=size.seconds, pause=(0.2, 0.8))
    await telling
    await eventually(lambda: all_won(stack, opened), within=90, every=0.3)
    told = await rows(stack, "pipeline", VERSIONS)
    assert {tuple(participles) for _, participles in told} == {("created", "moved", "won")}
    assert await rows(stack, "pipeline", NOT_MEANT) == []


async def open_many(stack: Stack) -> list[UUID]:
    """Opportunities of one account."""
    client = await signed_in(stack, stack.url)
    try:
        account = (await client.post("/v1/accounts", json={"displayName": "杭州云帆科技有限公司"})).json()["name"]
        found = []
        for number in range(MANY):
            body = {"displayName": f"商机 {number}", "account": account}
            answer = await client.post("/v1/opportunities", json=body)
            assert answer.status_code == 200, answer.text
            found.append(UUID(answer.json()["name"].rpartition("/")[2]))
        return found
    finally:
        await client.aclose()


async def sign_all(stack: Stack, opportunities: list[UUID]) -> None:
    """Contracts tell one signing after another, as their flush writes it."""
    assert stack.postgres is not None
    connection = await asyncpg.connect(stack.postgres.url("contracts").replace("+asyncpg", ""))
    try:
        for opportunity in opportunities:
            contract, now = new_id(), datetime.now(UTC)
            snapshot = ContractSnapshot(name=f"contracts/{contract}", opportunity=f"opportunities/{opportunity}")
            message = ContractSigned(contract=snapshot)
            put_instant(message.head.time, now)
            name = message.DESCRIPTOR.full_name
            await connection.execute(TOLD, new_id(), contract, name, message.SerializeToString(), now)
            await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def all_won(stack: Stack, opportunities: list[UUID]) -> None:
    found = await rows(stack, "pipeline", OUTCOMES)
    assert {row[0] for row in found if row[1:3] == ("won", "signing") and row[3] and row[4] == 3} == set(opportunities)
