"""An industry is one, whatever people call it: for owner, grade and filters, and in leads of before."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1.channel_pb2 import CHANNEL_KIND_WEBSITE, Channel
from millrace.leads.v1.channel_service_pb2 import CreateChannelRequest
from millrace.leads.v1.channel_service_pb2_grpc import ChannelServiceStub
from millrace.leads.v1.lead_form_service_pb2 import SubmitLeadFormRequest
from millrace.leads.v1.lead_form_service_pb2_grpc import LeadFormServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest, ListLeadsRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import select, update

from chassis.imports.kind import ImportOrder
from chassis.jobs.unasked import carry_out
from chassis.principal import Principal, Scope
from chassis.tables import outbox
from chassis.work import Store
from services.leads.__main__ import DEFINITION
from services.leads.application.lead_import import take_lead_rows
from services.leads.rpc.lead_import_reading import read_lead_row
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.rounds import drain
from tests.support.clock import FixedClock

WORDS = ["retail", "零售", "零售业", "Retail"]


async def create(house: LeadsHouse, **fields: Any) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(**({"company_name": "上海蓝鲸商贸有限公司"} | fields))
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def read(house: LeadsHouse, lead: lead_pb2.Lead) -> lead_pb2.Lead:
    return await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=lead.name), **house.boss)


async def found(house: LeadsHouse, condition: str) -> int:
    page = await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(filter=condition), **house.boss)
    return len(page.leads)


async def grade_a_for(house: LeadsHouse, condition: str) -> None:
    rule = {"code": "SHOPS", "title": "零售客户", "grade": "A", "condition": condition}
    rules = LeadRuleSet(name="leadRuleSets/grade", etag="0", body=ParseDict({"rules": [rule]}, Struct()))
    request = UpdateLeadRuleSetRequest(lead_rule_set=rules)
    await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


@pytest.mark.parametrize("skill", ["retail", "零售业"])
@pytest.mark.parametrize("industry", WORDS)
async def test_who_knows_the_industry_gets_the_lead_by_any_word_for_it(
    house: LeadsHouse, industry: str, skill: str
) -> None:
    await house.hire(ANNA)
    await house.hire(BO, skills=(skill,))
    lead = await create(house, industry=industry)
    assert (lead.owner, lead.industry) == (f"members/{BO}", "retail")
    assert "Knows this industry: retail" in [reason.text for reason in lead.owner_reasons]


async def test_what_nobody_has_a_code_for_stays_as_it_is_written(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    await house.hire(BO, skills=("家具",))
    lead = await create(house, industry="家具")
    assert (lead.owner, lead.industry) == (f"members/{BO}", "家具")


@pytest.mark.parametrize("word", WORDS)
async def test_a_filter_finds_an_industry_by_any_word_for_it(house: LeadsHouse, word: str) -> None:
    await create(house, industry="零售业")
    await create(house, company_name="无锡大河水泵有限公司", industry="machinery")
    assert await found(house, f'industry = "{word}"') == 1
    assert await found(house, f'industry : "{word}"') == 1
    assert await found(house, f'industry != "{word}"') == 1


async def test_a_part_of_a_word_finds_the_industries_that_hold_it(house: LeadsHouse) -> None:
    await create(house, industry="政府机关")
    await create(house, company_name="无锡大河水泵有限公司", industry="社会调查")
    assert await found(house, 'industry : "社会"') == 2


@pytest.mark.parametrize("industry", WORDS)
async def test_a_grade_rule_means_an_industry_by_any_word_for_it(house: LeadsHouse, industry: str) -> None:
    await grade_a_for(house, 'industry == "零售行业"')
    lead = await create(house, industry=industry)
    assert lead.grade == lead_pb2.GRADE_A
    assert lead.grade_reasons[1].text == "Industry: retail"


async def test_a_form_brings_the_code(house: LeadsHouse) -> None:
    channel = await ChannelServiceStub(house.channel).CreateChannel(
        CreateChannelRequest(channel=Channel(display_name="官网", kind=CHANNEL_KIND_WEBSITE, form_enabled=True)),
        **house.boss,
    )
    request = SubmitLeadFormRequest(
        token=channel.form_token,
        company_name="上海蓝鲸商贸有限公司",
        contact_name="王小明",
        industry="零售业",
        consent=True,
    )
    await LeadFormServiceStub(house.channel).SubmitLeadForm(request)
    assert await found(house, "industry = retail") == 1


async def test_a_row_of_a_file_brings_the_code(house: LeadsHouse) -> None:
    row = read_lead_row(
        {"company_name": "上海蓝鲸商贸有限公司", "industry": "零售业"}, zone=house.parts.settings.time_zone
    )
    store = Store(house.engine, service="leads", clock=house.parts.clock, publications=DEFINITION.publications)
    await carry_out(
        store,
        Principal(subject=f"members/{ANNA}", grants={"leads.write": Scope.ALL}),
        action="test",
        use_case=lambda work: take_lead_rows(work, [row], ImportOrder(), desk=house.parts.once("desk", lambda: None)),
    )
    await store.drain()
    async with house.engine.connect() as connection:
        assert list(await connection.scalars(select(LEADS.c.industry))) == ["retail"]


async def test_leads_of_before_get_the_code_by_a_round_that_tells_it(house: LeadsHouse, clock: FixedClock) -> None:
    await grade_a_for(house, 'industry == "retail"')
    old = await create(house, industry="other")
    unknown = await create(house, company_name="苏州新木家具有限公司", industry="家具")
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).where(LEADS.c.industry == "other").values(industry="零售业"))
    await drain(house, clock)
    new = await read(house, old)
    assert (new.industry, new.grade, new.etag) == ("retail", lead_pb2.GRADE_A, "3")
    assert (await read(house, unknown)).etag == unknown.etag
    async with house.engine.connect() as connection:
        subject = "millrace.leads.v1.lead.updated"
        payload = (await connection.scalars(select(outbox.c.payload).where(outbox.c.subject == subject))).one()
    told = lead_events_pb2.LeadUpdated.FromString(payload)
    assert (told.lead.industry, list(told.changed_fields)) == ("retail", ["industry"])
