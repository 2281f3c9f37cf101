"""No mail leaves twice, whoever is killed at whichever point (ADR 91): against a real SMTP server."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial

import httpx
import pytest

from deploy.local.stack import Stack
from tests.faults.breaking import break_something, kill_every_kind, mend
from tests.faults.conftest import Size, started
from tests.faults.load import rows, signed_in
from tests.support.homes import Homes
from tests.support.mailbox import OK, Mailbox, mailbox
from tests.support.waiting import eventually

MANY = 30
# A job of a dead process is taken over when its lease is over: at once, where nobody wants to wait five minutes.
FORGET_LEASES = "update jobs set leased_until = null where state = 'waiting' returning id"
# Whatever the hour is, and whatever the schedule says of the next try: now.
HURRY = "update jobs set due = '2020-01-01' where kind = 'send mail' and state = 'waiting' returning id"
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ALWAYS = [{"weekday": day, "startMinute": 0, "endMinute": 1440} for day in DAYS]
KNOWN_HOURS = "select jsonb_array_length(working_hours), jsonb_array_length(special_days) from known_calendars"
STATES = (
    "select m.state, m.uuid::text from mails m join nurturing_mails n on n.uuid = m.uuid "
    "where n.programme = '{programme}' order by m.uuid"
)


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


@pytest.fixture
async def mailing(homes: Homes, box: Mailbox) -> AsyncIterator[Stack]:
    """A product of one's own that mails; whatever the hour is, people are at work."""
    environment = {
        "MILLRACE_MAIL_SERVER": box.server,
        "MILLRACE_MAIL_ENCRYPTION": "none",
        "MILLRACE_MAIL_SENDER": "news@house.example",
        "MILLRACE_PUBLIC_URL": "https://house.example",
    }
    with started(homes, environment=environment) as stack:
        await always_at_work(stack)
        yield stack


@pytest.mark.timeout(300)
async def test_nobody_is_mailed_twice_whoever_is_killed_at_whichever_point(
    mailing: Stack, box: Mailbox, size: Size
) -> None:
    client = await signed_in(mailing, mailing.url)
    try:
        assert await mails_before_and_after_the_text(mailing, box, client) == (1, 2)
        came, told = await mails_though_killed_again_and_again(mailing, box, client, size)
        assert max(came.values()) == 1
        assert told <= came.keys()
    finally:
        await client.aclose()


async def mails_before_and_after_the_text(stack: Stack, box: Mailbox, client: httpx.AsyncClient) -> tuple[int, int]:
    """How many came in all once a kill before the text was mended, and once one after it was.

    Before it nothing was sent, and it is sent once; after it nobody knows, and it is not sent again.
    """
    asked, hang = asyncio.Event(), asyncio.Event()

    async def hanging() -> str:
        asked.set()
        await hang.wait()
        return OK

    box.recipient = hanging
    programme = await nurture(client, 1, about="白皮书")
    await asyncio.wait_for(asked.wait(), 60)
    await kill_and_mend(stack, box)
    await eventually(partial(stand, stack, programme, ["sent"]), within=60, every=0.2)
    before = len(box.received)

    asked.clear()
    box.text = hanging
    await eventually(partial(agree, client, 2, about="白皮书"), within=30, every=0.2)
    await asyncio.wait_for(asked.wait(), 60)
    assert len(box.received) == 2
    await kill_and_mend(stack, box)
    await eventually(partial(stand, stack, programme, ["sent", "unknown"]), within=60, every=0.2)
    hang.set()
    return before, len(box.received)


async def mails_though_killed_again_and_again(
    stack: Stack, box: Mailbox, client: httpx.AsyncClient, size: Size
) -> tuple[Counter[str], set[str]]:
    """How often each mail came, and which are said to be sent."""

    async def slowly() -> str:
        await asyncio.sleep(0.05)
        return OK

    box.text = slowly
    programme = await nurture(client, *range(101, 101 + MANY), about="案例视频")
    kinds, chance = ("leads", "postgres"), random.Random(91)
    await kill_every_kind(
        stack, kinds, chance=chance, seconds=size.seconds, pause=(0.5, 2.0), afterwards=partial(hurry, stack)
    )
    await eventually(partial(settled, stack, programme), within=120, every=1.0)
    told = {mail: state for state, mail in await rows(stack, "leads", STATES.format(programme=programme))}
    came = Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in box.mails)
    return came, {mail for mail, state in told.items() if state == "sent"}


async def kill_and_mend(stack: Stack, box: Mailbox) -> None:
    """Kill leads where it stands; whoever comes next is not held up."""
    await asyncio.to_thread(break_something, stack, "leads")
    box.recipient = box.text = taken
    await asyncio.to_thread(mend, stack)
    await hurry(stack)


async def always_at_work(stack: Stack) -> None:
    """Whatever the hour is, and whatever day: leads have been told so by directory before anything is mailed."""
    async with aclosing(await signed_in(stack, stack.url)) as client:
        for calendar in (await client.get("/v1/calendars")).json()["calendars"]:
            told = {"etag": calendar["etag"], "workingHours": ALWAYS, "specialDays": []}
            changed = await client.patch(
                f"/v1/{calendar['name']}", params={"updateMask": "workingHours,specialDays"}, json=told
            )
            assert changed.status_code == 200, changed.text
    await eventually(partial(known_at_work, stack), within=60, every=0.2)


async def known_at_work(stack: Stack) -> None:
    known = await rows(stack, "leads", KNOWN_HOURS)
    assert known
    assert set(known) == {(len(DAYS), 0)}


async def taken() -> str:
    return OK


async def hurry(stack: Stack) -> None:
    for statement in (FORGET_LEASES, HURRY):
        await rows(stack, "leads", statement)


async def stand(stack: Stack, programme: str, states: Sequence[str]) -> None:
    told = await rows(stack, "leads", STATES.format(programme=programme))
    assert [state for state, _ in told] == states


async def settled(stack: Stack, programme: str) -> None:
    await hurry(stack)
    told = await rows(stack, "leads", STATES.format(programme=programme))
    assert len(told) == MANY
    assert {state for state, _ in told} <= {"sent", "unknown"}


async def nurture(client: httpx.AsyncClient, *numbers: int, about: str) -> str:
    """A programme that runs, and leads that agreed to it; the id of the programme."""
    name: str = await eventually(partial(running_programme, client, about=about), within=30, every=0.2)
    for number in numbers:
        await agree(client, number, about=about)
    return name.rpartition("/")[2]


async def running_programme(client: httpx.AsyncClient, *, about: str) -> str:
    step = {"subject": about, "text": "{{contact_name|您好}}"}
    told = {"displayName": about, "segment": f'need : "{about}"', "steps": [step]}
    made = await client.post("/v1/nurturingProgrammes", json=told)
    assert made.status_code == 200, made.text
    running = await client.post(f"/v1/{made.json()['name']}:activate", json={})
    assert running.status_code == 200, running.text
    return str(made.json()["name"])


async def agree(client: httpx.AsyncClient, number: int, *, about: str) -> None:
    told = {"companyName": f"第{number}号科技有限公司", "email": f"wang{number}@firm{number}.example", "need": about}
    lead = await client.post("/v1/leads", json=told)
    assert lead.status_code == 200, lead.text
    name = lead.json()["name"]
    standing = await client.post(f"/v1/{name}:recordMailConsent", json={"evidence": "展会登记表"})
    assert standing.json()["allowed"], standing.text
