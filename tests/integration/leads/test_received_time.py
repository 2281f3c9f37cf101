"""When a customer made contact: told at creation, corrected, listed, published, and filled in for leads of before."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1.lead_service_pb2 import (
    CreateLeadRequest,
    GetLeadRequest,
    ListLeadsRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.leads.v1.lead_touch_service_pb2 import ListLeadTouchesRequest
from millrace.leads.v1.lead_touch_service_pb2_grpc import LeadTouchServiceStub
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from chassis.tables import outbox
from services.leads.__main__ import DEFINITION
from services.leads.storage.leads import RECORD
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import LeadsHouse
from tests.support.clock import NOON, FixedClock
from tests.unit.leads import builders

LAST_YEAR = NOON - timedelta(days=400)


def a_lead(received: datetime | None = None, **fields: Any) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(**({"company_name": "杭州云帆科技有限公司", "phone": "13905711234"} | fields))
    if received:
        lead.received_time.FromDatetime(received)
    return lead


async def create(house: LeadsHouse, lead: lead_pb2.Lead, **caller: Any) -> lead_pb2.Lead:
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **(caller or house.boss))


async def update(house: LeadsHouse, lead: lead_pb2.Lead) -> lead_pb2.Lead:
    request = UpdateLeadRequest(lead=lead, update_mask=FieldMask(paths=["received_time"]))
    return await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)


async def read(house: LeadsHouse, name: str) -> lead_pb2.Lead:
    """The lead without its intent and its clock, which no write answers."""
    found: lead_pb2.Lead = await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=name), **house.boss)
    found.ClearField("intent")
    found.ClearField("response")
    found.ClearField("recycling")
    return found


def received(lead: lead_pb2.Lead | lead_events_pb2.LeadSnapshot) -> datetime:
    return lead.received_time.ToDatetime(UTC)


async def test_a_lead_keeps_when_it_was_received_beside_when_it_was_made(house: LeadsHouse) -> None:
    created = await create(house, a_lead(LAST_YEAR))
    assert await read(house, created.name) == created
    assert (received(created), created.create_time.ToDatetime(UTC)) == (LAST_YEAR, NOON)


async def test_a_lead_told_without_a_time_is_received_with_the_call(house: LeadsHouse) -> None:
    assert received(await create(house, a_lead())) == NOON


@pytest.mark.parametrize(("language", "words"), [("zh", "接收时间"), ("en", "received time")])
async def test_a_time_in_the_future_is_refused_by_its_field_in_the_callers_language(
    house: LeadsHouse, language: str, words: str
) -> None:
    (token, _) = house.boss["metadata"]
    caller = {"metadata": (token, ("accept-language", language))}
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await create(house, a_lead(NOON + timedelta(minutes=2)), **caller)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert words in (refusal.value.details() or "")
    assert violated(refusal.value) == ["lead.received_time"]


def violated(error: grpc.aio.AioRpcError) -> list[str]:
    """The fields that a refusal names."""
    status, bad = rpc_status.from_call(error), BadRequest()  # type: ignore[arg-type]  # the error of an aio call is one
    assert status is not None
    assert any(detail.Unpack(bad) for detail in status.details)
    return [violation.field for violation in bad.field_violations]


async def test_a_callers_clock_may_be_half_a_minute_ahead(house: LeadsHouse) -> None:
    ahead = NOON + timedelta(seconds=30)
    assert received(await create(house, a_lead(ahead))) == ahead


async def test_a_wrong_time_is_corrected_and_taken_back(house: LeadsHouse, clock: FixedClock) -> None:
    created = await create(house, a_lead())
    clock.travel(days=1)
    corrected = await update(house, a_lead(LAST_YEAR, name=created.name, etag=created.etag))
    assert (received(corrected), corrected.need) == (LAST_YEAR, created.need)
    taken_back = await update(house, lead_pb2.Lead(name=created.name, etag=corrected.etag))
    assert received(taken_back) == NOON
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await update(house, a_lead(clock.now() + timedelta(days=1), name=created.name, etag=taken_back.etag))
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_touch_keeps_when_the_lead_was_received_and_tells_its_own_time(house: LeadsHouse) -> None:
    first = await create(house, a_lead(LAST_YEAR))
    again = await create(house, a_lead(NOON - timedelta(days=1)))
    assert (again.name, again.touch_count, received(again)) == (first.name, 2, LAST_YEAR)
    stub, request = LeadTouchServiceStub(house.channel), ListLeadTouchesRequest(parent=first.name)
    (touch,) = (await stub.ListLeadTouches(request, **house.boss)).lead_touches
    assert received(touch.told) == NOON - timedelta(days=1)


async def test_a_touch_of_before_received_times_is_still_read(house: LeadsHouse) -> None:
    first = await create(house, a_lead())
    await create(house, a_lead(need="再次咨询"))
    async with house.engine.begin() as connection:
        await connection.execute(text("update touches set told = told - 'received_time'"))
    stub, request = LeadTouchServiceStub(house.channel), ListLeadTouchesRequest(parent=first.name)
    (touch,) = (await stub.ListLeadTouches(request, **house.boss)).lead_touches
    assert (touch.told.need, touch.told.HasField("received_time")) == ("再次咨询", False)


async def test_leads_are_sorted_by_when_they_were_received_page_by_page(house: LeadsHouse) -> None:
    for place, days in enumerate((30, 90, 60)):
        await create(house, a_lead(NOON - timedelta(days=days), company_name=f"{days}天", phone=f"1390571000{place}"))
    stub, seen, token = LeadServiceStub(house.channel), [], ""
    while True:
        request = ListLeadsRequest(page_size=2, page_token=token, order_by="received_time desc")
        page = await stub.ListLeads(request, **house.boss)
        seen += [lead.company_name for lead in page.leads]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["30天", "60天", "90天"]


async def test_leads_are_found_by_when_they_were_received(house: LeadsHouse) -> None:
    await create(house, a_lead(datetime(2025, 12, 31, 15, 59, tzinfo=UTC), phone="13905710001", company_name="去年"))
    await create(house, a_lead(datetime(2025, 12, 31, 16, 0, tzinfo=UTC), phone="13905710002", company_name="今年"))
    request = ListLeadsRequest(filter='received_time >= "2026-01-01T00:00:00+08:00"')
    answer = await LeadServiceStub(house.channel).ListLeads(request, **house.boss)
    assert [lead.company_name for lead in answer.leads] == ["今年"]


async def test_every_event_tells_when_the_lead_was_received(house: LeadsHouse) -> None:
    created = await create(house, a_lead())
    await update(house, a_lead(LAST_YEAR, name=created.name, etag=created.etag))
    async with house.engine.connect() as connection:
        payloads = list(await connection.scalars(select(outbox.c.payload).order_by(outbox.c.version)))
    made = lead_events_pb2.LeadCreated.FromString(payloads[0])
    changed = lead_events_pb2.LeadUpdated.FromString(payloads[1])
    assert received(made.lead) == NOON
    assert (received(changed.lead), list(changed.changed_fields)) == (LAST_YEAR, ["received_time"])


# What every lead has since there are clocks of the first response.
RESPONSE = ("response", "response_due", "first_response_time", "response_next", "answer_by")
RECYCLING = ("pool", "recycling", "recycle_due", "recycle_next")


def a_row_of_before(number: int) -> dict[str, object]:
    """A lead as a process of the release before writes it."""
    row = {**RECORD.row(builders.a_lead()), "uuid": UUID(int=number), "version": 1}
    later = {"received_time", "conversion", "qualification", "credit_code", "merged_into", "merge"}
    later |= {*RESPONSE, *RECYCLING}
    return {name: value for name, value in row.items() if name not in later}


async def test_leads_of_the_release_before_were_received_when_they_were_made(empty_database: str) -> None:
    roles = DatabaseRoles(owner_url=empty_database, application_url=empty_database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0006")
    engine = create_async_engine(empty_database)
    async with engine.begin() as connection:
        await connection.execute(insert(LEADS), [a_row_of_before(1)])
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.begin() as connection:
        # Its processes run on beside the new table for a while.
        await connection.execute(insert(LEADS), [a_row_of_before(2)])
        times = list(await connection.execute(select(LEADS.c.received_time, LEADS.c.create_time)))
    await engine.dispose()
    assert times == [(builders.NOON, builders.NOON)] * 2
