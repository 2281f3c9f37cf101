"""Mails leave by a real SMTP server, each at most once, and what its answers come to."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from millrace.leads.v1.lead_nurturing_service_pb2 import ResendNurturingMailRequest
from sqlalchemy import select, text

from chassis.tables import jobs
from tests.integration.leads.nurturing import (
    MailingHouse,
    a_programme,
    agreed,
    consent,
    lead_stub,
    mailing_house,
    mails,
    standing,
    states,
    why,
)
from tests.support.clock import FixedClock
from tests.support.mailbox import Mailbox, mailbox

LEASE = text("update jobs set leased_until = null")


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


@pytest.fixture
async def house(leads_database: str, clock: FixedClock, box: Mailbox) -> AsyncIterator[MailingHouse]:
    async with mailing_house(leads_database, clock, MILLRACE_MAIL_SERVER=box.server) as house:
        yield house


async def ordered(house: MailingHouse) -> None:
    """A mail that waits."""
    await a_programme(house)
    await agreed(house)
    assert await house.sweep() == (1, 1, 0)


async def job_error(house: MailingHouse) -> str:
    async with house.engine.connect() as connection:
        return str(await connection.scalar(select(jobs.c.last_error)))


async def test_a_mail_leaves_with_its_text_and_the_click_that_ends_it(house: MailingHouse, box: Mailbox) -> None:
    await ordered(house)
    assert await house.send() == 1
    (mail,) = box.mails
    assert box.addresses == ["wang1@a.example"]
    assert mail["Subject"] == "第1号：白皮书"
    assert mail["From"] == "渠成 <news@house.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<https://house.example/v1/unsubscriptions/")
    assert mail["List-Unsubscribe"].strip("<>") in mail.get_content()
    (told,) = await mails(house)
    assert mail["Message-ID"] == f"<{told.name.removeprefix('nurturingMails/')}@house.example>"
    assert await states(house) == ["SENT"]


async def test_what_was_sent_is_not_kept_as_text(house: MailingHouse) -> None:
    await ordered(house)
    await house.send()
    async with house.engine.connect() as connection:
        assert (await connection.execute(text("select text, html from mails"))).one() == ("", "")


async def test_a_server_that_takes_it_not_now_is_tried_again_by_the_schedule(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await ordered(house)

    async def later() -> str:
        return "451 try later"

    box.text = later
    await house.send()
    assert (await states(house), len(box.received)) == (["WAITING"], 1)
    assert "MailNotTaken" in await job_error(house)
    for seconds in (5, 300, 1800, 7200, 4 * 3600):
        clock.travel(seconds=seconds - 1)
        assert await house.send() == 0
        clock.travel(seconds=1)
        await house.send()
    assert len(box.received) == 5


async def test_a_retry_in_the_night_waits_for_the_morning_and_costs_no_attempt(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await house.organize(
        text(
            "insert into known_calendars (uuid, version, team, working_hours, special_days) select "
            "'00000000-0000-0000-0000-000000000001', 1, null, jsonb_agg(jsonb_build_object('weekday', day, "
            "'start_minute', 540, 'end_minute', 1080)), '[]' from generate_series(1, 5) day"
        )
    )
    await ordered(house)

    async def later() -> str:
        return "451 try later"

    box.text = later
    await house.send()
    clock.travel(hours=8)
    await house.send()
    async with house.engine.connect() as connection:
        due, attempts = (await connection.execute(select(jobs.c.due, jobs.c.attempts))).one()
    assert (due.isoformat(), attempts) == ("2026-03-03T01:00:00+00:00", 1)
    assert len(box.received) == 1


async def test_what_is_given_up_is_seen_and_can_be_sent_again(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await ordered(house)

    async def refused() -> str:
        return "554 5.7.1 we take nothing from you"

    box.text = refused
    await house.send()
    (told,) = await mails(house, filter="state = NURTURING_MAIL_STATE_FAILED")
    assert told.error == "554 5.7.1 we take nothing from you"
    assert (await standing(house, await agreed(house, 2))).allowed
    box.text = lambda: asyncio.sleep(0, "250 taken")
    clock.travel(minutes=1)
    await lead_stub(house).ResendNurturingMail(ResendNurturingMailRequest(name=told.name), **house.boss)
    await house.send()
    assert await states(house) == ["SENT"]
    assert len({mail["Message-ID"] for mail in box.mails}) == 1


async def test_after_the_last_attempt_a_mail_is_given_up(house: MailingHouse, box: Mailbox, clock: FixedClock) -> None:
    await ordered(house)

    async def later() -> str:
        return "421 busy"

    box.recipient = later
    for _ in range(12):
        await house.send()
        clock.travel(hours=24)
    assert await states(house) == ["FAILED"]
    async with house.engine.connect() as connection:
        state, attempts = (await connection.execute(select(jobs.c.state, jobs.c.attempts))).one()
    assert (state, attempts) == ("failed", 10)


async def test_a_server_that_knows_nobody_there_ends_it_for_the_address(house: MailingHouse, box: Mailbox) -> None:
    await ordered(house)
    twin = await agreed(house, 2, email="wang1@a.example", phone="13905719999")

    async def nobody() -> str:
        return "550 5.1.1 <wang1@a.example> unknown"

    box.recipient = nobody
    await house.send()
    assert await states(house) == ["BOUNCED"]
    (told,) = await mails(house)
    assert told.error == "550 5.1.1"
    assert not (await standing(house, twin)).allowed
    assert box.received == []


async def test_without_an_answer_nobody_knows_and_nothing_is_sent_twice(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await ordered(house)
    box.drops_text = True
    await house.send()
    assert await states(house) == ["UNKNOWN"]
    clock.travel(days=10)
    await house.send()
    assert len(box.received) == 1


async def test_a_mail_whose_sender_died_is_of_unknown_outcome_and_is_not_sent_again(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await ordered(house)
    async with house.engine.begin() as connection:
        await connection.execute(text("update mails set state = 'handing_over'"))
    await house.send()
    assert (await states(house), box.received) == (["UNKNOWN"], [])
    (told,) = await mails(house)
    clock.travel(hours=1)
    await lead_stub(house).ResendNurturingMail(ResendNurturingMailRequest(name=told.name), **house.boss)
    await house.send()
    assert (await states(house), len(box.received)) == (["SENT"], 1)


def slow(box: Mailbox) -> asyncio.Event:
    """Let the server take its time over a text; what is answered is set once it has come."""
    came = asyncio.Event()

    async def slowly() -> str:
        came.set()
        await asyncio.sleep(0.2)
        return "250 taken"

    box.text = slowly
    return came


async def test_of_two_who_send_one_mail_one_does(house: MailingHouse, box: Mailbox) -> None:
    await ordered(house)
    waiting = slow(box)
    first = asyncio.create_task(house.send())
    await waiting.wait()
    async with house.engine.begin() as connection:
        await connection.execute(LEASE)
    await house.send()
    await first
    assert (await states(house), len(box.received)) == (["SENT"], 1)


async def test_a_sender_that_is_stopped_hears_the_answer_first(house: MailingHouse, box: Mailbox) -> None:
    await ordered(house)
    waiting = slow(box)
    sending = asyncio.create_task(house.send())
    await waiting.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await states(house) == ["SENT"]


async def test_only_what_nobody_knows_or_was_given_up_is_sent_again(house: MailingHouse) -> None:
    await ordered(house)
    (told,) = await mails(house)
    for _ in range(2):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await lead_stub(house).ResendNurturingMail(ResendNurturingMailRequest(name=told.name), **house.boss)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        await house.send()
    assert await why(house) == []


async def test_a_mail_that_waits_is_not_sent_once_consent_is_gone(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await ordered(house)
    async with house.engine.begin() as connection:
        await connection.execute(text("delete from mail_choices"))
    await house.send()
    assert (await states(house), box.received) == (["CANCELLED"], [])
    clock.travel(minutes=1)
    assert (await consent(house, await agreed(house, 1))).allowed


async def test_what_fails_by_itself_until_the_last_attempt_is_given_up(
    house: MailingHouse, box: Mailbox, clock: FixedClock
) -> None:
    await ordered(house)
    async with house.engine.begin() as connection:
        await connection.execute(text("update mails set address = 'two lines\n@a.example'"))
    for _ in range(12):
        await house.send()
        clock.travel(hours=24)
    assert (await states(house), box.received) == (["FAILED"], [])


async def test_an_address_with_a_domain_in_chinese_is_mailed(house: MailingHouse, box: Mailbox) -> None:
    await a_programme(house)
    await agreed(house, email="wang@公司.example")
    await house.sweep()
    await house.send()
    assert box.addresses == ["wang@xn--55qx5d.example"]
    assert box.mails[0]["To"] == "wang@xn--55qx5d.example"
