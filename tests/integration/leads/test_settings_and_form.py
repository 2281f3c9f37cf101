"""Channels, campaigns, rule sets, the public form and the ledger."""

import asyncio
from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.campaign_pb2 import Campaign
from millrace.leads.v1.campaign_service_pb2 import CreateCampaignRequest, UpdateCampaignRequest
from millrace.leads.v1.campaign_service_pb2_grpc import CampaignServiceStub
from millrace.leads.v1.channel_pb2 import CHANNEL_KIND_WEBSITE, Channel
from millrace.leads.v1.channel_service_pb2 import CreateChannelRequest, ListChannelsRequest, UpdateChannelRequest
from millrace.leads.v1.channel_service_pb2_grpc import ChannelServiceStub
from millrace.leads.v1.lead_assignment_service_pb2 import ASSIGNMENT_OUTCOME_CHOSEN, ListLeadAssignmentsRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_form_service_pb2 import SubmitLeadFormRequest
from millrace.leads.v1.lead_form_service_pb2_grpc import LeadFormServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import GetLeadRuleSetRequest, UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest, ListLeadsRequest, UpdateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import insert

from chassis.imports.kind import ImportOrder, Outcome
from chassis.jobs.unasked import carry_out
from chassis.principal import Principal, Scope
from chassis.rule_sets.rule_set import shipped
from chassis.work import Store
from services.leads.__main__ import DEFINITION
from services.leads.application.intake import IntakeDesk
from services.leads.application.lead_import import take_lead_rows
from services.leads.application.lead_row import LeadRow
from services.leads.application.rule_kinds import GRADE, RULE_SETS
from services.leads.application.rulebook import Rulebook
from services.leads.domain.facts import LeadFacts
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.support.clock import NOON


async def a_website(house: LeadsHouse) -> Channel:
    channel = Channel(display_name="官网", kind=CHANNEL_KIND_WEBSITE, form_enabled=True)
    return await ChannelServiceStub(house.channel).CreateChannel(CreateChannelRequest(channel=channel), **house.boss)


async def submit(house: LeadsHouse, token: str, **fields: Any) -> None:
    filled: dict[str, Any] = {"company_name": "苏州新木家具有限公司", "phone": "13905713333", "consent": True} | fields
    await LeadFormServiceStub(house.channel).SubmitLeadForm(SubmitLeadFormRequest(token=token, **filled))


async def every_lead(house: LeadsHouse) -> list[lead_pb2.Lead]:
    return list((await LeadServiceStub(house.channel).ListLeads(ListLeadsRequest(), **house.boss)).leads)


async def create(house: LeadsHouse, **fields: Any) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(**({"company_name": "苏州新木家具有限公司"} | fields))
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def test_a_form_brings_a_lead_of_its_channel_and_of_the_links_campaign(house: LeadsHouse) -> None:
    channel = await a_website(house)
    campaign = Campaign(
        display_name="春季展",
        channel=channel.name,
        start_date=Date(year=2026, month=3, day=1),
        budget=Money(currency_code="CNY", units=100000),
        cost=Money(currency_code="CNY", units=1234, nanos=560000000),
        utm={"utm_campaign": "spring"},
    )
    planned = await CampaignServiceStub(house.channel).CreateCampaign(
        CreateCampaignRequest(campaign=campaign), **house.boss
    )
    assert planned.cost == campaign.cost
    await submit(house, channel.form_token, demo_requested=True, utm={"utm_campaign": "spring", "utm_source": "x"})
    (lead,) = await every_lead(house)
    assert (lead.channel, lead.campaign) == (channel.name, planned.name)
    assert lead.grade == lead_pb2.GRADE_B
    assert lead.custom["consent_time"]


async def test_when_a_visitor_agreed_is_told_by_the_form_alone(house: LeadsHouse) -> None:
    channel = await a_website(house)
    await submit(house, channel.form_token)
    (lead,) = await every_lead(house)
    stub = LeadServiceStub(house.channel)
    agreed = lead.custom["consent_time"]

    async def change(custom: dict[str, str]) -> lead_pb2.Lead:
        now = await stub.GetLead(GetLeadRequest(name=lead.name), **house.boss)
        asked = lead_pb2.Lead(name=lead.name, etag=now.etag, custom=custom)
        request = UpdateLeadRequest(lead=asked, update_mask=FieldMask(paths=["custom"]))
        return await stub.UpdateLead(request, **house.boss)

    assert dict((await change({"note": "a"})).custom) == {"note": "a", "consent_time": agreed}
    assert dict((await change({"note": "b", "consent_time": agreed})).custom) == {"note": "b", "consent_time": agreed}
    assert dict((await change({})).custom) == {"consent_time": agreed}
    for forging in (change({"consent_time": "2020-01-01"}), create(house, custom={"consent_time": agreed})):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await forging
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "time of consent" in (refusal.value.details() or "")


async def rules_held_for_an_hour(house: LeadsHouse) -> None:
    desk: IntakeDesk = house.parts.once("desk", lambda: None)
    desk.rulebook = Rulebook(max_age=3600)
    await create(house)


async def test_a_channel_is_named_at_once_by_the_next_lead(house: LeadsHouse) -> None:
    await rules_held_for_an_hour(house)
    channel = await a_website(house)
    lead = await create(house, company_name="杭州云帆科技有限公司", channel=channel.name)
    assert lead.channel == channel.name


async def test_a_channel_is_named_at_once_by_the_rows_of_a_list(house: LeadsHouse) -> None:
    await rules_held_for_an_hour(house)
    await a_website(house)
    rows = [LeadRow(facts=LeadFacts(company_name="杭州云帆科技有限公司"), channel="官网")]
    store = Store(house.engine, service="leads", clock=house.parts.clock, publications=DEFINITION.publications)
    (result,) = await carry_out(
        store,
        Principal(subject=f"members/{ANNA}", grants={"leads.write": Scope.ALL}),
        action="test",
        use_case=lambda work: take_lead_rows(work, rows, ImportOrder(), desk=house.parts.once("desk", lambda: None)),
    )
    await store.drain()
    assert result.outcome is Outcome.CREATED


async def test_a_form_is_open_at_once(house: LeadsHouse) -> None:
    await rules_held_for_an_hour(house)
    channel = await a_website(house)
    await submit(house, channel.form_token, company_name="杭州云帆科技有限公司")
    assert channel.name in [lead.channel for lead in await every_lead(house)]


async def test_a_program_that_fills_the_hidden_field_leaves_nothing_behind(house: LeadsHouse) -> None:
    channel = await a_website(house)
    await submit(house, channel.form_token, website="http://spam.example")
    assert await every_lead(house) == []


async def test_without_consent_nothing_is_kept(house: LeadsHouse) -> None:
    channel = await a_website(house)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await submit(house, channel.form_token, consent=False)
    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert await every_lead(house) == []


async def test_a_form_answers_the_same_for_a_known_customer(house: LeadsHouse) -> None:
    channel = await a_website(house)
    await submit(house, channel.form_token)
    await submit(house, channel.form_token)
    (lead,) = await every_lead(house)
    assert lead.touch_count == 2


async def test_forms_of_one_customer_at_the_same_moment_make_one_lead(house: LeadsHouse) -> None:
    """With a program and a visitor who does not agree among them: each gets its own answer."""
    channel = await a_website(house)
    others: list[dict[str, Any]] = [{"website": "http://spam.example"}, {"consent": False}]
    filled = [{} if number % 8 else others[number // 8] for number in range(16)]
    outcomes = await asyncio.gather(
        *(submit(house, channel.form_token, **fields) for fields in filled), return_exceptions=True
    )
    assert [getattr(outcome, "code", lambda: None)() for outcome in outcomes] == [
        grpc.StatusCode.FAILED_PRECONDITION if fields.get("consent") is False else None for fields in filled
    ]
    (lead,) = await every_lead(house)
    assert lead.touch_count == 14


async def test_a_form_taken_away_takes_nothing_more(house: LeadsHouse) -> None:
    channel = await a_website(house)
    change = Channel(name=channel.name, etag=channel.etag, form_enabled=False)
    request = UpdateChannelRequest(channel=change, update_mask=FieldMask(paths=["form_enabled"]))
    changed = await ChannelServiceStub(house.channel).UpdateChannel(request, **house.boss)
    assert changed.form_token == ""
    with pytest.raises(grpc.aio.AioRpcError):
        await submit(house, channel.form_token)


async def test_a_lead_cannot_name_a_closed_channel(house: LeadsHouse) -> None:
    channel = await a_website(house)
    change = Channel(name=channel.name, etag=channel.etag, closed=True)
    stub = ChannelServiceStub(house.channel)
    await stub.UpdateChannel(
        UpdateChannelRequest(channel=change, update_mask=FieldMask(paths=["closed"])), **house.boss
    )
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await create(house, channel=channel.name)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert not (await stub.ListChannels(ListChannelsRequest(filter="closed = false"), **house.boss)).channels


async def test_a_campaign_cannot_end_before_it_starts(house: LeadsHouse) -> None:
    stub = CampaignServiceStub(house.channel)
    plan = Campaign(display_name="展会", start_date=Date(year=2026, month=3, day=2))
    planned = await stub.CreateCampaign(CreateCampaignRequest(campaign=plan), **house.boss)
    change = Campaign(name=planned.name, etag=planned.etag, end_date=Date(year=2026, month=3, day=1))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.UpdateCampaign(
            UpdateCampaignRequest(campaign=change, update_mask=FieldMask(paths=["end_date"])), **house.boss
        )
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def rewrite(house: LeadsHouse, kind: str, body: dict[str, Any], etag: str = "0") -> LeadRuleSet:
    rules = LeadRuleSet(name=f"leadRuleSets/{kind}", etag=etag, body=ParseDict(body, Struct()))
    request = UpdateLeadRuleSetRequest(lead_rule_set=rules)
    return await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


async def test_new_grade_rules_decide_the_next_lead(house: LeadsHouse) -> None:
    rule = {"code": "FURNITURE", "title": "家具行业", "grade": "A", "condition": 'industry == "furniture"'}
    changed = await rewrite(house, "grade", {"rules": [rule], "otherwise": "C"})
    assert changed.etag == "1"
    lead = await create(house, industry="furniture")
    assert lead.grade == lead_pb2.GRADE_A
    assert lead.grade_reasons[0].parameters["code"] == "FURNITURE"
    assert (await create(house, company_name="无锡大河水泵有限公司")).grade == lead_pb2.GRADE_C


@pytest.mark.parametrize("condition", ["industri == 'x'", "employee_count + 1", "employee_count > ", "industry > 3"])
async def test_a_condition_that_does_not_compile_is_refused_by_the_name_of_its_rule(
    house: LeadsHouse, condition: str
) -> None:
    rule = {"code": "BROKEN", "title": "错", "grade": "A", "condition": condition}
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await rewrite(house, "grade", {"rules": [rule]})
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    read = await LeadRuleSetServiceStub(house.channel).GetLeadRuleSet(
        GetLeadRuleSetRequest(name="leadRuleSets/grade"), **house.boss
    )
    assert read.etag == "0"


@pytest.mark.parametrize("fact", ["budget_min", "budget_max", "budget_min_minor", "budget_max_minor"])
async def test_a_new_condition_that_compares_amounts_of_any_currency_is_refused(house: LeadsHouse, fact: str) -> None:
    rule = {"code": "RICH", "title": "预算十万以上", "grade": "B", "condition": f"{fact} >= 10000000"}
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await rewrite(house, "grade", {"rules": [rule]})
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "budget_currency" in (refusal.value.details() or "")
    named = rule | {"condition": f'budget_currency == "CNY" && {fact} >= 10000000'}
    assert (await rewrite(house, "grade", {"rules": [named]})).etag == "1"


async def test_a_condition_of_before_that_compares_amounts_of_any_currency_may_stay(house: LeadsHouse) -> None:
    old = {"code": "RICH", "title": "预算十万以上", "grade": "B", "condition": "budget_min_minor >= 10000000"}
    body = {"rules": [old], "otherwise": "D"}
    stored = replace(shipped(GRADE, collection=RULE_SETS.collection), version=1, body=body, update_time=NOON)
    async with house.engine.begin() as connection:
        await connection.execute(insert(RULE_SETS.table).values(**RULE_SETS.record.row(stored), version=1))
    changed = await rewrite(house, "grade", {"rules": [old], "otherwise": "C"}, etag="1")
    assert changed.etag == "2"


async def test_rules_changed_meanwhile_are_not_overwritten(house: LeadsHouse) -> None:
    await rewrite(house, "duplicates", {})
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await rewrite(house, "duplicates", {})
    assert refusal.value.code() is grpc.StatusCode.ABORTED
    assert (await rewrite(house, "duplicates", {}, etag="1")).etag == "2"


async def test_the_ledger_tells_who_was_weighed_and_what_the_load_was(house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=2)
    await create(house)
    second = await create(house, company_name="无锡大河水泵有限公司")
    third = await create(house, company_name="常州长江电缆有限公司")
    answer = await LeadAssignmentServiceStub(house.channel).ListLeadAssignments(
        ListLeadAssignmentsRequest(parent=second.name), **house.boss
    )
    (decision,) = answer.lead_assignments
    (candidate,) = decision.candidates
    assert candidate.outcome == ASSIGNMENT_OUTCOME_CHOSEN
    assert (candidate.open_leads, candidate.recent_leads, candidate.capacity) == (1, 1, 2)
    assert third.owner == ""
