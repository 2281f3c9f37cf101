"""Leads are filled from a company register beside their taking in, and warned of companies that are gone (工商信息)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
from millrace.leads.v1 import lead_company_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_company_service_pb2_grpc import LeadCompanyServiceStub
from millrace.leads.v1.lead_explanation_service_pb2 import LEAD_EXPLANATION_SUBJECT_COMPANY, ExplainLeadRequest
from millrace.leads.v1.lead_explanation_service_pb2_grpc import LeadExplanationServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from sqlalchemy import text

from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Scope
from services.leads.__main__ import ACCOUNT, DEFINITION
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import Rulebook
from services.leads.rpc.company_wiring import company_sweeps
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, LeadsHouse
from tests.integration.leads.importing import Importing
from tests.integration.leads.merges import Merging
from tests.support.clock import FixedClock
from tests.support.serving import serving, settings_of

CODE = "91330100MA27XF6R2R"
HEADER = "企业名称,统一社会信用代码,登记状态,法定代表人,注册资本,省份,城市,地址"
YUNFAN = f"杭州云帆科技有限公司,{CODE},存续,王芳,1000万元人民币,浙江省,杭州市,文三路 1 号"
SHUJIANG = "成都蜀江医疗器械有限公司,,注销,,,,,"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "工商库.csv"
    write(path, YUNFAN, SHUJIANG)
    return path


def write(path: Path, *rows: str) -> None:
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")


@pytest.fixture
async def house(leads_database: str, clock: FixedClock, register: Path) -> AsyncIterator[LeadsHouse]:
    """A leads service with a register."""

    def furnish(parts: Parts) -> None:
        organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
        desk = IntakeDesk(
            rulebook=Rulebook(max_age=-1),
            organization=organization,
            zone=parts.settings.time_zone,
            max_age=-1,
            checks_companies=True,
        )
        parts.once("organization", lambda: organization)
        parts.once("desk", lambda: desk)

    settings = settings_of("leads", leads_database, MILLRACE_LEADS_COMPANY_REGISTER=str(register))
    async with serving(LeadsHouse, DEFINITION, settings, clock, furnish=furnish) as house:
        yield house


@pytest.fixture
def desk(house: LeadsHouse) -> Merging:
    return Merging(house)


async def look_up(house: LeadsHouse, clock: FixedClock) -> int:
    """What the service does every few seconds; how much there was to do."""
    done = 0
    for sweep in company_sweeps(house.parts, house.parts.once("desk", lambda: None), ACCOUNT):
        async with house.engine.connect() as connection:
            done += await sweep.run(connection, clock.now())
    return done


async def company(house: LeadsHouse, lead: lead_pb2.Lead, caller: Any = None) -> contract.LeadCompany:
    stub: Any = LeadCompanyServiceStub(house.channel)
    request = contract.GetLeadCompanyRequest(name=f"{lead.name}/company")
    found: contract.LeadCompany = await stub.GetLeadCompany(request, **(caller or house.boss))
    return found


async def test_what_a_lead_lacks_is_filled_with_its_source_and_intake_does_not_wait_for_it(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await desk.create(phone="13905711234")
    assert lead.credit_code == ""
    assert (await company(house, lead)).finding == contract.LEAD_COMPANY_FINDING_UNSPECIFIED
    await look_up(house, clock)
    after = await desk.read(lead)
    assert (after.credit_code, after.address.city, after.phone) == (CODE, "杭州市", "13905711234")
    told = await company(house, lead)
    assert (told.source, list(told.filled_fields)) == ("工商库", ["credit_code", "address"])
    assert (told.company.legal_representative, told.company.registered_capital) == ("王芳", "1000万元人民币")
    assert told.company.status == contract.COMPANY_STATUS_ACTIVE
    assert await desk.events(lead) == ["created", "updated"]


async def test_what_people_entered_stays(desk: Merging, house: LeadsHouse, clock: FixedClock) -> None:
    lead = await desk.create(phone="13905711234", address=lead_pb2.Address(city="成都市"))
    await look_up(house, clock)
    after = await desk.read(lead)
    assert (after.address.city, after.address.line_1, after.credit_code) == ("成都市", "", CODE)


async def test_a_lead_is_looked_up_once_and_again_when_its_company_changes(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await desk.create(phone="13905711234")
    await look_up(house, clock)
    seen = await desk.read(lead)
    await look_up(house, clock)
    await desk.update(lead, need="两套")
    await look_up(house, clock)
    assert (await desk.read(lead)).etag == str(int(seen.etag) + 1)
    await desk.update(lead, company_name="无名小店")
    await look_up(house, clock)
    told = await company(house, lead)
    assert [reason.code for reason in told.warnings] == ["COMPANY_NAME_DIFFERS"], "found by its code"


async def test_a_company_that_is_gone_is_warned_of_on_its_lead(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await desk.create(company_name="成都蜀江医疗器械有限公司")
    assert list((await desk.read(lead)).company_warnings) == []
    await look_up(house, clock)
    (why,) = (await desk.read(lead)).company_warnings
    assert why.text == "By 工商库, 成都蜀江医疗器械有限公司 is cancelled: look into it first"
    stub: Any = LeadExplanationServiceStub(house.channel)
    explained = await stub.ExplainLead(ExplainLeadRequest(name=lead.name), **house.boss)
    chapter = explained.chapters[-1]
    assert chapter.subject == LEAD_EXPLANATION_SUBJECT_COMPANY
    assert chapter.conclusion.text == "By 工商库: 成都蜀江医疗器械有限公司, cancelled"
    assert list(chapter.reasons) == [why]


async def test_another_state_of_the_register_goes_over_the_leads_somebody_works(
    desk: Merging, house: LeadsHouse, clock: FixedClock, register: Path
) -> None:
    lead = await desk.create(phone="13905711234")
    for _ in range(3):
        await look_up(house, clock)
        clock.travel(minutes=2)
    write(register, YUNFAN.replace("存续", "吊销"), SHUJIANG)
    for _ in range(3):
        await look_up(house, clock)
        clock.travel(minutes=2)
    (why,) = (await desk.read(lead)).company_warnings
    assert why.parameters["status"] == "revoked"
    assert list((await company(house, lead)).filled_fields) == ["credit_code", "address"], "it still comes from there"


async def test_a_mark_that_a_killed_process_left_is_taken_once_by_the_next(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await desk.create(phone="13905711234")
    async with house.engine.begin() as connection:
        twice = "insert into company_marks (uuid, lead) select gen_random_uuid(), lead from company_marks"
        await connection.execute(text(twice))
    await look_up(house, clock)
    await look_up(house, clock)
    assert await desk.events(lead) == ["created", "updated"]
    async with house.engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from company_marks"))).scalar() == 0


async def test_names_are_completed_for_whoever_works_with_leads(house: LeadsHouse) -> None:
    stub: Any = LeadCompanyServiceStub(house.channel)
    request = contract.CompleteCompanyNamesRequest(query="杭州云")
    found = await stub.CompleteCompanyNames(request, **house.boss)
    assert [(each.display_name, each.credit_code) for each in found.companies] == [("杭州云帆科技有限公司", CODE)]
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.CompleteCompanyNames(request, **house.as_member(ANNA, Scope.ALL, may=("leads.import",)))
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_company_data_is_told_to_whoever_sees_the_lead_and_goes_with_its_person(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await desk.create(phone="13905711234", contact_name="王芳")
    await look_up(house, clock)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await company(house, lead, house.as_member(UUID(int=77), Scope.OWN))
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
    privacy: Any = LeadPrivacyServiceStub(house.channel)
    await privacy.EraseLeadPerson(EraseLeadPersonRequest(name=lead.name, reason="本人要求"), **house.boss)
    async with house.engine.begin() as connection:
        waiting = "insert into company_marks (uuid, lead) select gen_random_uuid(), uuid from leads"
        await connection.execute(text(waiting))
    await look_up(house, clock)
    assert (await company(house, lead)).finding == contract.LEAD_COMPANY_FINDING_UNSPECIFIED


async def test_what_the_register_filled_does_not_keep_a_lead_whose_import_is_undone(
    desk: Merging, house: LeadsHouse, clock: FixedClock
) -> None:
    files = Importing(house, clock)
    done = await files.take("杭州云帆科技有限公司,王芳,13905711234,,")
    await look_up(house, clock)
    (lead,) = await files.leads_of(done)
    assert (await desk.read(lead)).credit_code == CODE
    assert (await files.undo(done)).taken_back_count == 1
