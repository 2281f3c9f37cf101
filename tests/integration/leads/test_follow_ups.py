"""Follow-ups of leads: told, listed as far as one sees the lead, corrected with what stood before, and erased."""

from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from millrace.leads.v1 import lead_follow_up_events_pb2, lead_pb2
from millrace.leads.v1 import lead_follow_up_pb2 as follow_ups
from millrace.leads.v1.lead_follow_up_service_pb2 import (
    CreateLeadFollowUpRequest,
    GetLeadFollowUpRequest,
    ListLeadFollowUpsRequest,
)
from millrace.leads.v1.lead_follow_up_service_pb2_grpc import LeadFollowUpServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from millrace.leads.v1.lead_response_pb2 import LEAD_RESPONSE_STATE_MET, LEAD_RESPONSE_STATE_WAITING
from sqlalchemy import select, text, update

from chassis.principal import Scope
from chassis.tables import audit, outbox, requests
from services.leads.domain.lead_state import LeadState
from services.leads.storage.response_tables import FOLLOW_UP_CORRECTIONS, FOLLOW_UPS
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, BO, HANGZHOU, LeadsHouse
from tests.integration.leads.responding import (
    NOT_REACHED,
    REACHED,
    correct,
    create,
    follow_up,
    kinds,
    read,
    stamp,
    told,
)
from tests.support.clock import NOON, FixedClock


async def get(house: LeadsHouse, told: follow_ups.LeadFollowUp) -> follow_ups.LeadFollowUp:
    request = GetLeadFollowUpRequest(name=told.name)
    found: follow_ups.LeadFollowUp = await LeadFollowUpServiceStub(house.channel).GetLeadFollowUp(request, **house.boss)
    return found


async def listed(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[str]:
    """The notes of what is listed."""
    request = ListLeadFollowUpsRequest(**wanted)
    answer = await LeadFollowUpServiceStub(house.channel).ListLeadFollowUps(request, **(caller or house.boss))
    return [each.note for each in answer.lead_follow_ups]


async def test_what_was_done_is_told_with_what_comes_next(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    clock.travel(hours=2)
    happened, following = stamp(NOON + timedelta(hours=1)), stamp(NOON + timedelta(days=3))
    mine = house.as_member(ANNA, Scope.OWN)
    said = {"note": " 周四看演示 ", "time": happened, "next_step": "发送邀请", "next_step_time": following}
    made = await follow_up(house, lead, caller=mine, **said)
    assert await get(house, made) == made
    assert (made.note, made.time, made.next_step, made.next_step_time) == (
        "周四看演示",
        happened,
        "发送邀请",
        following,
    )
    assert (made.author, made.create_time, made.etag) == (f"members/{ANNA}", stamp(clock.now()), "1")


async def test_without_a_time_it_happened_now(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    assert (await follow_up(house, await create(house))).time == stamp(clock.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": stamp(NOON + timedelta(minutes=2))},
        {"time": stamp(NOON - timedelta(days=400))},
        {"next_step_time": stamp(NOON - timedelta(hours=1))},
        {"kind": follow_ups.LEAD_FOLLOW_UP_KIND_UNSPECIFIED},
        {"outcome": follow_ups.LEAD_FOLLOW_UP_OUTCOME_UNSPECIFIED},
    ],
)
async def test_a_follow_up_that_cannot_be_is_refused(house: LeadsHouse, wrong: dict[str, Any]) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    message = told(lead)
    message.MergeFrom(follow_ups.LeadFollowUp(**{name: value for name, value in wrong.items() if value}))
    for name in (name for name, value in wrong.items() if not value):
        message.ClearField(name)  # type: ignore[arg-type]  # a name of one of its fields
    request = CreateLeadFollowUpRequest(lead_follow_up=message)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await LeadFollowUpServiceStub(house.channel).CreateLeadFollowUp(request, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (await read(house, lead)).response.state == LEAD_RESPONSE_STATE_WAITING


async def test_a_lead_nobody_works_any_more_is_not_followed_up(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(state=LeadState.CONVERTED.value))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await follow_up(house, lead)
    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_whoever_sees_the_lead_sees_its_follow_ups_and_nobody_else(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    made = await follow_up(house, await create(house), note="周四看演示")
    assert await listed(house, house.as_member(ANNA, Scope.OWN)) == ["周四看演示"]
    assert await listed(house, house.as_member(BO, Scope.TEAM, teams=frozenset({HANGZHOU}))) == ["周四看演示"]
    stranger = house.as_member(BO, Scope.OWN)
    assert await listed(house, stranger) == []
    request = GetLeadFollowUpRequest(name=made.name)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await LeadFollowUpServiceStub(house.channel).GetLeadFollowUp(request, **stranger)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_follow_ups_come_by_the_page_filtered_and_sorted(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    one, other = await create(house, 1), await create(house, 2)
    for place, lead in enumerate((one, other, one)):
        clock.travel(minutes=1)
        await follow_up(house, lead, REACHED if place else NOT_REACHED, note=str(place))
    assert await listed(house) == ["2", "1", "0"]
    assert await listed(house, filter=f"lead = {one.name}", order_by="time") == ["0", "2"]
    assert await listed(house, filter="outcome = LEAD_FOLLOW_UP_OUTCOME_NOT_REACHED") == ["0"]
    assert await listed(house, filter='author = "members/00000000-0000-0000-0000-000000000003"', page_size=2) == [
        "2",
        "1",
    ]


async def test_a_correction_keeps_what_stood_before_who_corrected_it_and_why(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    first = await follow_up(house, lead, note="已通话")
    clock.travel(minutes=5)
    right = told(lead, NOT_REACHED, note="无人接听", time=first.time)
    corrected = await correct(house, first, right, etag=first.etag)
    assert (corrected.note, corrected.outcome, corrected.etag) == ("无人接听", NOT_REACHED, "2")
    (before,) = (await get(house, first)).corrections
    assert (before.note, before.outcome, before.reason, before.time) == ("已通话", REACHED, "填错", stamp(clock.now()))
    assert (before.happen_time, before.actor) == (first.time, "members/00000000-0000-0000-0000-000000000003")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await correct(house, first, right, etag="1")
    assert refusal.value.code() is grpc.StatusCode.ABORTED


async def test_the_same_again_is_no_correction(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    first = await follow_up(house, lead)
    assert (await correct(house, first, told(lead, time=first.time))).etag == "1"
    assert list((await get(house, first)).corrections) == []


async def test_an_answer_that_was_none_sets_the_clock_going_again(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    first = await follow_up(house, lead)
    clock.travel(minutes=10)
    await correct(house, first, told(lead, NOT_REACHED, time=first.time))
    assert (await read(house, lead)).response.state == LEAD_RESPONSE_STATE_WAITING
    second = await follow_up(house, lead)
    answer = (await read(house, lead)).response
    assert (answer.state, answer.follow_up, answer.response_minutes) == (LEAD_RESPONSE_STATE_MET, second.name, 10)
    assert await kinds(house) == ["ANSWERED", "REOPENED", "ANSWERED"]


async def test_where_the_first_answer_is_withdrawn_the_next_one_is_the_first(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    first = await follow_up(house, lead)
    clock.travel(minutes=10)
    second = await follow_up(house, lead)
    withdrawn = await correct(house, first, None)
    assert (withdrawn.withdrawn, (await read(house, lead)).response.follow_up) == (True, second.name)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await correct(house, first, told(lead))
    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_what_is_told_later_and_was_earlier_is_the_first_response(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    clock.travel(minutes=30)
    await follow_up(house, lead)
    earlier = await follow_up(house, lead, time=stamp(NOON + timedelta(minutes=5)))
    answer = (await read(house, lead)).response
    assert (answer.follow_up, answer.response_minutes) == (earlier.name, 5)
    assert answer.response_time.ToDatetime(UTC) == NOON + timedelta(minutes=5)


async def test_events_tell_ids_and_classes_and_no_word(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    first = await follow_up(house, lead, note="王总已同意", next_step="找李经理")
    await correct(house, first, told(lead, note="王总没有同意"))
    async with house.engine.connect() as connection:
        wanted = outbox.c.aggregate_type == "lead_follow_up"
        statement = select(outbox.c.subject, outbox.c.payload).where(wanted).order_by(outbox.c.version)
        rows = (await connection.execute(statement)).all()
        kept = [str(row) for row in await connection.execute(select(audit.c.details))]
    assert [row.subject for row in rows] == [
        "millrace.leads.v1.lead_follow_up.created",
        "millrace.leads.v1.lead_follow_up.corrected",
    ]
    created = lead_follow_up_events_pb2.LeadFollowUpCreated.FromString(rows[0].payload).lead_follow_up
    assert (created.lead, created.outcome) == (lead.name, REACHED)
    assert not any("王总".encode() in row.payload or "李经理".encode() in row.payload for row in rows)
    assert not any("王总已同意" in each for each in kept)


async def erase(house: LeadsHouse, lead: lead_pb2.Lead) -> None:
    request = EraseLeadPersonRequest(name=lead.name, reason="本人要求")
    await LeadPrivacyServiceStub(house.channel).EraseLeadPerson(request, **house.boss)


async def test_with_the_person_go_the_words_about_him_and_that_he_was_answered_stays(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    message = told(lead, note="王总已同意", next_step="找李经理")
    request = CreateLeadFollowUpRequest(lead_follow_up=message, request_id="once")
    first = await LeadFollowUpServiceStub(house.channel).CreateLeadFollowUp(request, **house.boss)
    await correct(house, first, told(lead, note="王总没有同意"), request_id="twice")
    await erase(house, lead)
    after = await get(house, first)
    assert (after.note, after.next_step, after.outcome) == ("", "", REACHED)
    assert [(each.note, each.next_step, each.reason) for each in after.corrections] == [("", "", "")]
    assert (await read(house, lead)).response.state == LEAD_RESPONSE_STATE_MET
    async with house.engine.connect() as connection:
        for table in (FOLLOW_UPS, FOLLOW_UP_CORRECTIONS, requests):
            rows = await connection.execute(text(f"select t::text from {table.name} t"))  # noqa: S608 - our own names
            kept = " ".join(row[0] for row in rows)
            assert "王总" not in kept
            assert "王总".encode().hex() not in kept


async def test_a_repeat_of_a_request_tells_of_one_follow_up(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    request = CreateLeadFollowUpRequest(lead_follow_up=told(lead), request_id="once")
    stub = LeadFollowUpServiceStub(house.channel)
    first, again = [await stub.CreateLeadFollowUp(request, **house.boss) for _ in range(2)]
    assert first == again
    assert len(await listed(house)) == 1


async def test_whoever_may_only_read_a_lead_does_not_follow_it_up(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    reader = house.as_member(ANNA, Scope.OWN, may=("leads.read",))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await follow_up(house, lead, caller=reader)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await follow_up(house, lead_pb2.Lead(name=f"leads/{UUID(int=4)}"))
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
