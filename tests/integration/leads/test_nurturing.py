"""Leads enter programmes, get their steps in time, and leave them for a reason that is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_nurturing_pb2, lead_pb2
from millrace.leads.v1 import nurturing_programme_pb2 as programmes
from millrace.leads.v1.lead_nurturing_service_pb2 import (
    EndLeadNurturingRequest,
    GetLeadMailStandingRequest,
    GetLeadNurturingRequest,
    RecordLeadMailConsentRequest,
    ResendNurturingMailRequest,
    WithdrawLeadMailConsentRequest,
)
from millrace.leads.v1.lead_service_pb2 import UpdateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import select, text
from sqlalchemy import update as update_table

from chassis.jobs import carry_out
from chassis.principal import Scope
from chassis.tables import outbox
from services.leads.__main__ import ACCOUNT
from services.leads.application.nurturing.sweeping import enter_leads, mail_steps
from services.leads.domain.lead_state import LeadState
from services.leads.rpc.nurturing_wiring import nursery
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.history import convert, tell_lead
from tests.integration.leads.merges import Merging
from tests.integration.leads.nurturing import (
    MailingHouse,
    a_programme,
    a_step,
    activate,
    agreed,
    change,
    consent,
    lead_stub,
    mailing_house,
    mails,
    pause,
    standing,
    states,
    under_way,
    uuid_in,
    why,
)
from tests.integration.leads.responding import REACHED, follow_up, open_office, stamp
from tests.support.clock import FixedClock

EXIT = programmes
ACTIVE, FINISHED = lead_nurturing_pb2.LEAD_NURTURING_STATE_ACTIVE, lead_nurturing_pb2.LEAD_NURTURING_STATE_FINISHED


@pytest.fixture
async def house(leads_database: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[MailingHouse]:
    async with mailing_house(leads_database, clock, MILLRACE_MAIL_FOLDER=str(tmp_path)) as house:
        yield house


def subjects(folder: Path) -> list[str]:
    """What the mails in a folder are about."""
    written = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*.eml")]
    return sorted(str(mail["Subject"]) for mail in written)


async def update(house: LeadsHouse, lead: lead_pb2.Lead, **facts: Any) -> None:
    told = lead_pb2.Lead(name=lead.name, etag=lead.etag, **facts)
    request = UpdateLeadRequest(lead=told, update_mask=FieldMask(paths=list(facts)))
    await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)


async def test_only_leads_of_the_segment_that_agreed_enter(house: MailingHouse) -> None:
    await a_programme(house)
    inside = await agreed(house, 1)
    await agreed(house, 2, industry="retail")
    await tell_lead(house, 3, email="wang3@a.example")
    await tell_lead(house, 4)
    assert await house.sweep() == (1, 1, 0)
    assert await house.sweep() == (0, 0, 0)
    assert [each.lead for each in await under_way(house)] == [inside.name]


async def test_steps_come_in_order_by_working_days_and_within_working_hours(
    house: MailingHouse, clock: FixedClock
) -> None:
    await open_office(house)
    clock.instant = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)  # Friday, eight in the evening in Shanghai
    await a_programme(house, a_step(), a_step(days=2))
    await agreed(house)
    assert await house.sweep() == (1, 0, 0)
    (waiting,) = await under_way(house)
    assert waiting.next_time.ToDatetime(UTC) == datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
    assert [each.code for each in waiting.reasons] == ["NURTURING_NEXT_STEP", "NURTURING_QUIET_HOURS"]
    clock.instant = waiting.next_time.ToDatetime(UTC)
    assert await house.sweep() == (0, 1, 0)
    (waiting,) = await under_way(house)
    assert waiting.steps_taken == 1
    assert waiting.next_time.ToDatetime(UTC) == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
    clock.instant = waiting.next_time.ToDatetime(UTC)
    await house.sweep()
    (over,) = await under_way(house)
    assert (over.state, over.steps_taken, over.HasField("next_time")) == (FINISHED, 2, False)
    assert [each.step for each in await mails(house)] == [1, 2]


async def test_an_address_gets_two_mails_a_week_whatever_programmes_it_is_in(
    house: MailingHouse, clock: FixedClock
) -> None:
    for number in range(3):
        await a_programme(house, display_name=f"第{number}个计划")
    await agreed(house)
    await house.sweep()
    assert len(await mails(house)) == 2
    (waiting,) = await under_way(house, filter="state = LEAD_NURTURING_STATE_ACTIVE")
    assert [each.code for each in waiting.reasons] == ["NURTURING_NEXT_STEP", "NURTURING_TOO_OFTEN"]
    clock.travel(days=7)
    await house.sweep()
    assert len(await mails(house)) == 3


async def test_one_address_gets_a_programme_once_whichever_leads_it_stands_in(house: MailingHouse) -> None:
    await a_programme(house)
    await agreed(house, 1, email="info@a.example")
    await agreed(house, 2, email="INFO@a.example")
    assert (await house.sweep())[0] == 1
    assert (await house.sweep())[0] == 0
    assert len(await mails(house)) == 1


async def test_who_enters_at_the_same_moment_in_two_processes_enters_once(house: MailingHouse) -> None:
    await a_programme(house)
    await agreed(house)
    made = nursery(house.parts, house.parts.once("desk", lambda: None))
    for act in (enter_leads, mail_steps):
        await asyncio.gather(
            *(
                carry_out(house.parts.store, ACCOUNT, action="sweep", use_case=partial(act, nursery=made))
                for _ in range(4)
            )
        )
    assert len(await under_way(house)) == len(await mails(house)) == 1


async def test_nobody_enters_twice_unless_the_programme_says_after_how_long(
    house: MailingHouse, clock: FixedClock
) -> None:
    await a_programme(house, display_name="一次")
    await a_programme(house, display_name="再来", re_entry_days=30)
    await agreed(house)
    assert (await house.sweep())[0] == 2
    clock.travel(days=30, seconds=-1)
    assert (await house.sweep())[0] == 0
    clock.travel(seconds=1)
    assert (await house.sweep())[0] == 1


async def test_a_paused_programme_mails_nobody_and_goes_on_where_it_stood(
    house: MailingHouse, clock: FixedClock
) -> None:
    made = await a_programme(house, a_step(), a_step(days=1))
    await agreed(house, 1)
    await house.sweep()
    paused = await pause(house, made)
    assert [each.code for each in paused.obstacles] == ["NURTURING_NOT_ACTIVE"]
    await agreed(house, 2)
    clock.travel(days=3)
    assert await house.sweep() == (0, 0, 0)
    assert (await activate(house, made)).obstacles == []
    assert await house.sweep() == (1, 2, 0)


async def test_whoever_is_under_way_goes_on_by_the_version_he_entered_by(
    house: MailingHouse, clock: FixedClock, tmp_path: Path
) -> None:
    made = await a_programme(house, a_step(), a_step(days=1, subject="旧"))
    await agreed(house, 1)
    await house.sweep()
    changed = await change(house, made, steps=[a_step(subject="新")])
    assert (made.content_version, changed.content_version) == (1, 2)
    clock.travel(days=1)
    await agreed(house, 2)
    await house.sweep()
    assert [each.content_version for each in await under_way(house)] == [1, 2]
    await house.send()
    assert subjects(tmp_path) == ["新", "旧", "第1号：白皮书"]


async def test_a_lead_that_is_converted_or_merged_or_loses_its_address_ends_soon(house: MailingHouse) -> None:
    await a_programme(house, a_step(days=5))
    converted, merged, survivor, changed = [await agreed(house, number) for number in (1, 2, 3, 4)]
    await house.sweep()
    await convert(house, converted)
    await Merging(house).merge(survivor, merged)
    await update(house, changed, email="other@a.example")
    assert (await house.sweep())[2] == 3
    assert await why(house) == ["CONVERTED", "MERGED", "", "ADDRESS_CHANGED"]


async def test_a_lead_that_is_taken_back_with_its_import_is_mailed_no_more(house: MailingHouse) -> None:
    await a_programme(house, a_step(days=5))
    await agreed(house)
    await house.sweep()
    async with house.engine.begin() as connection:
        await connection.execute(update_table(LEADS).values(state=LeadState.WITHDRAWN.value))
    assert (await house.sweep())[2] == 1
    assert await why(house) == ["WITHDRAWN"]


async def test_exits_end_it_before_the_next_step(house: MailingHouse, clock: FixedClock) -> None:
    exits = [EXIT.NURTURING_EXIT_FOLLOWED_UP, EXIT.NURTURING_EXIT_DEMO_REQUESTED, EXIT.NURTURING_EXIT_LEFT_SEGMENT]
    exits += [EXIT.NURTURING_EXIT_CONTACTED_AGAIN, EXIT.NURTURING_EXIT_NEXT_STEP_PLANNED]
    await a_programme(house, a_step(days=1), exits=exits)
    leads = [await agreed(house, number) for number in (1, 2, 3, 4, 5)]
    await house.sweep()
    clock.travel(hours=1)
    await follow_up(house, leads[0], REACHED)
    await update(house, leads[1], demo_request_time=stamp(clock.now()))
    await update(house, leads[2], industry="retail")
    await tell_lead(house, 4, email="wang4@a.example")
    clock.travel(days=1)
    await house.sweep()
    assert await why(house) == ["FOLLOWED_UP", "DEMO_REQUESTED", "LEFT_SEGMENT", "CONTACTED_AGAIN"]
    assert len(await mails(house)) == 1


async def test_what_is_no_exit_of_the_programme_ends_nothing(house: MailingHouse, clock: FixedClock) -> None:
    await a_programme(house, a_step(days=1))
    lead = await agreed(house)
    await house.sweep()
    await follow_up(house, lead, REACHED)
    clock.travel(days=1)
    await house.sweep()
    assert await why(house) == []


async def test_an_end_by_hand_stays(house: MailingHouse) -> None:
    await a_programme(house, a_step(days=1))
    await agreed(house)
    await house.sweep()
    (one,) = await under_way(house)
    ended = await lead_stub(house).EndLeadNurturing(EndLeadNurturingRequest(name=one.name, etag=one.etag), **house.boss)
    assert [each.code for each in ended.reasons] == ["NURTURING_ENDED_BY_HAND"]
    assert await house.sweep() == (0, 0, 0)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await lead_stub(house).EndLeadNurturing(EndLeadNurturingRequest(name=one.name, etag=one.etag), **house.boss)
    assert refused.value.code() is grpc.StatusCode.ABORTED


async def test_who_withdraws_his_consent_is_mailed_no_more_and_may_agree_again(
    house: MailingHouse, clock: FixedClock
) -> None:
    await a_programme(house, a_step(), a_step(days=1), re_entry_days=1)
    lead = await agreed(house)
    await house.sweep()
    clock.travel(minutes=1)
    request = WithdrawLeadMailConsentRequest(name=lead.name)
    told = await lead_stub(house).WithdrawLeadMailConsent(request, **house.boss)
    assert [each.code for each in told.reasons] == ["NURTURING_LEFT_OUT_UNSUBSCRIBED"]
    assert await why(house) == ["UNSUBSCRIBED"]
    await house.send()
    assert await states(house) == ["CANCELLED"]
    clock.travel(days=2)
    assert await house.sweep() == (0, 0, 0)
    await consent(house, lead)
    assert (await standing(house, lead)).allowed
    assert (await house.sweep())[0] == 1


async def test_who_has_no_address_can_agree_to_nothing(house: MailingHouse) -> None:
    lead = await tell_lead(house, 1)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await consent(house, lead)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert [each.code for each in (await standing(house, lead)).reasons] == ["NURTURING_LEFT_OUT_NO_ADDRESS"]


async def test_without_a_way_to_send_it_is_said_and_nothing_waits(leads_database: str, clock: FixedClock) -> None:
    async with mailing_house(leads_database, clock) as house:
        made = await a_programme(house)
        assert [each.code for each in made.obstacles] == ["NURTURING_MAIL_NOT_SET_UP"]
        sweeps = {each.name for each in house.parts.definition.sweeps(house.parts)}
        assert "end nurturings" in sweeps
        assert {"enter nurturings", "mail nurturing steps"} & sweeps == set()


async def test_who_sees_the_lead_sees_what_it_got(house: MailingHouse) -> None:
    await house.hire(ANNA)
    await a_programme(house)
    lead = await agreed(house)
    assert lead.owner == f"members/{ANNA}"
    await house.sweep()
    owner, stranger = house.as_member(ANNA, Scope.OWN), house.as_member(UUID(int=9), Scope.OWN)
    assert len(await under_way(house, owner)) == len(await mails(house, owner)) == 1
    assert await under_way(house, stranger) == await mails(house, stranger) == []
    (one,), (mail,) = await under_way(house), await mails(house)
    leads = lead_stub(house)
    for ask in (
        leads.GetLeadNurturing(GetLeadNurturingRequest(name=one.name), **stranger),
        leads.EndLeadNurturing(EndLeadNurturingRequest(name=one.name), **stranger),
        leads.ResendNurturingMail(ResendNurturingMailRequest(name=mail.name), **stranger),
        leads.GetLeadMailStanding(GetLeadMailStandingRequest(name=f"{lead.name}/mailStanding"), **stranger),
        leads.RecordLeadMailConsent(RecordLeadMailConsentRequest(name=lead.name, evidence="展会"), **stranger),
        leads.WithdrawLeadMailConsent(WithdrawLeadMailConsentRequest(name=lead.name), **stranger),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_every_step_is_told_by_an_event_without_an_address(house: MailingHouse, clock: FixedClock) -> None:
    await a_programme(house, a_step(), a_step(days=1))
    await agreed(house)
    await house.sweep()
    clock.travel(days=1)
    await house.sweep()
    (one,) = await under_way(house)
    told = select(outbox.c.event_type, outbox.c.version, outbox.c.payload)
    async with house.engine.connect() as connection:
        rows = (
            await connection.execute(told.where(outbox.c.aggregate_id == uuid_in(one.name)).order_by(outbox.c.version))
        ).all()
        addresses = await connection.scalar(text("select count(*) from jobs where payload::text like '%@%'"))
    names = [row.event_type.rpartition(".")[2] for row in rows]
    assert names == ["LeadNurturingEntered", "LeadNurturingStepped", "LeadNurturingStepped", "LeadNurturingFinished"]
    assert [row.version for row in rows] == [1, 2, 3, 4]
    assert not any(b"@" in row.payload for row in rows)
    assert addresses == 0


async def enter_lately(house: MailingHouse) -> int:
    """Look at what changed of late alone."""
    made = nursery(house.parts, house.parts.once("desk", lambda: None))
    return await carry_out(house.parts.store, ACCOUNT, action="sweep", use_case=partial(enter_leads, nursery=made))


async def test_what_changed_of_late_enters_at_once_and_what_time_brings_with_the_whole_stock(
    house: MailingHouse, clock: FixedClock
) -> None:
    lead = await tell_lead(house, 1, email="wang1@a.example")
    old = await agreed(house, 2)
    assert old.name != lead.name
    clock.travel(days=1)
    await a_programme(house, segment='industry = "software" AND create_time < "2026-03-04T00:00:00Z"')
    assert await enter_lately(house) == 1
    clock.travel(minutes=11)
    assert await enter_lately(house) == 0
    await consent(house, lead)
    assert await enter_lately(house) == 1
    await agreed(house, 3)
    clock.travel(minutes=11)
    assert await enter_lately(house) == 0
    assert (await house.sweep())[0] == 1
