"""Phone, mail and money are hidden from whoever may not see them, by whatever way he asks (字段脱敏)."""

from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_import_service_pb2, lead_pb2
from millrace.leads.v1.campaign_pb2 import Campaign
from millrace.leads.v1.campaign_service_pb2 import CreateCampaignRequest, GetCampaignRequest
from millrace.leads.v1.campaign_service_pb2_grpc import CampaignServiceStub
from millrace.leads.v1.lead_import_service_pb2_grpc import LeadImportServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from millrace.leads.v1.lead_service_pb2 import (
    LEAD_VIEW_FULL,
    CheckLeadDuplicatesRequest,
    CreateLeadRequest,
    GetLeadRequest,
    ListLeadsRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import select

from chassis.principal import Scope
from services.leads.domain.grading import GRADE_FACTS
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import CHEN, LeadsHouse
from tests.support.serving import Caller

BLIND = ("leads.read", "leads.write", "leads.import")
NOBODY = "leadImports/01890000-0000-7000-8000-000000000001"


def blind(house: LeadsHouse) -> Caller:
    """Somebody who may do everything and see neither contacts nor money."""
    return house.as_member(CHEN, Scope.ALL, may=BLIND)


def a_lead() -> lead_pb2.Lead:
    lead = lead_pb2.Lead(company_name="杭州云帆科技有限公司", phone="138 0013 8000", email="wang@yunfan.example")
    lead.budget_min.CopyFrom(Money(currency_code="CNY", units=500_000))
    return lead


async def grade_by(house: LeadsHouse, condition: str, *, title: str, code: str) -> None:
    rule = {"code": code, "title": title, "grade": "B", "condition": condition}
    rules = LeadRuleSet(name="leadRuleSets/grade", etag="0", body=ParseDict({"rules": [rule]}, Struct()))
    request = UpdateLeadRuleSetRequest(lead_rule_set=rules)
    await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    return caught.value.details() or ""


def assert_masked(lead: lead_pb2.Lead) -> None:
    assert (lead.phone, lead.email) == ("138****8000", "w***@yunfan.example")
    assert not lead.HasField("budget_min")
    assert not lead.HasField("budget_max")
    assert [reason.code for reason in lead.grade_reasons if "BUDGET" in reason.code] == []


async def test_one_lead_and_a_list_show_contacts_and_money_only_to_those_who_may_see_them(house: LeadsHouse) -> None:
    stub = LeadServiceStub(house.channel)
    made = await stub.CreateLead(CreateLeadRequest(lead=a_lead()), **house.boss)
    assert (made.phone, made.budget_min.units) == ("138 0013 8000", 500_000)
    assert "GRADE_FACT_BUDGET_KNOWN" in [reason.code for reason in made.grade_reasons]
    assert_masked(await stub.GetLead(GetLeadRequest(name=made.name), **blind(house)))
    page = await stub.ListLeads(ListLeadsRequest(view=LEAD_VIEW_FULL), **blind(house))
    assert_masked(page.leads[0])


TELLING = {
    "budget_known": "budget_known",
    "budget_currency": 'budget_currency == "CNY"',
    "budget_min": 'budget_currency == "CNY" && budget_min >= 100000',
    "budget_max": 'budget_currency == "CNY" && budget_max == 0',
    "budget_min_minor": 'budget_currency == "CNY" && budget_min_minor >= 10000000',
    "budget_max_minor": 'budget_currency == "CNY" && budget_max_minor == 0',
}


@pytest.mark.parametrize("fact", [fact for fact in GRADE_FACTS if fact.startswith("budget")])
@pytest.mark.parametrize("broken", [False, True])
async def test_a_rule_that_speaks_of_the_budget_is_not_named_to_who_may_not_see_money(
    house: LeadsHouse, fact: str, *, broken: bool
) -> None:
    condition = f'{TELLING[fact]} && custom["size"] == "big"' if broken else f"{TELLING[fact]} && employee_count == 7"
    await grade_by(house, condition, title="预算十万以上", code="BUDGET_OF_100000")
    stub = LeadServiceStub(house.channel)
    lead = a_lead()
    lead.employee_count = 7
    made = await stub.CreateLead(CreateLeadRequest(lead=lead), **house.boss)
    assert "预算十万以上" in str([reason.text for reason in made.grade_reasons])
    shown = await stub.GetLead(GetLeadRequest(name=made.name), **blind(house))
    kept = ["GRADE_NO_RULE_HOLDS"] if broken else ["GRADE_FACT_EMPLOYEE_COUNT"]
    assert [reason.code for reason in shown.grade_reasons] == [*kept, "GRADE_REASONS_WITHHELD"]
    assert shown.grade == made.grade
    told = " ".join(f"{reason.text} {dict(reason.parameters)}" for reason in shown.grade_reasons)
    assert not any(word in told for word in ("十万", "BUDGET_OF", "100,000", "CNY"))


async def test_a_rule_that_does_not_speak_of_the_budget_is_named_to_everybody(house: LeadsHouse) -> None:
    await grade_by(house, "employee_count == 0", title="规模未知", code="UNKNOWN_SIZE")
    stub = LeadServiceStub(house.channel)
    made = await stub.CreateLead(CreateLeadRequest(lead=a_lead()), **house.boss)
    shown = await stub.GetLead(GetLeadRequest(name=made.name), **blind(house))
    assert [reason.text for reason in shown.grade_reasons] == [
        "Rule “规模未知” holds: grade B",
        "Employees: 0",
    ]


async def test_who_sees_contacts_but_no_money_sees_just_that(house: LeadsHouse) -> None:
    stub = LeadServiceStub(house.channel)
    made = await stub.CreateLead(CreateLeadRequest(lead=a_lead()), **house.boss)
    caller = house.as_member(CHEN, Scope.ALL, may=("leads.read", "leads.see_contact"))
    shown = await stub.GetLead(GetLeadRequest(name=made.name), **caller)
    assert (shown.phone, shown.HasField("budget_min")) == ("138 0013 8000", False)


async def test_a_stored_answer_is_masked_for_a_caller_who_lost_the_sight(house: LeadsHouse) -> None:
    stub = LeadServiceStub(house.channel)
    request = CreateLeadRequest(lead=a_lead(), request_id="once")
    first = await stub.CreateLead(request, **house.boss)
    again = await stub.CreateLead(request, **blind(house))
    assert again.name == first.name
    assert_masked(again)
    assert (await stub.CreateLead(request, **house.boss)).phone == "138 0013 8000"


@pytest.mark.parametrize(
    "hidden", ["phone = 1", 'NOT email:"wang"', "grade = GRADE_A OR (budget_min = 3)", "budgetMin = 3"]
)
async def test_a_filter_by_a_hidden_field_is_refused(house: LeadsHouse, hidden: str) -> None:
    stub = LeadServiceStub(house.channel)
    assert "leads.see_" in await refused(stub.ListLeads(ListLeadsRequest(filter=hidden), **blind(house)))


async def test_an_order_by_a_hidden_field_is_refused(house: LeadsHouse) -> None:
    stub = LeadServiceStub(house.channel)
    assert "phone" in await refused(stub.ListLeads(ListLeadsRequest(order_by="phone desc"), **blind(house)))


async def test_nobody_searches_look_alikes_by_a_phone_he_may_not_see(house: LeadsHouse) -> None:
    stub = LeadServiceStub(house.channel)
    await stub.CreateLead(CreateLeadRequest(lead=a_lead()), **house.boss)
    guess = CheckLeadDuplicatesRequest(lead=lead_pb2.Lead(phone="13800138000"))
    assert "lead.phone" in await refused(stub.CheckLeadDuplicates(guess, **blind(house)))
    by_name = CheckLeadDuplicatesRequest(lead=lead_pb2.Lead(company_name="杭州云帆科技有限公司"))
    assert (await stub.CheckLeadDuplicates(by_name, **blind(house))).candidates


async def test_a_masked_value_is_never_written_back(house: LeadsHouse) -> None:
    stub = LeadServiceStub(house.channel)
    made = await stub.CreateLead(CreateLeadRequest(lead=a_lead()), **house.boss)
    shown = await stub.GetLead(GetLeadRequest(name=made.name), **blind(house))
    shown.need = "分销系统"
    change = UpdateLeadRequest(lead=shown, update_mask=FieldMask(paths=["need", "phone"]))
    assert "phone" in await refused(stub.UpdateLead(change, **blind(house)))
    change.update_mask.CopyFrom(FieldMask(paths=["need"]))
    changed = await stub.UpdateLead(change, **blind(house))
    assert (changed.need, changed.phone) == ("分销系统", "138****8000")
    async with house.engine.connect() as connection:
        row = (await connection.execute(select(LEADS.c.phone, LEADS.c.email, LEADS.c.budget_min_minor))).one()
    assert tuple(row) == ("138 0013 8000", "wang@yunfan.example", 50_000_000)


@pytest.mark.parametrize("paths", [["budget_max"], ["budget_min.units"], ["*"]])
async def test_nobody_changes_what_he_cannot_see(house: LeadsHouse, paths: list[str]) -> None:
    stub = LeadServiceStub(house.channel)
    made = await stub.CreateLead(CreateLeadRequest(lead=a_lead()), **house.boss)
    change = UpdateLeadRequest(lead=made, update_mask=FieldMask(paths=paths))
    assert "leads.see_" in await refused(stub.UpdateLead(change, **blind(house)))


async def test_the_money_of_a_campaign_is_money_too(house: LeadsHouse) -> None:
    stub = CampaignServiceStub(house.channel)
    plan = Campaign(display_name="春季展会", budget=Money(currency_code="CNY", units=90_000))
    made = await stub.CreateCampaign(CreateCampaignRequest(campaign=plan), **house.boss)
    shown = await stub.GetCampaign(GetCampaignRequest(name=made.name), **blind(house))
    assert (made.HasField("budget"), shown.HasField("budget")) == (True, False)


async def test_a_file_as_it_was_uploaded_is_shown_only_to_those_who_may_see_all_of_it(house: LeadsHouse) -> None:
    stub = LeadImportServiceStub(house.channel)
    wanted = lead_import_service_pb2.PreviewLeadImportRequest(name=NOBODY)
    assert "leads.see_contact" in await refused(stub.PreviewLeadImport(wanted, **blind(house)))
    download = lead_import_service_pb2.DownloadFailedLeadImportRowsRequest(name=NOBODY)
    seeing_contacts = house.as_member(CHEN, Scope.ALL, may=(*BLIND, "leads.see_contact"))
    assert "leads.see_money" in await refused(
        anext(aiter(stub.DownloadFailedLeadImportRows(download, **seeing_contacts)))
    )
