"""What RELIABILITY promises, while processes are killed under load. Counted are violations; every count is zero."""

import asyncio
import random
from collections import Counter, defaultdict
from functools import partial

import pytest

from deploy.local.programs import Program, free_address
from deploy.local.stack import Stack
from tests.faults.breaking import kill_every_kind, mend
from tests.faults.conftest import Size
from tests.faults.load import Load, all_published, rows
from tests.faults.stream import stream_of_leads
from tests.support.waiting import eventually

KINDS = ("leads", "directory", "gateway", "nats", "postgres")
LONGEST_OUTAGE = 600.0


async def violations(stack: Stack, load: Load) -> dict[str, int]:
    """The invariants, each counted by how often it is broken."""
    leads = dict(await rows(stack, "leads", "select 'leads/' || uuid, version from leads"))
    outbox = await rows(
        stack,
        "leads",
        "select event_id::text, aggregate_id::text, version from outbox "
        "where subject like 'millrace.leads.v1.lead.%' order by id",
    )
    asked = await rows(stack, "leads", "select request_id, count(*) from requests group by 1")
    touches = (await rows(stack, "leads", "select count(*) from outbox where subject like '%.lead.touched'"))[0][0]
    versions = defaultdict(list)
    for _, aggregate, version in outbox:
        versions[aggregate].append(version)
    published: dict[str, tuple[str, int]] = {}
    order_breaks = 0
    last: Counter[str] = Counter()
    for event_id, aggregate, version in await stream_of_leads(stack):
        if event_id not in published and version != last[aggregate] + 1:
            order_breaks += 1
        last[aggregate] = max(last[aggregate], version)
        published[event_id] = (aggregate, version)
    effects = len(leads) + touches
    return {
        "acknowledged effects missing": sum(name not in leads for name in load.acknowledged.values()),
        "requests with two effects": max(0, effects - len(asked)),
        "requests acknowledged and not stored": len(set(load.acknowledged) - {request for request, _ in asked}),
        "versions with gaps": sum(found != list(range(1, len(found) + 1)) for found in versions.values()),
        "changes without an event": sum(
            len(versions[name.removeprefix("leads/")]) != version for name, version in leads.items()
        ),
        "outbox and stream differing": len({event for event, _, _ in outbox} ^ set(published)),
        "order breaks": order_breaks,
        "requests given up": len(load.refused),
    }


@pytest.mark.timeout(600)
async def test_nothing_acknowledged_is_lost_or_doubled_when_any_process_is_killed(stack: Stack, size: Size) -> None:
    load = Load(stack)
    killing = partial(kill_every_kind, stack, KINDS, chance=random.Random(20261123), seconds=size.seconds)
    await load.run(writers=size.writers, seconds=size.seconds, meanwhile=killing)
    await asyncio.to_thread(mend, stack)
    await all_published(stack, within=90)
    found = await violations(stack, load)
    assert load.acknowledged
    assert {name: count for name, count in found.items() if count} == {}, load.refused[:3]


@pytest.mark.timeout(1200)
async def test_while_nats_is_away_writes_go_on_and_afterwards_every_event_is_published(
    stack: Stack, size: Size
) -> None:
    load = Load(stack)

    async def outage() -> None:
        assert stack.nats is not None
        stack.nats.kill()
        before = len(load.acknowledged)
        await asyncio.sleep(size.outage_seconds)
        # On a slow machine it lasts until as many events wait as the promise names.
        await eventually(lambda: len(load.acknowledged) - before >= size.backlog, within=LONGEST_OUTAGE, every=0.5)
        await asyncio.to_thread(mend, stack)

    await load.run(writers=size.writers, seconds=size.outage_seconds + 1, meanwhile=outage)
    await all_published(stack, within=60)
    assert load.repeated == []
    assert {name: count for name, count in (await violations(stack, load)).items() if count} == {}


@pytest.mark.timeout(600)
async def test_a_roll_out_of_two_replicas_drops_no_call(stack: Stack, size: Size) -> None:
    first = stack.program("leads")
    listens = [first.environment["MILLRACE_LEADS_LISTEN"], free_address()]
    second = Program(
        "leads-2", first.module, first.arguments, {**first.environment, "MILLRACE_LEADS_LISTEN": listens[1]}, first.home
    )
    door = free_address()
    told = {
        **first.environment,
        "MILLRACE_GATEWAY_LISTEN": door,
        "MILLRACE_LEADS_ADDRESS": f"ipv4:{','.join(listens)}",
    }
    gateway = Program("gateway-2", "gateway", (), told, first.home)
    load = Load(stack, url=f"http://{door}")
    try:
        for program in (second, gateway):
            program.start()
        for program in (second, gateway):
            await asyncio.to_thread(program.wait)

        async def roll() -> None:
            for program in (first, second):
                await asyncio.sleep(1)
                await asyncio.to_thread(program.stop)
                program.start()
                await asyncio.to_thread(program.wait)
                await asyncio.sleep(2.5)

        await load.run(writers=size.writers, seconds=1, meanwhile=roll)
        await all_published(stack, within=60)
        assert (load.repeated, load.refused) == ([], [])
        assert {name: count for name, count in (await violations(stack, load)).items() if count} == {}
    finally:
        gateway.stop()
        second.stop()
