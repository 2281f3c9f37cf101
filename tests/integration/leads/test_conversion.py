"""A lead becomes a customer of pipeline: leads and pipeline, each with its own database (线索转化)."""

import asyncio
import dataclasses
import time
from datetime import date
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_collaborator_pb2, lead_pb2
from millrace.leads.v1.lead_collaborator_service_pb2 import AddLeadCollaboratorRequest
from millrace.leads.v1.lead_collaborator_service_pb2_grpc import LeadCollaboratorServiceStub
from millrace.leads.v1.lead_conversion_service_pb2 import ConvertLeadRequest
from millrace.leads.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from millrace.leads.v1.lead_service_pb2 import (
    CreateLeadRequest,
    GetLeadRequest,
    OverrideLeadGradeRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.pipeline.v1 import account_collaborator_pb2, account_pb2, registration_events_pb2
from millrace.pipeline.v1 import lead_history_pb2 as history_kinds
from millrace.pipeline.v1.account_collaborator_service_pb2 import ListAccountCollaboratorsRequest
from millrace.pipeline.v1.account_collaborator_service_pb2_grpc import AccountCollaboratorServiceStub
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub as LeadConversionStub
from millrace.pipeline.v1.lead_history_service_pb2 import ListAccountLeadHistoryRequest
from millrace.pipeline.v1.lead_history_service_pb2_grpc import LeadHistoryServiceStub
from sqlalchemy import func, insert, select, update

from chassis.jobs import Jobs
from chassis.principal import Principal, Scope
from chassis.tables import jobs, outbox
from chassis.wire import date_message
from services.leads.__main__ import CALLERS, desk
from services.leads.application.conversion import LeadToTell
from services.leads.rpc.conversion_job import accept_request, converting
from services.leads.storage.leads import from_row
from services.leads.storage.metadata import ORGANIZATION as LEADS_ORGANIZATION
from services.leads.storage.tables import LEADS, MEMBER_LOADS
from services.pipeline.__main__ import CALLERS as PIPELINE_CALLERS
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.metadata import ORGANIZATION as PIPELINE_ORGANIZATION
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from services.pipeline.storage.registration_tables import REGISTRATIONS
from tests.integration.leads.conftest import ANNA, BO, LeadsHouse
from tests.integration.leads.responding import correct, follow_up
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.conftest import house as pipeline
from tests.support.clock import FixedClock

__all__ = ["pipeline"]
YUNFAN = "杭州云帆科技有限公司"
NEED = "三条产线的设备管理系统，要能接入现有的MES，年内上线。"
NOWHERE = "127.0.0.1:1"

# Somebody of whom pipeline has not heard.
UNKNOWN_THERE = UUID(int=77)


class Sales:
    """Anna, who owns the lead of 云帆, with both services."""

    def __init__(self, leads: LeadsHouse, pipeline: PipelineHouse, clock: FixedClock) -> None:
        self.leads, self.pipeline, self.clock = leads, pipeline, clock
        self.role: dict[str, Any] = {}
        self.anna = leads.as_member(ANNA, Scope.OWN)
        self.stub: Any = LeadServiceStub(leads.channel)
        self.converting: Any = LeadConversionServiceStub(leads.channel)
        kind = converting(leads.parts, desk(leads.parts), CALLERS.organization(leads.parts))
        self.jobs = Jobs([kind], engine=leads.engine, clock=clock)

    async def lead(self, **facts: Any) -> lead_pb2.Lead:
        told = {"company_name": YUNFAN, "contact_name": "王芳", "phone": "13805718000", **facts}
        made: lead_pb2.Lead = await self.stub.CreateLead(CreateLeadRequest(lead=lead_pb2.Lead(**told)), **self.anna)
        return made

    async def convert(self, lead: lead_pb2.Lead, **choices: Any) -> lead_pb2.Lead:
        request = ConvertLeadRequest(name=lead.name, **choices)
        answer: lead_pb2.Lead = await self.converting.ConvertLead(request, timeout=0.6, **self.anna)
        return answer

    async def convert_and_work(self, lead: lead_pb2.Lead, **choices: Any) -> lead_pb2.Lead:
        """Convert while the jobs are carried out beside, as in production."""
        working = asyncio.create_task(self.jobs.run())
        try:
            request = ConvertLeadRequest(name=lead.name, **choices)
            answer: lead_pb2.Lead = await self.converting.ConvertLead(request, **self.anna)
        finally:
            working.cancel()
        return answer

    async def now(self, lead: lead_pb2.Lead) -> lead_pb2.Lead:
        found: lead_pb2.Lead = await self.stub.GetLead(GetLeadRequest(name=lead.name), **self.anna)
        return found

    async def counts(self) -> tuple[int, ...]:
        """Accounts, contacts, registrations and opportunities of pipeline."""
        async with self.pipeline.engine.connect() as connection:
            tables = (ACCOUNTS, CONTACTS, REGISTRATIONS, OPPORTUNITIES)
            return tuple([await connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables])

    async def told(self) -> list[str]:
        async with self.leads.engine.connect() as connection:
            subjects = await connection.scalars(select(outbox.c.subject).order_by(outbox.c.id))
            return [each.removeprefix("millrace.leads.v1.lead.") for each in subjects]

    async def tell_pipeline(self, *, active: bool) -> None:
        """What pipeline's copy of the organization says of Anna."""
        members = PIPELINE_ORGANIZATION.members
        told = {"active": active, "version": members.c.version + 1}
        await self.pipeline.organize(update(members).where(members.c.uuid == ANNA).values(**told))
        await PIPELINE_CALLERS.organization(self.pipeline.parts).refresh()

    def cut_off(self) -> None:
        """Pipeline cannot be reached."""
        self.leads.parts._channels["pipeline"] = grpc.aio.insecure_channel(NOWHERE)

    def connect(self) -> None:
        """Pipeline can be reached."""
        self.leads.parts._channels["pipeline"] = self.pipeline.channel


@pytest.fixture
async def sales(house: LeadsHouse, pipeline: PipelineHouse, clock: FixedClock) -> Sales:
    async def metadata() -> tuple[tuple[str, str], ...]:
        return (("authorization", "Bearer leads"),)

    definition = house.parts.definition
    house.parts.definition = dataclasses.replace(definition, credentials=lambda _parts: metadata)
    grants = {"pipeline.read": Scope.ALL, "pipeline.write": Scope.ALL}
    pipeline.principals["leads"] = Principal(subject="services/leads", grants=grants)
    words = {"key": "sales", "display_name_zh": "销售", "display_name_en": "Sales"}
    own = {permission: int(Scope.OWN) for permission in grants}
    both = Sales(house, pipeline, clock)
    both.role = {"uuid": UUID(int=301), "version": 1, **words, "grants": own, "archived": False}
    await pipeline.organize(insert(PIPELINE_ORGANIZATION.roles).values(both.role))
    await house.hire(ANNA)
    both.connect()
    return both


async def test_who_converts_a_lead_sees_at_once_what_became_of_it(sales: Sales) -> None:
    lead = await sales.lead()
    done = await sales.convert_and_work(lead)
    assert done.state == lead_pb2.LEAD_STATE_CONVERTED
    became = done.conversion
    assert (became.account[:9], became.contact[:9], became.registration[:14], became.opportunity) == (
        "accounts/",
        "contacts/",
        "registrations/",
        "",
    )
    assert became.HasField("convert_time")
    assert await sales.counts() == (1, 1, 1, 0)
    assert await sales.told() == ["created", "converting", "converted"]


async def share(sales: Sales, lead: lead_pb2.Lead, member: UUID, *, until: date) -> None:
    await sales.leads.hire(member)
    terms = lead_collaborator_pb2.LeadCollaborator(
        member=f"members/{member}",
        role=lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_WRITE,
        end_date=date_message(until),
        reason="售前方案支持",
    )
    request = AddLeadCollaboratorRequest(parent=lead.name, lead_collaborator=terms)
    await LeadCollaboratorServiceStub(sales.leads.channel).AddLeadCollaborator(request, **sales.anna)


async def helpers_of(sales: Sales, account: str) -> list[account_collaborator_pb2.AccountCollaborator]:
    stub: Any = AccountCollaboratorServiceStub(sales.pipeline.channel)
    request = ListAccountCollaboratorsRequest(parent=account)
    return list((await stub.ListAccountCollaborators(request, **sales.pipeline.boss)).account_collaborators)


async def test_who_helped_with_a_lead_helps_with_its_account_on_the_same_terms(sales: Sales) -> None:
    lead = await sales.lead()
    await share(sales, lead, BO, until=date(2026, 4, 1))
    await share(sales, lead, UNKNOWN_THERE, until=date(2026, 4, 1))
    done = await sales.convert_and_work(lead)
    (kept,) = await helpers_of(sales, done.conversion.account)
    assert (kept.member, kept.reason) == (f"members/{BO}", "售前方案支持")
    assert kept.end_date == date_message(date(2026, 4, 1))
    assert kept.role == account_collaborator_pb2.ACCOUNT_COLLABORATOR_ROLE_WRITE
    assert kept.creator == f"members/{ANNA}"


async def test_a_lead_of_somebody_elses_customer_shares_nothing(sales: Sales) -> None:
    known = CreateAccountRequest(account=account_pb2.Account(display_name=YUNFAN))
    await AccountServiceStub(sales.pipeline.channel).CreateAccount(known, **sales.pipeline.boss)
    lead = await sales.lead()
    await share(sales, lead, BO, until=date(2026, 4, 1))
    done = await sales.convert_and_work(lead)
    assert await helpers_of(sales, done.conversion.account) == []


async def test_what_happened_to_the_lead_comes_over_with_it(sales: Sales) -> None:
    lead = await sales.lead(need=NEED)
    sales.clock.travel(days=1)
    await sales.lead(need="又来电，再加两条产线")
    sales.clock.travel(days=1)
    judged = OverrideLeadGradeRequest(name=lead.name, grade=lead_pb2.GRADE_A, reason="总经理亲自来电")
    await sales.stub.OverrideLeadGrade(judged, **sales.anna)
    await follow_up(sales.leads, lead, note="已约总经理下周见面", caller=sales.anna)
    await correct(sales.leads, await follow_up(sales.leads, lead, note="打错电话"), None)
    sales.clock.travel(days=1)
    done = await sales.convert_and_work(lead)
    request = ListAccountLeadHistoryRequest(parent=done.conversion.account)
    history = LeadHistoryServiceStub(sales.pipeline.channel)
    entries = (await history.ListAccountLeadHistory(request, **sales.pipeline.boss)).entries
    kinds = [history_kinds.LeadHistoryKind.Name(each.kind).removeprefix("LEAD_HISTORY_KIND_") for each in entries]
    assert kinds == ["FIRST_CONTACT", "ASSIGNED", "TOUCHED", "GRADED", "FOLLOWED_UP", "CONVERTED"]
    _, assigned, touched, graded, followed_up, converted = entries
    assert (followed_up.actor, followed_up.need) == (f"members/{ANNA}", "已约总经理下周见面")
    assert [why.text for why in followed_up.reasons] == ["电话：已联系上"]
    assert assigned.owner == f"members/{ANNA}"
    assert all(why.text != why.code for each in entries for why in each.reasons)
    assert touched.need == "又来电，再加两条产线"
    assert (graded.actor, graded.grade) == (f"members/{ANNA}", "A")
    assert "总经理亲自来电" in graded.reasons[0].text
    assert (converted.actor, converted.owner, converted.grade) == (f"members/{ANNA}", f"members/{ANNA}", "A")
    assert [touched.time.seconds - assigned.time.seconds, converted.time.seconds - graded.time.seconds] == [86_400] * 2


async def test_a_converted_lead_is_no_load_any_more(sales: Sales) -> None:
    await sales.convert_and_work(await sales.lead())
    async with sales.leads.engine.connect() as connection:
        assert await connection.scalar(select(func.sum(MEMBER_LOADS.c.open_leads))) == 0


async def test_who_waits_too_long_is_told_that_it_goes_on(sales: Sales) -> None:
    lead = await sales.lead()
    began = time.monotonic()
    waiting = await sales.convert(lead)
    assert time.monotonic() - began < 1
    assert waiting.state == lead_pb2.LEAD_STATE_CONVERTING
    await sales.jobs.drain()
    assert (await sales.now(lead)).state == lead_pb2.LEAD_STATE_CONVERTED


async def test_what_is_known_better_stays_with_the_lead_and_completes_the_registration(sales: Sales) -> None:
    done = await sales.convert_and_work(
        await sales.lead(),
        need=NEED,
        amount=Money(currency_code="CNY", units=300_000),
        expected_close_date=Date(year=2026, month=9, day=30),
        follow_up_state=registration_events_pb2.FOLLOW_UP_STATE_NEED_CONFIRMED,
    )
    assert (done.need, done.budget_min.units, done.budget_max.units) == (NEED, 300_000, 300_000)
    assert await sales.pipeline.subjects("registration") == ["registration.created", "registration.submitted"]


async def test_a_refused_lead_is_where_it_was_with_the_reason_and_can_be_converted_otherwise(sales: Sales) -> None:
    lead = await sales.lead()
    opportunity = lead_pb2.LEAD_TARGET_OPPORTUNITY
    refused = await sales.convert_and_work(
        lead, target=opportunity, amount=Money(currency_code="CNY", units=10_000), request_id="first"
    )
    assert refused.state == lead_pb2.LEAD_STATE_NEW
    assert [(each.code, each.text) for each in refused.conversion.errors] == [
        ("CONVERSION_REGISTRATION_NEEDED", "The registration policy asks for a reviewed registration first")
    ]
    assert await sales.counts() == (0, 0, 0, 0)
    done = await sales.convert_and_work(
        lead, target=opportunity, amount=Money(currency_code="CNY", units=9_999), request_id="second"
    )
    assert (done.state, done.conversion.registration) == (lead_pb2.LEAD_STATE_CONVERTED, "")
    assert await sales.counts() == (1, 1, 0, 1)
    assert list(done.conversion.errors) == []


async def test_while_pipeline_is_away_a_lead_waits_and_is_then_converted_once(sales: Sales) -> None:
    sales.cut_off()
    lead = await sales.lead()
    await sales.convert(lead)
    assert await sales.jobs.drain() == 1
    assert (await sales.now(lead)).state == lead_pb2.LEAD_STATE_CONVERTING
    sales.connect()
    sales.clock.travel(seconds=1)
    assert await sales.jobs.drain() == 1
    assert (await sales.now(lead)).state == lead_pb2.LEAD_STATE_CONVERTED
    assert await sales.counts() == (1, 1, 1, 0)


async def test_a_lead_that_could_not_be_converted_for_days_is_given_back(sales: Sales) -> None:
    sales.cut_off()
    lead = await sales.lead()
    await sales.convert(lead, request_id="first")
    async with sales.leads.engine.begin() as connection:
        # The last try; the ones before took two days.
        await connection.execute(update(jobs).values(attempts=jobs.c.attempts + 100))
    await sales.jobs.drain()
    given_back = await sales.now(lead)
    assert given_back.state == lead_pb2.LEAD_STATE_NEW
    assert [each.code for each in given_back.conversion.errors] == ["CONVERSION_UNAVAILABLE"]
    sales.connect()
    done = await sales.convert_and_work(lead, request_id="second")
    assert done.state == lead_pb2.LEAD_STATE_CONVERTED


async def test_a_refusal_by_a_copy_that_is_behind_is_no_answer(sales: Sales) -> None:
    """Anna was hired a moment ago: leads know of it, pipeline does not yet."""
    await sales.leads.organize(insert(LEADS_ORGANIZATION.roles).values(sales.role))
    await sales.tell_pipeline(active=False)
    lead = await sales.lead()
    await sales.convert(lead)
    assert await sales.jobs.drain() == 1
    assert (await sales.now(lead)).state == lead_pb2.LEAD_STATE_CONVERTING
    await sales.tell_pipeline(active=True)
    sales.clock.travel(seconds=1)
    assert await sales.jobs.drain() == 1
    assert (await sales.now(lead)).state == lead_pb2.LEAD_STATE_CONVERTED


async def test_who_may_not_write_there_by_either_copy_is_told_at_once(sales: Sales) -> None:
    await sales.tell_pipeline(active=False)
    refused = await sales.convert_and_work(await sales.lead())
    assert refused.state == lead_pb2.LEAD_STATE_NEW
    assert [each.code for each in refused.conversion.errors] == ["CONVERSION_NOT_ALLOWED"]


async def test_a_lead_changed_between_two_tries_is_converted_once(sales: Sales) -> None:
    lead = await sales.lead()
    waiting = await sales.convert(lead)
    # A first worker asks pipeline, and dies before it keeps the answer.
    async with sales.leads.engine.connect() as connection:
        row = (await connection.execute(select(LEADS))).mappings().one()
    asked = from_row(row)
    assert asked.conversion is not None
    stub: Any = LeadConversionStub(sales.pipeline.channel)
    bearer = {"metadata": (("authorization", "Bearer leads"),)}
    first = await stub.AcceptLead(accept_request(LeadToTell(lead=asked), asked.conversion, []), **bearer)
    changed = lead_pb2.Lead(name=lead.name, company_name="杭州云帆软件有限公司", etag=waiting.etag)
    mask = FieldMask(paths=["company_name"])
    await sales.stub.UpdateLead(UpdateLeadRequest(lead=changed, update_mask=mask), **sales.anna)
    await sales.jobs.drain()
    done = await sales.now(lead)
    assert (done.state, done.conversion.registration) == (lead_pb2.LEAD_STATE_CONVERTED, first.registration)
    assert await sales.counts() == (1, 1, 1, 0)


async def test_a_lead_is_converted_once(sales: Sales) -> None:
    lead = await sales.lead()
    first = await sales.convert_and_work(lead, request_id="once")
    again = await sales.convert(lead, request_id="once")
    assert again.conversion == first.conversion
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await sales.convert(lead, request_id="twice")
    assert refusal.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert await sales.counts() == (1, 1, 1, 0)


async def test_whoever_does_not_see_a_lead_does_not_convert_it(sales: Sales) -> None:
    lead = await sales.lead()
    sales.anna = sales.leads.as_member(BO, Scope.OWN)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await sales.convert(lead)
    assert refusal.value.code() == grpc.StatusCode.NOT_FOUND


async def test_a_lead_seen_in_another_version_is_not_converted(sales: Sales) -> None:
    lead = await sales.lead()
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await sales.convert(lead, etag="99")
    assert refusal.value.code() == grpc.StatusCode.ABORTED
