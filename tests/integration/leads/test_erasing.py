"""A person who asks for it is erased from every table, and nothing else breaks by that (G30, D-09)."""

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_assignment_service_pb2 import AssignLeadRequest, ListLeadAssignmentsRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from millrace.leads.v1.lead_service_pb2 import (
    BatchCreateLeadsResponse,
    CreateLeadRequest,
    GetLeadRequest,
    ListLeadsRequest,
    OverrideLeadGradeRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.leads.v1.lead_touch_service_pb2 import ListLeadTouchesRequest
from millrace.leads.v1.lead_touch_service_pb2_grpc import LeadTouchServiceStub
from sqlalchemy import text

from chassis.audit.sealer import Sealer
from chassis.audit.verifying import verify
from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.merges import Merging
from tests.support.searching import found

# Whatever tells of him, as it was told and as it is kept to find him by.
PERSON = ("欧阳锦绣", "ouyang", "13988887777", "jinxiu", "西湖区文三路", "爱喝龙井", "身份证330")


def the_lead() -> lead_pb2.Lead:
    lead = lead_pb2.Lead(
        company_name="杭州云帆科技有限公司",
        contact_name="欧阳锦绣",
        job_title="采购部欧阳锦绣",
        phone="139 8888 7777",
        email="jinxiu@yunfan.example",
        need="欧阳锦绣爱喝龙井",
        custom={"note": "身份证330"},
    )
    lead.address.province, lead.address.city, lead.address.line_1 = "浙江省", "杭州市", "西湖区文三路 8 号"
    return lead


async def a_life(house: LeadsHouse) -> str:
    """A lead that was told twice, changed, judged and repeated: its person stands in many places."""
    await house.hire(ANNA)
    leads = LeadServiceStub(house.channel)
    made = await leads.CreateLead(CreateLeadRequest(lead=the_lead(), request_id="first"), **house.boss)
    await leads.CreateLead(CreateLeadRequest(lead=the_lead(), request_id="touch"), **house.boss)
    many = iter([CreateLeadRequest(lead=the_lead(), request_id="of-many")])
    answer: BatchCreateLeadsResponse = await leads.BatchCreateLeads(many, **house.boss)
    assert answer.outcomes[0].lead == made.name
    again = await leads.GetLead(GetLeadRequest(name=made.name), **house.boss)
    changed = UpdateLeadRequest(lead=again, update_mask=FieldMask(paths=["tags"]), request_id="change")
    changed.lead.tags.append("欧阳锦绣的朋友")
    await leads.UpdateLead(changed, **house.boss)
    judged = OverrideLeadGradeRequest(name=made.name, grade=lead_pb2.GRADE_B, reason="欧阳锦绣亲自来电", request_id="b")
    await leads.OverrideLeadGrade(judged, **house.boss)
    return str(made.name)


async def erase(house: LeadsHouse, name: str, **more: str) -> lead_pb2.Lead:
    request = EraseLeadPersonRequest(name=name, reason="本人书面申请", **more)
    answer: lead_pb2.Lead = await LeadPrivacyServiceStub(house.channel).EraseLeadPerson(request, **house.boss)
    return answer


async def test_an_erased_person_stands_in_no_table_any_more(house: LeadsHouse) -> None:
    name = await a_life(house)
    before = {table for table, _, _ in await found(house.engine, PERSON)}
    assert {"leads", "lead_identities", "touches", "grade_changes", "requests"} <= before
    erased = await erase(house, name)
    assert (erased.company_name, erased.contact_name, erased.phone) == ("杭州云帆科技有限公司", "***", "")
    assert (erased.address.city, erased.owner) == ("杭州市", f"members/{ANNA}")
    assert await found(house.engine, PERSON) == []
    async with house.engine.connect() as connection:
        keys = await connection.scalar(text("select count(*) from first_contacts"))
    assert keys == 0, "a digest of a phone number is soon guessed"


async def test_what_was_written_at_a_hand_over_goes_and_that_it_was_one_stays(house: LeadsHouse) -> None:
    name = await a_life(house)
    await house.hire(BO)
    stub = LeadAssignmentServiceStub(house.channel)
    given = AssignLeadRequest(name=name, owner=f"members/{BO}", reason="欧阳锦绣点名要他", request_id="give")
    await stub.AssignLead(given, **house.boss)
    assert "assignments" in {table for table, _, _ in await found(house.engine, PERSON)}
    erased = await erase(house, name)
    assert await found(house.engine, PERSON) == []
    assert [why.code for why in erased.owner_reasons] == ["ASSIGNED_BY_HAND"]
    listed = await stub.ListLeadAssignments(ListLeadAssignmentsRequest(parent=name), **house.boss)
    assert ["ASSIGNED_BY_HAND"] in [[why.code for why in each.reasons] for each in listed.lead_assignments]
    assert all(each.reasons for each in listed.lead_assignments)


async def test_a_repeat_of_what_was_asked_before_still_does_nothing_twice(house: LeadsHouse) -> None:
    name = await a_life(house)
    await erase(house, name)
    leads = LeadServiceStub(house.channel)
    again = await leads.CreateLead(CreateLeadRequest(lead=the_lead(), request_id="first"), **house.boss)
    assert again == lead_pb2.Lead(name=name, etag="1")
    assert (await leads.ListLeads(ListLeadsRequest(), **house.boss)).total_size == 1


async def test_the_history_of_an_erased_person_can_be_read_without_him(house: LeadsHouse) -> None:
    name = await a_life(house)
    await erase(house, name)
    touches = await LeadTouchServiceStub(house.channel).ListLeadTouches(
        ListLeadTouchesRequest(parent=name), **house.boss
    )
    assert [(touch.told.contact_name, touch.told.phone) for touch in touches.lead_touches] == [("***", "")] * 2


async def test_erasing_breaks_neither_the_events_nor_the_log_of_changes(house: LeadsHouse) -> None:
    name = await a_life(house)
    sealer = Sealer(house.parts.engine, clock=house.parts.clock, service="leads", secret="0" * 32, heads="")
    await sealer.seal()
    version = int((await erase(house, name)).etag)
    await sealer.seal()
    async with house.engine.connect() as connection:
        assert (await verify(connection)).flaws == ()
        versions = await connection.scalars(text("select version from outbox order by version"))
        assert list(versions) == list(range(1, version + 1))


async def test_erasing_twice_answers_what_stands(house: LeadsHouse) -> None:
    name = await a_life(house)
    first = await erase(house, name)
    assert await erase(house, name) == first


async def test_the_credit_code_of_a_person_who_trades_as_himself_is_erased(house: LeadsHouse) -> None:
    leads, privacy = LeadServiceStub(house.channel), LeadPrivacyServiceStub(house.channel)
    for company, kept in (("", ""), ("苏州新木家具有限公司", "91350100M000100Y43")):
        lead = lead_pb2.Lead(company_name=company, contact_name="欧阳锦绣", credit_code="91350100M000100Y43")
        made = await leads.CreateLead(CreateLeadRequest(lead=lead), **house.boss)
        erase = EraseLeadPersonRequest(name=made.name, reason="本人书面申请")
        erased = await privacy.EraseLeadPerson(erase, **house.boss)
        assert erased.credit_code == kept


async def test_a_new_contact_of_an_erased_person_is_a_new_lead(house: LeadsHouse) -> None:
    name = await a_life(house)
    await erase(house, name)
    told = lead_pb2.Lead(contact_name="欧阳锦绣", phone="139 8888 7777")
    fresh = await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=told), **house.boss)
    assert fresh.name != name


async def test_only_who_administers_leads_erases_and_only_what_he_saw(house: LeadsHouse) -> None:
    name = await a_life(house)
    stub = LeadPrivacyServiceStub(house.channel)
    seller = house.as_member(ANNA, Scope.OWN, may=("leads.read", "leads.write"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.EraseLeadPerson(EraseLeadPersonRequest(name=name, reason="申请"), **seller)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(grpc.aio.AioRpcError) as stale:
        await erase(house, name, etag="1")
    assert stale.value.code() is grpc.StatusCode.ABORTED


async def test_a_person_is_erased_from_all_that_merges_kept_and_undoing_does_not_bring_him_back(
    house: LeadsHouse,
) -> None:
    desk = Merging(house)
    survivor = await desk.create(company_name="杭州云帆科技有限公司", phone="13905711234")
    name = await a_life(house)
    other = await desk.read(lead_pb2.Lead(name=name))
    undone = await desk.merge(survivor, other, request_id="merge")
    await desk.undo(undone, request_id="undo")
    done = await desk.merge(survivor, other, request_id="again")
    assert "lead_merges" in {table for table, _, _ in await found(house.engine, PERSON)}
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await erase(house, name)
    assert survivor.name in str(refused.value.details())
    await erase(house, survivor.name)
    assert await found(house.engine, PERSON) == []
    await desk.undo(done)
    assert await found(house.engine, PERSON) == []
    assert (await desk.read(other)).contact_name == "***"


async def test_a_person_is_erased_from_a_merge_that_was_undone(house: LeadsHouse) -> None:
    desk = Merging(house)
    survivor = await desk.create(company_name="杭州云帆科技有限公司", phone="13905711234")
    other = await desk.read(lead_pb2.Lead(name=await a_life(house)))
    await desk.undo(await desk.merge(survivor, other))
    await erase(house, other.name)
    assert "lead_merges" not in {table for table, _, _ in await found(house.engine, PERSON)}
