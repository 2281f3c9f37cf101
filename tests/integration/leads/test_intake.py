"""Taking leads in, through the boundary and into the database."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from prometheus_client import REGISTRY
from sqlalchemy import insert, select, text

from chassis.jobs.unasked import carry_out
from chassis.principal import Principal, Scope
from chassis.tables import outbox
from chassis.work import Store
from services.leads.__main__ import DEFINITION
from services.leads.application.capture import capture_lead
from services.leads.domain.facts import LeadFacts
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, BO, CHEN, EAST, HANGZHOU, LeadsHouse
from tests.support.clock import NOON

DIRECTOR = Principal(subject=f"members/{CHEN}", grants={"leads.write": Scope.ALL})


def a_lead(**fields: Any) -> lead_pb2.Lead:
    return lead_pb2.Lead(**({"company_name": "杭州云帆科技有限公司", "phone": "13905711234"} | fields))


def asked_for_a_demo(days_ago: int, **fields: Any) -> lead_pb2.Lead:
    lead = a_lead(budget_min=Money(currency_code="CNY", units=200000), **fields)
    lead.demo_request_time.FromDatetime(NOON - timedelta(days=days_ago))
    return lead


async def create(house: LeadsHouse, lead: lead_pb2.Lead, **caller: Any) -> lead_pb2.Lead:
    return await LeadServiceStub(house.channel).CreateLead(CreateLeadRequest(lead=lead), **(caller or house.boss))


async def test_a_lead_comes_out_graded_and_assigned_with_its_reasons(house: LeadsHouse) -> None:
    await house.hire(ANNA, seniority="senior")
    created = await create(house, asked_for_a_demo(30))
    read = await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=created.name), **house.boss)
    assert [reason.code for reason in read.intent.silence] == ["INTENT_NEVER_LEARNT"]
    read.ClearField("intent")
    read.ClearField("response")
    read.ClearField("recycling")
    assert read == created
    assert read.grade == lead_pb2.GRADE_A
    assert read.owner == f"members/{ANNA}"
    assert [reason.code for reason in read.grade_reasons] == [
        "GRADE_RULE_HOLDS",
        "GRADE_FACT_DEMO_ASKED",
        "GRADE_FACT_BUDGET_KNOWN",
    ]
    assert read.grade_reasons[1].text == "Asked for a demo on 2026-01-31"
    assert read.owner_reasons[0].code == "ASSIGNED_TO_SENIOR"
    assert read.etag == "1"


async def test_grade_a_without_a_free_senior_goes_to_the_next_best_and_is_counted_for_the_alarm(
    house: LeadsHouse,
) -> None:
    await house.hire(ANNA)
    before = REGISTRY.get_sample_value("millrace_leads_no_senior_free_total", {"grade": "A"})
    created = await create(house, asked_for_a_demo(30))
    assert created.owner == f"members/{ANNA}"
    assert created.owner_reasons[0].code == "ASSIGNED_NO_SENIOR_FREE"
    after = REGISTRY.get_sample_value("millrace_leads_no_senior_free_total", {"grade": "A"})
    assert before is not None
    assert after == before + 1


async def test_a_demo_asked_for_31_days_ago_does_not_make_grade_a(house: LeadsHouse) -> None:
    assert (await create(house, asked_for_a_demo(31))).grade == lead_pb2.GRADE_C


async def test_the_same_customer_told_many_times_at_the_same_moment_is_one_lead(house: LeadsHouse) -> None:
    twins = await asyncio.gather(*(create(house, a_lead()) for _ in range(8)))
    assert {twin.name for twin in twins} == {twins[0].name}
    assert sorted(twin.touch_count for twin in twins) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_customer_told_to_two_processes_at_the_same_moment_is_one_lead(house: LeadsHouse) -> None:
    desk = house.parts.once("desk", lambda: None)
    ones, others = (
        Store(house.engine, service="leads", clock=house.parts.clock, publications=DEFINITION.publications)
        for _ in range(2)
    )

    async def tell(store: Store, number: int) -> UUID:
        told = LeadFacts(company_name=f"杭州云帆{number}科技有限公司", phone=f"139057{number:05}")
        captured = await carry_out(
            store, DIRECTOR, action="test", use_case=lambda work: capture_lead(work, told=told, desk=desk)
        )
        return captured.lead.uuid

    for number in range(20):
        twins = await asyncio.gather(tell(ones, number), tell(others, number))
        assert len(set(twins)) == 1
    await ones.drain()
    await others.drain()


async def test_a_lead_is_created_with_its_grade_and_owner_in_one_event(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    created = await create(house, a_lead(tags=["年框"]))
    async with house.engine.connect() as connection:
        rows = (await connection.execute(select(outbox).order_by(outbox.c.version))).all()
    assert [(row.subject, row.version) for row in rows] == [("millrace.leads.v1.lead.created", 1)]
    told = lead_events_pb2.LeadCreated.FromString(rows[0].payload)
    assert (told.lead.name, told.lead.grade, told.lead.owner) == (created.name, created.grade, f"members/{ANNA}")
    assert "年框".encode() not in rows[0].payload
    assert b"13905711234" not in rows[0].payload


async def test_the_same_customer_again_is_attached_as_a_touch(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    first = await create(house, a_lead())
    again = await create(house, a_lead(contact_name="王小明", need="想再了解一下"))
    assert again.name == first.name
    assert again.touch_count == 2
    async with house.engine.connect() as connection:
        told = await connection.scalar(text("select told from touches"))
    assert told["contact_name"] == "王小明"


@pytest.mark.parametrize(
    ("team", "told"),
    [(HANGZHOU, "Ask the team: 杭州一组"), (None, "Ask the team: none (no team has it yet)")],
)
async def test_a_customer_known_outside_the_callers_reach_is_refused_with_whose_team_to_ask_alone(
    house: LeadsHouse, team: UUID | None, told: str
) -> None:
    named = {"uuid": HANGZHOU, "version": 1, "display_name": "杭州一组", "region": None, "path": [HANGZHOU]}
    await house.organize(insert(ORGANIZATION.teams).values({**named, "archived": False}))
    await house.hire(ANNA, team=team)
    known = await create(house, a_lead())
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await create(house, a_lead(), **house.as_member(BO, Scope.OWN))
    assert refusal.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert (refusal.value.details() or "").endswith(told)
    every = repr(refusal.value.trailing_metadata())
    assert not [secret for secret in (str(ANNA), known.name, "Member 1") if secret in every]


async def test_a_lead_outside_the_readers_scope_is_not_found(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    created = await create(house, a_lead())
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await LeadServiceStub(house.channel).GetLead(
            GetLeadRequest(name=created.name), **house.as_member(BO, Scope.TEAM)
        )
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_lead_nobody_can_take_stays_without_owner_and_says_why(house: LeadsHouse) -> None:
    await house.hire(ANNA, capacity=0)
    created = await create(house, a_lead())
    assert created.owner == ""
    assert [reason.code for reason in created.owner_reasons] == ["ASSIGNED_NOBODY"]
    assert created.etag == "1"


async def test_every_decision_about_an_owner_stands_in_the_ledger(house: LeadsHouse) -> None:
    await house.hire(ANNA, region=EAST)
    await house.hire(BO, working_state="on_leave")
    await create(house, a_lead())
    async with house.engine.connect() as connection:
        row = (await connection.execute(text("select member, rules, candidates from assignments"))).one()
    assert row.member == ANNA
    assert [(each[0], each[2]) for each in row.candidates["listed"]] == [(str(ANNA), "chosen"), (str(BO), "off_duty")]
