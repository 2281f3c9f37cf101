"""The credit code of a lead's company (统一社会信用代码): checked, kept, compared and found by."""

from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, ListLeadsRequest, UpdateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.leads.v1.lead_touch_service_pb2 import ListLeadTouchesRequest
from millrace.leads.v1.lead_touch_service_pb2_grpc import LeadTouchServiceStub
from sqlalchemy import text

from tests.integration.leads.conftest import LeadsHouse

CODE, OTHER = "91330100MA27XF6R2R", "91350100M000100Y43"


async def create(house: LeadsHouse, **fields: Any) -> lead_pb2.Lead:
    return await LeadServiceStub(house.channel).CreateLead(
        CreateLeadRequest(lead=lead_pb2.Lead(**fields)), **house.boss
    )


def violations(refusal: grpc.aio.AioRpcError) -> dict[str, str]:
    """The fields a refusal names, with what it says of each."""
    status, bad = rpc_status.from_call(refusal), BadRequest()  # type: ignore[arg-type]  # the error of an aio call is one
    assert status is not None
    assert any(detail.Unpack(bad) for detail in status.details)
    return {each.field: each.description for each in bad.field_violations}


async def test_a_code_is_kept_in_its_one_form_and_found_by(house: LeadsHouse) -> None:
    created = await create(house, company_name="杭州云帆科技有限公司", credit_code=" 9133 0100-ma27xf6r2r ")
    await create(house, company_name="苏州新木家具有限公司")
    assert created.credit_code == CODE
    request = ListLeadsRequest(filter=f'credit_code = "{CODE}"')
    found = await LeadServiceStub(house.channel).ListLeads(request, **house.boss)
    assert [(lead.name, lead.credit_code) for lead in found.leads] == [(created.name, CODE)]
    without = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(filter="NOT creditCode:*"), **house.boss)
    assert [(lead.company_name, lead.credit_code) for lead in without.leads] == [("苏州新木家具有限公司", "")]


async def test_a_wrong_check_digit_is_refused_by_its_field(house: LeadsHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await create(house, company_name="杭州云帆科技有限公司", credit_code=f"{CODE[:-1]}X")
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    told = violations(refusal.value)
    assert list(told) == ["lead.credit_code"]
    assert "check digit" in told["lead.credit_code"]


async def test_a_correction_is_checked_as_well(house: LeadsHouse) -> None:
    created = await create(house, company_name="杭州云帆科技有限公司")

    async def correct(code: str) -> lead_pb2.Lead:
        change = lead_pb2.Lead(name=created.name, etag=created.etag, credit_code=code)
        request = UpdateLeadRequest(lead=change, update_mask=FieldMask(paths=["credit_code"]))
        return await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await correct("123")
    assert list(violations(refusal.value)) == ["lead.credit_code"]
    assert (await correct(CODE.lower())).credit_code == CODE
    again = await create(house, company_name="云帆集团", credit_code=CODE)
    assert again.name == created.name


async def test_two_names_with_one_code_are_one_lead(house: LeadsHouse) -> None:
    await create(house, company_name="云帆集团", contact_name="陈静")
    first = await create(house, company_name="杭州云帆科技有限公司", credit_code=CODE, contact_name="王小明")
    again = await create(house, company_name="云帆集团", credit_code=CODE, contact_name="李敏")
    assert (again.name, again.touch_count) == (first.name, 2)
    async with house.engine.connect() as connection:
        (why,) = await connection.scalars(text("select reasons from touches"))
    assert "DUPLICATE_CREDIT_CODE_SAME" in str(why)


async def test_one_name_with_two_codes_is_two_leads(house: LeadsHouse) -> None:
    first = await create(house, company_name="上海渠成科技有限公司", credit_code=CODE, phone="13905711234")
    other = await create(house, company_name="上海渠成科技有限公司", credit_code=OTHER, phone="13905711234")
    assert other.name != first.name
    assert "DUPLICATE_CREDIT_CODE_DIFFERENT" in {each.code for each in other.duplicates[0].reasons}


async def test_a_lead_of_the_release_before_has_no_code_and_is_read(house: LeadsHouse) -> None:
    created = await create(house, company_name="杭州云帆科技有限公司", phone="13905711234")
    await create(house, company_name="杭州云帆科技有限公司", phone="13905711234")
    async with house.engine.begin() as connection:
        assert await connection.scalar(text("select credit_code from leads")) is None
        await connection.execute(text("update touches set told = told - 'credit_code'"))
    touches = LeadTouchServiceStub(house.channel)
    told = await touches.ListLeadTouches(ListLeadTouchesRequest(parent=created.name), **house.boss)
    assert [each.told.credit_code for each in told.lead_touches] == [""]
