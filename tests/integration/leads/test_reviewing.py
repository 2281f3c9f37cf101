"""Likely duplicates that wait for a look, and the contacts of known customers."""

import asyncio
from typing import Any

import grpc
import pytest
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_duplicate_service_pb2 as contract
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1.channel_pb2 import CHANNEL_KIND_EXHIBITION, Channel
from millrace.leads.v1.channel_service_pb2 import CreateChannelRequest
from millrace.leads.v1.channel_service_pb2_grpc import ChannelServiceStub
from millrace.leads.v1.lead_duplicate_service_pb2_grpc import LeadDuplicateServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.leads.v1.lead_touch_service_pb2 import LeadTouch, ListLeadTouchesRequest
from millrace.leads.v1.lead_touch_service_pb2_grpc import LeadTouchServiceStub
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import outbox
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.support.clock import NOON, FixedClock

OPEN, CONFIRMED, DISMISSED = (
    contract.DUPLICATE_PAIR_STATE_OPEN,
    contract.DUPLICATE_PAIR_STATE_CONFIRMED,
    contract.DUPLICATE_PAIR_STATE_DISMISSED,
)


async def create(house: LeadsHouse, **fields: Any) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(**({"company_name": "杭州云帆科技有限公司"} | fields))
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def read(house: LeadsHouse, name: str) -> lead_pb2.Lead:
    return await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=name), **house.boss)


async def a_likely_pair(house: LeadsHouse) -> tuple[lead_pb2.Lead, lead_pb2.Lead]:
    """Two leads of one company that name no person: likely one customer, not surely."""
    known = await create(house, phone="13905711234")
    return known, await create(house, phone="13905719999")


async def listed(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[contract.DuplicatePair]:
    request = contract.ListDuplicateCandidatesRequest(**wanted)
    stub = LeadDuplicateServiceStub(house.channel)
    return list((await stub.ListDuplicateCandidates(request, **(caller or house.boss))).duplicate_candidates)


async def confirm(house: LeadsHouse, name: str, caller: Any = None) -> contract.DuplicatePair:
    stub, request = LeadDuplicateServiceStub(house.channel), contract.ConfirmDuplicateRequest(name=name)
    return await stub.ConfirmDuplicate(request, **(caller or house.boss))


async def dismiss(house: LeadsHouse, name: str, caller: Any = None) -> contract.DuplicatePair:
    stub, request = LeadDuplicateServiceStub(house.channel), contract.DismissDuplicateRequest(name=name)
    return await stub.DismissDuplicate(request, **(caller or house.boss))


async def touches(house: LeadsHouse, lead: lead_pb2.Lead, caller: Any = None, **wanted: Any) -> list[LeadTouch]:
    request = ListLeadTouchesRequest(parent=lead.name, **wanted)
    stub = LeadTouchServiceStub(house.channel)
    return list((await stub.ListLeadTouches(request, **(caller or house.boss))).lead_touches)


async def test_a_likely_duplicate_waits_open_with_both_companies_and_reasons(house: LeadsHouse) -> None:
    known, newer = await a_likely_pair(house)
    (pair,) = await listed(house, filter="state = DUPLICATE_PAIR_STATE_OPEN")
    assert (pair.lead, pair.other, pair.state) == (newer.name, known.name, OPEN)
    assert pair.lead_company_name == pair.other_company_name == "杭州云帆科技有限公司"
    assert "Company same" in pair.reasons[0].text
    assert pair.create_time.ToDatetime() == NOON.replace(tzinfo=None)


async def test_a_confirmed_pair_leaves_the_queue_and_says_who_and_when(house: LeadsHouse, clock: FixedClock) -> None:
    known, newer = await a_likely_pair(house)
    (pair,) = await listed(house)
    later = clock.travel(hours=1)
    confirmed = await confirm(house, pair.name)
    assert (confirmed.state, confirmed.judge_display_name) == (CONFIRMED, "tester")
    assert confirmed.judge_time.ToDatetime() == later.replace(tzinfo=None)
    assert await listed(house, filter="state = DUPLICATE_PAIR_STATE_OPEN") == []
    assert await listed(house, filter="state = DUPLICATE_PAIR_STATE_CONFIRMED") == [confirmed]
    async with house.engine.connect() as connection:
        payload = await connection.scalar(select(outbox.c.payload).order_by(outbox.c.id.desc()).limit(1))
    told = lead_events_pb2.LeadDuplicateConfirmed.FromString(payload or b"")
    assert (told.head.aggregate, told.other) == (newer.name, known.name)
    assert str(told.head.version) == (await read(house, newer.name)).etag


async def test_a_dismissed_pair_is_no_hint_any_more(house: LeadsHouse) -> None:
    known, newer = await a_likely_pair(house)
    assert [hint.lead for hint in (await read(house, newer.name)).duplicates] == [known.name]
    (pair,) = await listed(house)
    assert (await dismiss(house, pair.name)).state == DISMISSED
    assert list((await read(house, newer.name)).duplicates) == []


async def test_of_two_who_judge_a_pair_at_once_the_slower_is_told(house: LeadsHouse) -> None:
    await a_likely_pair(house)
    (pair,) = await listed(house)
    outcomes = await asyncio.gather(confirm(house, pair.name), dismiss(house, pair.name), return_exceptions=True)
    (refused,) = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert refused.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert refused.details() == "tester has judged this pair already"
    (kept,) = [each for each in outcomes if isinstance(each, contract.DuplicatePair)]
    assert await listed(house) == [kept]


async def test_a_pair_shows_itself_only_to_who_may_see_both_leads(house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=1)
    await create(house, phone="13905711234")
    await house.hire(BO)
    await create(house, phone="13905719999")
    (pair,) = await listed(house)
    for member in (ANNA, BO):
        assert await listed(house, house.as_member(member, Scope.OWN)) == []
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await confirm(house, pair.name, house.as_member(member, Scope.OWN))
        assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
    assert (await listed(house))[0].state == OPEN


async def test_a_touch_tells_what_was_told_then_and_why_it_is_this_customer(
    house: LeadsHouse, clock: FixedClock
) -> None:
    fair = await ChannelServiceStub(house.channel).CreateChannel(
        CreateChannelRequest(channel=Channel(display_name="展会", kind=CHANNEL_KIND_EXHIBITION)), **house.boss
    )
    lead = await create(house, phone="13905711234", contact_name="王小明")
    later = clock.travel(days=2)
    budget = Money(currency_code="CNY", units=300)
    told: dict[str, Any] = {"phone": "139-0571-1234", "contact_name": "王小明", "need": "演示", "channel": fair.name}
    await create(house, budget_min=budget, **told)
    (touch,) = await touches(house, lead)
    assert touch.name.startswith(f"{lead.name}/touches/")
    assert touch.time.ToDatetime() == later.replace(tzinfo=None)
    assert touch.channel == fair.name
    assert touch.told == lead_pb2.Lead(company_name="杭州云帆科技有限公司", budget_min=budget, **told)
    assert touch.score > 0.999
    assert {reason.code for reason in touch.reasons} >= {"DUPLICATE_COMPANY_SAME", "DUPLICATE_MOBILE_SAME"}


async def test_touches_come_in_pages_the_newest_first(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await create(house, phone="13905711234")
    for need in ("一", "二", "三"):
        clock.travel(hours=1)
        await create(house, phone="13905711234", need=need)
    stub, request = LeadTouchServiceStub(house.channel), ListLeadTouchesRequest(parent=lead.name, page_size=2)
    first = await stub.ListLeadTouches(request, **house.boss)
    request.page_token = first.next_page_token
    second = await stub.ListLeadTouches(request, **house.boss)
    assert [touch.told.need for touch in (*first.lead_touches, *second.lead_touches)] == ["三", "二", "一"]
    assert (first.total_size, second.next_page_token) == (3, "")


async def test_the_touches_of_a_lead_out_of_reach_do_not_exist(house: LeadsHouse) -> None:
    lead = await create(house, phone="13905711234")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await touches(house, lead, house.as_member(BO, Scope.OWN))
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
