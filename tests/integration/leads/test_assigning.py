"""Leads given by hand, and leads that nobody could take when they came."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_assignment_service_pb2 import AssignLeadRequest, ListLeadAssignmentsRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import func, select, text, update

from chassis.principal import Scope
from services.leads.__main__ import DEFINITION
from services.leads.domain.lead_state import LeadState
from services.leads.storage.metadata import ORGANIZATION
from services.leads.storage.tables import ASSIGNMENTS, LEADS, MEMBER_LOADS
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.support.clock import FixedClock


async def create(house: LeadsHouse, **fields: Any) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(**({"company_name": "杭州云帆科技有限公司", "phone": "13905711234"} | fields))
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def read(house: LeadsHouse, lead: lead_pb2.Lead) -> lead_pb2.Lead:
    return await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=lead.name), **house.boss)


async def assign(house: LeadsHouse, lead: lead_pb2.Lead, to: Any, caller: Any = None, **fields: Any) -> lead_pb2.Lead:
    request = AssignLeadRequest(name=lead.name, owner=f"members/{to}", **fields)
    return await LeadAssignmentServiceStub(house.channel).AssignLead(request, **(caller or house.boss))


async def loads(house: LeadsHouse) -> dict[Any, int]:
    async with house.engine.connect() as connection:
        open_leads = func.sum(MEMBER_LOADS.c.open_leads)
        rows = await connection.execute(select(MEMBER_LOADS.c.member, open_leads).group_by(MEMBER_LOADS.c.member))
        return {member: total for member, total in rows if total}


async def sweep(house: LeadsHouse, clock: FixedClock) -> int:
    """The round over leads of nobody: it takes up its goal, waits a minute, and goes over them."""
    (each,) = (each for each in DEFINITION.sweeps(house.parts) if each.name.startswith("assign"))
    async with house.engine.connect() as connection:
        await each.run(connection, clock.now())
        clock.travel(minutes=1)
        return await each.run(connection, clock.now())


async def put_in_state(house: LeadsHouse, lead: lead_pb2.Lead, state: LeadState) -> None:
    async with house.engine.begin() as connection:
        uuid = UUID(lead.name.removeprefix("leads/"))
        await connection.execute(update(LEADS).values(state=state.value).where(LEADS.c.uuid == uuid))


async def test_a_lead_given_by_hand_says_by_whom_and_why(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    await house.hire(BO, capacity=0)
    lead = await create(house)
    assert lead.owner == f"members/{ANNA}"
    given = await assign(house, lead, BO, reason="客户指定由他跟进", etag=lead.etag)
    assert given.owner == f"members/{BO}"
    assert [each.code for each in given.owner_reasons] == ["ASSIGNED_BY_HAND", "ASSIGNED_FOR"]
    assert given.owner_reasons[1].parameters["words"] == "客户指定由他跟进"
    assert await loads(house) == {BO: 1}
    request = ListLeadAssignmentsRequest(parent=lead.name)
    ledger = await LeadAssignmentServiceStub(house.channel).ListLeadAssignments(request, **house.boss)
    assert sorted(each.member for each in ledger.lead_assignments) == sorted([f"members/{ANNA}", f"members/{BO}"])


async def test_decisions_about_an_owner_come_by_the_page_the_newest_first(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA)
    await house.hire(BO, capacity=0)
    lead = await create(house)
    clock.travel(seconds=1)
    await assign(house, lead, BO)
    ledger, token, told = LeadAssignmentServiceStub(house.channel), "", []
    for _ in range(2):
        request = ListLeadAssignmentsRequest(parent=lead.name, page_size=1, page_token=token)
        page = await ledger.ListLeadAssignments(request, **house.boss)
        told += [each.member for each in page.lead_assignments]
        token = page.next_page_token
    assert (told, token, page.total_size) == ([f"members/{BO}", f"members/{ANNA}"], "", 2)


async def test_giving_a_lead_to_its_owner_changes_nothing(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    assert (await assign(house, lead, ANNA)).etag == lead.etag
    assert await loads(house) == {ANNA: 1}


async def test_a_lead_goes_to_nobody_who_is_not_there(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    await house.hire(BO)
    left = update(ORGANIZATION.members).where(ORGANIZATION.members.c.uuid == BO)
    await house.organize(left.values(active=False, version=2))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await assign(house, await create(house), BO)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_lead_that_was_converted_is_given_to_nobody(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    await put_in_state(house, lead, LeadState.CONVERTED)
    await house.hire(BO)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await assign(house, lead, BO)
    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_nobody_gives_away_a_lead_he_cannot_see(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await assign(house, lead, BO, house.as_member(BO, Scope.OWN))
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_lead_nobody_could_take_goes_to_whoever_can_later(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA, capacity=0)
    lead = await create(house)
    assert await sweep(house, clock) == 0, "while nobody is free there is nothing to go over"
    await house.hire(BO)
    clock.travel(minutes=5)
    assert await sweep(house, clock) == 1
    given = await read(house, lead)
    assert given.owner == f"members/{BO}"
    assert await loads(house) == {BO: 1}


async def test_a_lead_that_still_fits_nobody_stays_as_it_is(house: LeadsHouse, clock: FixedClock) -> None:
    await house.hire(ANNA, capacity=0)
    lead = await create(house)
    await house.hire(BO)
    await put_in_state(house, lead, LeadState.CONVERTED)
    assert await sweep(house, clock) == 0
    assert (await read(house, lead)).owner == ""
    async with house.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(ASSIGNMENTS)) == 1


async def test_a_touch_of_a_converted_lead_gives_it_to_nobody(house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=0)
    lead = await create(house)
    await put_in_state(house, lead, LeadState.CONVERTED)
    await house.hire(BO)
    touched = await create(house)
    assert (touched.name, touched.owner) == (lead.name, "")
    assert await loads(house) == {}


async def test_a_demo_cannot_have_been_asked_for_in_the_future(house: LeadsHouse, clock: FixedClock) -> None:
    asked = lead_pb2.Lead(company_name="宁波海纳科技有限公司")
    asked.demo_request_time.FromDatetime(clock.now() + timedelta(minutes=2))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=asked), **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    async with house.engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from leads")) == 0
