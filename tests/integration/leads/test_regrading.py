"""Grades that follow the calendar and the rules, and grades that people give."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from millrace.leads.v1.lead_service_pb2 import (
    ClearLeadGradeOverrideRequest,
    CreateLeadRequest,
    GetLeadRequest,
    OverrideLeadGradeRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import func, select, update

from chassis.principal import Scope
from chassis.tables import audit, outbox
from services.leads.application.regrading import BY_NEW_RULES
from services.leads.domain.lead_state import LeadState
from services.leads.storage.metadata import ROUNDS
from services.leads.storage.reasons import reasons_to_json
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.judging import Judging
from tests.integration.leads.rounds import drain, sweep
from tests.support.clock import NOON, FixedClock
from trade.reasons import Reason

LARGE = {"code": "LARGE", "title": "大客户", "grade": "A", "condition": "employee_count >= 500"}


async def create(house: LeadsHouse, *, demo_days_ago: int | None = None, **fields: Any) -> lead_pb2.Lead:
    lead = lead_pb2.Lead(**({"company_name": "杭州云帆科技有限公司", "phone": "13905711234"} | fields))
    if demo_days_ago is not None:
        lead.demo_request_time.FromDatetime(NOON - timedelta(days=demo_days_ago))
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **house.boss)


async def read(house: LeadsHouse, lead: lead_pb2.Lead) -> lead_pb2.Lead:
    """The lead without its intent and its clock, which no write answers."""
    found: lead_pb2.Lead = await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=lead.name), **house.boss)
    found.ClearField("intent")
    found.ClearField("response")
    found.ClearField("recycling")
    return found


async def events(house: LeadsHouse) -> int:
    async with house.engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(outbox)) or 0


async def put_in_force(house: LeadsHouse, *rules: dict[str, str]) -> None:
    message = LeadRuleSet(name="leadRuleSets/grade", etag="0", body=ParseDict({"rules": list(rules)}, Struct()))
    request = UpdateLeadRuleSetRequest(lead_rule_set=message)
    await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


async def override(house: LeadsHouse, lead: lead_pb2.Lead, caller: Any = None, **fields: Any) -> lead_pb2.Lead:
    wanted: dict[str, Any] = {"grade": lead_pb2.GRADE_A, "reason": "老客户介绍"} | fields
    request = OverrideLeadGradeRequest(name=lead.name, **wanted)
    return await LeadServiceStub(house.channel).OverrideLeadGrade(request, **(caller or house.boss))


async def clear(house: LeadsHouse, lead: lead_pb2.Lead, caller: Any = None) -> lead_pb2.Lead:
    request = ClearLeadGradeOverrideRequest(name=lead.name)
    return await LeadServiceStub(house.channel).ClearLeadGradeOverride(request, **(caller or house.boss))


async def test_grade_a_ends_on_the_31st_day_after_the_demo_was_asked_for(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await create(house, demo_days_ago=30, budget_min=Money(currency_code="CNY", units=200000))
    assert lead.grade == lead_pb2.GRADE_A
    await drain(house, clock)
    assert await read(house, lead) == lead
    clock.travel(days=1)
    await drain(house, clock)
    after = await read(house, lead)
    assert after.grade == lead_pb2.GRADE_C
    assert [reason.code for reason in after.grade_reasons] == ["GRADE_RULE_HOLDS", "GRADE_FACT_BUDGET_KNOWN"]
    assert after.update_time.ToDatetime() > lead.update_time.ToDatetime()
    async with house.engine.connect() as connection:
        row = (await connection.execute(select(outbox).order_by(outbox.c.id.desc()).limit(1))).one()
        entry = (await connection.execute(select(audit).order_by(audit.c.id.desc()).limit(1))).one()
    told = lead_events_pb2.LeadGraded.FromString(row.payload)
    assert (told.lead.name, told.lead.grade, str(told.head.version)) == (lead.name, lead_pb2.GRADE_C, after.etag)
    assert (entry.actor, entry.action, entry.resource) == ("services/leads", "regrade by the day", lead.name)


async def test_leads_that_keep_grade_and_reasons_are_only_read(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await create(house, demo_days_ago=3, budget_min=Money(currency_code="CNY", units=200000))
    await drain(house, clock)
    before = await events(house)
    clock.travel(days=1)
    assert await drain(house, clock) == 1
    assert await events(house) == before
    assert await read(house, lead) == lead


async def test_a_day_passes_by_leads_without_a_demo(house: LeadsHouse, clock: FixedClock) -> None:
    await create(house)
    await drain(house, clock)
    clock.travel(days=1)
    assert await drain(house, clock) == 0


async def test_new_rules_grade_the_stock_anew(house: LeadsHouse, clock: FixedClock) -> None:
    large, small = await create(house, employee_count=900), await create(house, phone="13905719999", contact_name="李")
    await drain(house, clock)
    await put_in_force(house, LARGE)
    await drain(house, clock)
    assert (await read(house, large)).grade == lead_pb2.GRADE_A
    assert (await read(house, large)).grade_reasons[0].parameters["code"] == "LARGE"
    assert (await read(house, small)).grade == lead_pb2.GRADE_D


async def test_leads_of_the_release_before_are_told_the_english_titles_of_the_shipped_rules(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house, employee_count=900)
    await drain(house, clock)
    kept = [
        Reason(each.code, {key: value for key, value in each.parameters.items() if key != "rule_en"})
        for each in lead.grade_reasons
    ]
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(grade_reasons=reasons_to_json(kept)))
        await connection.execute(update(ROUNDS).values(goal="version 0").where(ROUNDS.c.name == BY_NEW_RULES.name))
    await drain(house, clock)
    after = await read(house, lead)
    assert after.grade_reasons[0].parameters["rule_en"] == "Large company or urgent need"
    assert list(after.grade_reasons) == list(lead.grade_reasons)


async def test_a_round_waits_for_creates_that_still_go_by_the_old_rules(house: LeadsHouse, clock: FixedClock) -> None:
    await create(house, employee_count=900)
    await drain(house, clock)
    await put_in_force(house, LARGE)
    assert await sweep(house, clock) == 0
    clock.travel(seconds=59)
    assert await sweep(house, clock) == 0
    clock.travel(seconds=1)
    assert await sweep(house, clock) == 1


async def test_a_persons_grade_stays_through_changes_and_days_until_it_is_cleared(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await create(house, demo_days_ago=30)
    given = await override(house, lead)
    assert (lead.grade, given.grade) == (lead_pb2.GRADE_B, lead_pb2.GRADE_A)
    change = lead_pb2.Lead(name=lead.name, etag=given.etag, budget_min=Money(currency_code="CNY", units=10))
    request = UpdateLeadRequest(lead=change, update_mask=FieldMask(paths=["budget_min"]))
    assert (await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)).grade == lead_pb2.GRADE_A
    assert (await read(house, lead)).grade_override.rules_grade == lead_pb2.GRADE_A
    clock.travel(days=1)
    await drain(house, clock)
    after = await read(house, lead)
    assert (after.grade, after.grade_override.rules_grade) == (lead_pb2.GRADE_A, lead_pb2.GRADE_C)
    cleared = await clear(house, lead)
    assert (cleared.grade, cleared.HasField("grade_override")) == (lead_pb2.GRADE_C, False)


async def test_a_persons_grade_says_who_why_and_what_the_rules_would_say(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    given = await override(house, await create(house), house.as_member(ANNA, Scope.OWN))
    assert given.grade_reasons[0].text == "Set to A by tester: 老客户介绍 (the rules say D)"
    assert [reason.code for reason in given.grade_reasons] == ["GRADE_OVERRIDDEN", "GRADE_NO_RULE_HOLDS"]
    told = given.grade_override
    assert (told.author, told.author_display_name, told.reason) == (f"members/{ANNA}", "tester", "老客户介绍")
    assert (told.grade, told.rules_grade) == (lead_pb2.GRADE_A, lead_pb2.GRADE_D)
    async with house.engine.connect() as connection:
        subject = await connection.scalar(select(outbox.c.subject).order_by(outbox.c.id.desc()).limit(1))
    assert subject == "millrace.leads.v1.lead.graded"


@pytest.mark.parametrize(
    "fields", [{"reason": "  "}, {"reason": "长" * 501}, {"grade": lead_pb2.GRADE_UNSPECIFIED}, {"etag": "x"}]
)
async def test_a_persons_grade_needs_a_grade_and_a_reason(house: LeadsHouse, fields: dict[str, Any]) -> None:
    lead = await create(house)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await override(house, lead, **fields)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_lead_changed_meanwhile_is_not_graded_by_who_saw_it_before(house: LeadsHouse) -> None:
    lead = await create(house)
    await override(house, lead, etag=lead.etag)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await override(house, lead, etag=lead.etag, reason="另一个原因")
    assert refusal.value.code() is grpc.StatusCode.ABORTED


async def test_only_who_may_change_a_lead_grades_it(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    stranger = house.as_member(BO, Scope.OWN)
    for refused in (override(house, lead, stranger), clear(house, lead, stranger)):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await refused
        assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_grade_of_the_rules_is_not_cleared(house: LeadsHouse) -> None:
    lead = await create(house)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await clear(house, lead)
    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize("state", [LeadState.DISQUALIFIED, LeadState.CONVERTING, LeadState.CONVERTED])
async def test_a_lead_that_nobody_works_any_more_keeps_its_grade(house: LeadsHouse, state: LeadState) -> None:
    lead = await create(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(LEADS).values(state=state.value))
    # As shipped, a lead judged not worth selling to is worked again when its customer makes contact.
    await Judging(house).edit(touch_reopens=False)
    touched = await create(house, demo_days_ago=1, budget_min=Money(currency_code="CNY", units=200000))
    assert (touched.name, touched.grade, touched.touch_count) == (lead.name, lead.grade, 2)
    change = lead_pb2.Lead(name=lead.name, etag=touched.etag, employee_count=5000)
    request = UpdateLeadRequest(lead=change, update_mask=FieldMask(paths=["employee_count"]))
    assert (await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)).grade == lead.grade
    for attempt in (override, clear):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await attempt(house, lead)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert (await read(house, lead)).grade == lead.grade != lead_pb2.GRADE_A
