"""The whole life of opportunities while everything is killed; afterwards every violation counted is zero."""

import asyncio
import os
import random
from collections import Counter

import pytest

from deploy.local.stack import SERVICES, Stack
from tests.faults.breaking import kill_every_kind
from tests.faults.invariants import differing, violations
from tests.faults.kept import differing_from_events, empty_tables
from tests.faults.lives import Lives, funnel
from tests.faults.load import all_published, rows
from tests.faults.rest import TWINS, one_of_each
from tests.support.waiting import eventually

# In CI each kind dies once: what it proves is kinds times steps, not seconds.
SECONDS, SELLERS = (180.0, 12) if os.environ.get("MILLRACE_SOAK") else (15.0, 4)
KINDS = ("leads", "pipeline", "contracts", "analytics", "directory", "gateway", "nats", "postgres")
REQUESTS = "select request_id from requests where request_id like 'life-%'"
# Where what an answer named is kept.
KEPT = {"leads": "leads", "accounts": "pipeline", "contacts": "pipeline", "registrations": "pipeline"} | {
    "opportunities": "pipeline",
    "quotes": "contracts",
    "contracts": "contracts",
    "receipts": "contracts",
}


@pytest.mark.timeout(900)
async def test_lives_of_opportunities_are_lived_once_and_whole_though_everything_is_killed(stack: Stack) -> None:
    lives = Lives(stack)
    chance, pause = random.Random(20261125), (0.2, 1.0)

    async def meanwhile() -> None:
        await asyncio.gather(
            kill_every_kind(stack, KINDS, chance=chance, seconds=SECONDS, pause=pause), one_of_each(lives)
        )

    await lives.run(sellers=SELLERS, meanwhile=meanwhile)
    for service in SERVICES:
        await all_published(stack, within=90, service=service)

    async def copied() -> None:
        assert await differing(stack) == {}

    await eventually(copied, within=60, every=0.3)
    assert lives.given_up == []
    assert len(lives.ended) == len(lives.lives) >= SELLERS
    assert await violations(stack) == {}
    assert await differing_from_events(stack) == []
    assert await empty_tables(stack) == []
    assert await funnel(lives) == (len(lives.ended), len(lives.ended))
    assert await missing(stack, lives) == []
    assert await never_attempted(stack, lives) == []
    stored = Counter([key for service in SERVICES for (key,) in await rows(stack, service, REQUESTS)])
    assert lives.answered - set(stored) == set()
    assert [key for key, times in stored.items() if times > 1] == []


async def missing(stack: Stack, lives: Lives) -> list[str]:
    """What was acknowledged and is nowhere."""
    kept: set[str] = set()
    for table, service in KEPT.items():
        kept |= {f"{table}/{uuid}" for (uuid,) in await rows(stack, service, f"select uuid from {table}")}  # noqa: S608 - our own names
    evidence = "select o.uuid, e ->> 'uuid' from opportunities o, jsonb_array_elements(o.evidence) e"
    kept |= {f"opportunities/{of}/evidence/{uuid}" for of, uuid in await rows(stack, "pipeline", evidence)}
    told = {name for life in lives.lives for name in life.named.values()}
    return sorted(told - kept)


async def never_attempted(stack: Stack, lives: Lives) -> list[str]:
    """What nobody asked for and is there."""
    companies = {life.company for life in lives.lives} | {company for company, _phone in TWINS}
    references = {f"BANK-{life.number}-{part}" for life in lives.lives for part in (0, 1)}
    made = {name for (name,) in await rows(stack, "leads", "select company_name from leads")}
    booked = {name for (name,) in await rows(stack, "contracts", "select external_reference from receipts")}
    return sorted((made - companies) | (booked - references))
