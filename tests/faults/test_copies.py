"""A copy kept from events is what its owner has, whoever is killed between effect and checkpoint (G7, G8)."""

import asyncio
import contextlib
import random
import shutil

import httpx
import pytest

from chassis.streaming.streams import declared
from deploy.local.stack import Stack
from tests.faults.breaking import kill_every_kind, mend
from tests.faults.conftest import Size
from tests.faults.load import all_published, rows, sign_in, signed_in
from tests.support.waiting import eventually

STANDING = "select uuid, version, display_name from {} order by uuid"
# The noun of an aggregate and the version the consumer stands at.
APPLIED = (
    "select split_part(aggregate, '/', 2)::uuid, version from applied "
    "where consumer = 'leads-organization' and aggregate like 'region/%' order by 1"
)


@pytest.mark.timeout(600)
async def test_the_copy_of_the_organization_follows_though_either_side_is_killed(stack: Stack, size: Size) -> None:
    client = await signed_in(stack, stack.url)
    over = asyncio.Event()
    renamed: list[str] = []
    try:
        work = [asyncio.create_task(rename(client, number, until=over, renamed=renamed)) for number in range(4)]
        await kill_every_kind(
            stack,
            ("leads", "directory", "nats"),
            chance=random.Random(7),
            seconds=size.seconds,
            pause=(0.3, 1.0),
            afterwards=lambda: sign_in(client, stack),
        )
        over.set()
        await asyncio.gather(*work)
    finally:
        await client.aclose()
    assert len(renamed) > len(work)
    await eventually(lambda: same(stack), within=60, every=0.2)


@pytest.mark.timeout(600)
async def test_a_stream_whose_store_was_lost_is_noticed_and_filled_by_itself(stack: Stack) -> None:
    client = await signed_in(stack, stack.url)
    try:
        await rename_some(client, 1)
        await all_published(stack, within=10, service="directory")
        before = await epochs(stack)
        assert stack.nats is not None
        stack.nats.kill()
        shutil.rmtree(stack.home.folder / "nats" / "jetstream")
        await asyncio.to_thread(mend, stack)
        await eventually(lambda: filled(stack, before), within=20, every=0.2)
        await rename_some(client, 2)
        await eventually(lambda: same(stack), within=60, every=0.2)
    finally:
        await client.aclose()


async def rename(client: httpx.AsyncClient, number: int, *, until: asyncio.Event, renamed: list[str]) -> None:
    """Give a region of one's own another name, again and again, whatever is away meanwhile."""
    while not until.is_set():
        with contextlib.suppress(httpx.TransportError):
            found = await client.get("/v1/regions", params={"pageSize": 200})
            if found.status_code != 200:
                continue
            mine = [each for each in found.json()["regions"] if each["displayName"].startswith(f"{number}号")]
            if mine:
                body, seen = {"displayName": f"{number}号区 {len(renamed)}"}, {"if-match": f'"{mine[0]["etag"]}"'}
                answer = await client.patch(f"/v1/{mine[0]['name']}", json=body, headers=seen)
            else:
                key = {"idempotency-key": f"region-{number}"}
                answer = await client.post("/v1/regions", json={"displayName": f"{number}号区"}, headers=key)
            if answer.status_code == 200:
                renamed.append(answer.json()["displayName"])
        await asyncio.sleep(0.01)


async def rename_some(client: httpx.AsyncClient, number: int) -> None:
    """A few names more."""
    enough, renamed = asyncio.Event(), list[str]()
    renaming = asyncio.create_task(rename(client, number, until=enough, renamed=renamed))
    await eventually(lambda: more_than(renamed, 4), within=30)
    enough.set()
    await renaming


async def more_than(found: list[str], count: int) -> None:
    assert len(found) > count


async def same(stack: Stack) -> None:
    """The copy holds what the owner holds, and the gate stands at the version that is shown."""
    theirs = await rows(stack, "directory", STANDING.format("regions"))
    assert await rows(stack, "leads", STANDING.format("known_regions")) == theirs
    assert await rows(stack, "leads", APPLIED) == [(uuid, version) for uuid, version, _ in theirs]


async def epochs(stack: Stack) -> set[str]:
    """The stores of directory's events that a stream still keeps; one that stands in none has no epoch."""
    kept = f"occurred > now() - interval '{declared()['directory'].max_age_days} days'"
    query = f"select distinct stream_epoch from outbox where {kept}"  # noqa: S608 - a number
    return {epoch for (epoch,) in await rows(stack, "directory", query)}


async def filled(stack: Stack, before: set[str]) -> None:
    """Every event of directory stands in the new store."""
    now = await epochs(stack)
    assert len(now) == 1
    assert None not in now
    assert now != before
