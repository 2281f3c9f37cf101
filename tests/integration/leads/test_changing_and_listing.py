"""Changing leads, listing them, taking many in, and asking what resembles one."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_service_pb2 import (
    CheckLeadDuplicatesRequest,
    CreateLeadRequest,
    GetLeadRequest,
    ListLeadsRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, BO, CHENGDU, HANGZHOU, LeadsHouse

TOWNS = ("北京", "上海", "广州", "成都", "重庆")


async def a_stock(house: LeadsHouse) -> list[lead_pb2.Lead]:
    """Five leads of five towns, every other with a budget."""
    stub = LeadServiceStub(house.channel)
    made = []
    for place, town in enumerate(TOWNS):
        lead = lead_pb2.Lead(company_name=f"{town}{town}机械有限公司", phone=f"1390571000{place}")
        if place % 2:
            lead.budget_min.CopyFrom(Money(currency_code="CNY", units=1000))
        made.append(await stub.CreateLead(CreateLeadRequest(lead=lead), **house.boss))
    return made


async def listed(house: LeadsHouse, **wanted: Any) -> list[str]:
    answer = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(**wanted), **house.boss)
    return [lead.company_name[:2] for lead in answer.leads]


@pytest.mark.parametrize("teams", [frozenset({HANGZHOU}), frozenset({HANGZHOU, CHENGDU})], ids=["one team", "several"])
@pytest.mark.parametrize("scope", [Scope.TEAM, Scope.REGION])
async def test_a_manager_lists_and_reads_the_leads_of_his_teams(
    house: LeadsHouse, scope: Scope, teams: frozenset[UUID]
) -> None:
    await house.hire(ANNA)
    stub, manager = LeadServiceStub(house.channel), house.as_member(BO, scope, teams=teams)
    made = await a_stock(house)
    page = await stub.ListLeads(ListLeadsRequest(), **manager)
    assert (page.total_size, {lead.owner for lead in page.leads}) == (5, {f"members/{ANNA}"})
    found = await stub.GetLead(GetLeadRequest(name=made[0].name), **manager)
    assert found.name == made[0].name


async def test_pages_follow_one_another_without_a_gap_or_a_double(house: LeadsHouse) -> None:
    made = await a_stock(house)
    stub, names, token = LeadServiceStub(house.channel), [], ""
    while True:
        page = await stub.ListLeads(ListLeadsRequest(page_size=2, page_token=token), **house.boss)
        assert page.total_size == 5
        names += [lead.name for lead in page.leads]
        token = page.next_page_token
        if not token:
            break
    assert sorted(names) == sorted(lead.name for lead in made)


async def test_filters_of_one_shape_are_answered_and_counted_each_by_itself(house: LeadsHouse) -> None:
    names = [lead.company_name for lead in await a_stock(house)]
    stub = LeadServiceStub(house.channel)
    for name in names:
        assert await listed(house, filter=f'company_name = "{name}"') == [name[:2]]
        others = ListLeadsRequest(page_size=2, filter=f'company_name != "{name}"')
        page = await stub.ListLeads(others, **house.boss)
        others.page_token = page.next_page_token
        rest = await stub.ListLeads(others, **house.boss)
        assert (page.total_size, rest.total_size) == (4, 4)
        assert {lead.company_name for lead in (*page.leads, *rest.leads)} == {*names} - {name}


async def test_companies_sort_by_their_pinyin(house: LeadsHouse) -> None:
    await a_stock(house)
    assert await listed(house, order_by="company_name") == ["北京", "成都", "重庆", "广州", "上海"]


async def test_a_filter_joins_conditions(house: LeadsHouse) -> None:
    await a_stock(house)
    assert await listed(house, filter='grade = GRADE_C AND company_name:"成都"') == ["成都"]
    assert await listed(house, filter="NOT grade = GRADE_C", order_by="company_name asc") == ["北京", "重庆", "广州"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ('tags:"专精特新"', ["成都"]),
        ('NOT tags:"专精特新"', ["上海"]),
        ("tags:*", ["成都"]),
        ("need:*", ["成都"]),
        ("NOT need:*", ["上海"]),
        ("urgency:*", ["成都"]),
        ("urgency = URGENCY_UNSPECIFIED", ["上海"]),
        ("employee_count:*", ["成都"]),
        ("employeeCount = 50 AND createTime:*", ["成都"]),
        ("region:*", []),
        (f"NOT region = regions/{CHENGDU}", ["成都", "上海"]),
    ],
)
async def test_a_filter_asks_for_a_value_or_for_one_of_several(house: LeadsHouse, asked: str, told: list[str]) -> None:
    stub = LeadServiceStub(house.channel)
    full = lead_pb2.Lead(
        company_name="成都成都机械有限公司", need="数控机床", employee_count=50, urgency=lead_pb2.URGENCY_HIGH
    )
    full.tags.extend(["专精特新", "老客户"])
    for lead in (full, lead_pb2.Lead(company_name="上海上海机械有限公司")):
        await stub.CreateLead(CreateLeadRequest(lead=lead), **house.boss)
    assert await listed(house, filter=asked, order_by="companyName") == told


@pytest.mark.parametrize("wrong", ["phone = 1", "grade = A", "grade", "create_time > yesterday", "(grade = GRADE_A"])
async def test_a_filter_that_cannot_be_understood_is_refused(house: LeadsHouse, wrong: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await listed(house, filter=wrong)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_page_token_holds_only_for_its_own_filter(house: LeadsHouse) -> None:
    await a_stock(house)
    page = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(page_size=2), **house.boss)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await listed(house, page_size=2, page_token=page.next_page_token, filter="grade = GRADE_C")
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_list_shows_and_counts_only_what_the_reader_may_see(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    await a_stock(house)
    stub = LeadServiceStub(house.channel)
    own = await stub.ListLeads(ListLeadsRequest(), **house.as_member(ANNA, Scope.OWN))
    others = await stub.ListLeads(ListLeadsRequest(), **house.as_member(BO, Scope.OWN))
    assert (own.total_size, len(own.leads)) == (5, 5)
    assert (others.total_size, len(others.leads)) == (0, 0)


async def test_only_masked_fields_change_and_the_lead_is_graded_again(house: LeadsHouse) -> None:
    first = (await a_stock(house))[0]
    change = lead_pb2.Lead(name=first.name, etag=first.etag, need="不应写入", industry="machinery")
    change.budget_max.CopyFrom(Money(currency_code="CNY", units=5000))
    request = UpdateLeadRequest(lead=change, update_mask=FieldMask(paths=["budget_max", "industry"]))
    changed = await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)
    assert (changed.industry, changed.need, changed.company_name) == ("machinery", "", first.company_name)
    assert (first.grade, changed.grade) == (lead_pb2.GRADE_D, lead_pb2.GRADE_C)
    assert int(changed.etag) == int(first.etag) + 2


async def test_a_lead_of_a_region_that_does_not_exist_is_refused_by_its_field(house: LeadsHouse) -> None:
    lead = lead_pb2.Lead(company_name="杭州云帆科技有限公司", region=f"regions/{UUID(int=404)}")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "REGION_UNKNOWN" in str(refusal.value.trailing_metadata())


async def test_a_change_of_an_old_version_is_refused(house: LeadsHouse) -> None:
    first = (await a_stock(house))[0]
    stub = LeadServiceStub(house.channel)
    request = UpdateLeadRequest(
        lead=lead_pb2.Lead(name=first.name, etag=first.etag, need="一"), update_mask=FieldMask(paths=["need"])
    )
    await stub.UpdateLead(request, **house.boss)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.UpdateLead(request, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.ABORTED


@pytest.mark.parametrize("path", ["*", "grade", "owner", "nothing"])
async def test_a_mask_with_what_nobody_may_change_is_refused(house: LeadsHouse, path: str) -> None:
    first = (await a_stock(house))[0]
    request = UpdateLeadRequest(lead=first, update_mask=FieldMask(paths=[path]))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_refused_lead_of_a_batch_does_not_stop_the_others(house: LeadsHouse) -> None:
    async def requests() -> AsyncIterator[CreateLeadRequest]:
        for place, company in enumerate(("杭州甲乙科技有限公司", "", "杭州甲乙科技有限公司")):
            phone = "13905712222" if company else ""
            lead = lead_pb2.Lead(company_name=company, phone=phone)
            yield CreateLeadRequest(lead=lead, request_id=f"row-{place}")

    stub = LeadServiceStub(house.channel)
    first = await stub.BatchCreateLeads(requests(), **house.boss)
    assert [outcome.reason for outcome in first.outcomes] == ["", "LEAD_WITHOUT_IDENTITY", ""]
    assert first.outcomes[0].lead == first.outcomes[2].lead
    again = await stub.BatchCreateLeads(requests(), **house.boss)
    assert again == first
    assert (await stub.ListLeads(ListLeadsRequest(), **house.boss)).leads[0].touch_count == 2


async def test_a_refused_lead_of_a_batch_names_its_fields(house: LeadsHouse) -> None:
    async def requests() -> AsyncIterator[CreateLeadRequest]:
        yield CreateLeadRequest(lead=lead_pb2.Lead(company_name="渠" * 300, email="anna@yunfan.example"))
        yield CreateLeadRequest(lead=lead_pb2.Lead(company_name="杭州云帆科技有限公司", email="anna.yunfan.example"))

    answer = await LeadServiceStub(house.channel).BatchCreateLeads(requests(), **house.boss)
    told = [[(each.field, each.reason) for each in outcome.violations] for outcome in answer.outcomes]
    assert told == [[("lead.company_name", "string.max_len")], [("lead.email", "EMAIL_UNFIT")]]
    assert all(each.description for outcome in answer.outcomes for each in outcome.violations)


async def test_asking_what_resembles_a_lead_writes_nothing(house: LeadsHouse) -> None:
    first = (await a_stock(house))[0]
    stub = LeadServiceStub(house.channel)
    request = CheckLeadDuplicatesRequest(lead=lead_pb2.Lead(company_name="北京北京机械有限公司", phone=first.phone))
    answer = await stub.CheckLeadDuplicates(request, **house.boss)
    assert [(each.lead, each.band) for each in answer.candidates] == [(first.name, lead_pb2.DUPLICATE_BAND_SAME)]
    assert all(reason.text != reason.code for reason in answer.candidates[0].reasons)
    hidden = await stub.CheckLeadDuplicates(request, **house.as_member(BO, Scope.OWN))
    assert not hidden.candidates
    assert (await stub.ListLeads(ListLeadsRequest(), **house.boss)).total_size == 5
