"""Taking leads over: everything at once or nothing, and once for each lead (线索转化)."""

import asyncio
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.pipeline.v1 import account_pb2, registration_events_pb2
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest, DeleteAccountRequest, GetAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.lead_conversion_service_pb2 import (
    CONVERSION_TARGET_OPPORTUNITY,
    AcceptLeadRequest,
    AcceptLeadResponse,
)
from millrace.pipeline.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from sqlalchemy import Table, func, insert, select

from chassis.principal import Principal, Scope
from chassis.tables import audit
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.lead_conversions import LEAD_CONVERSIONS
from services.pipeline.storage.metadata import APPROVALS_TABLE, ORGANIZATION
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from services.pipeline.storage.registration_tables import REGISTRATIONS
from tests.integration.pipeline.conftest import CHENGDU, HANGZHOU, LI_NA, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.support.serving import Caller

LEAD = UUID(int=900)
CHANNEL = UUID(int=901)
YUNFAN, CODE = "杭州云帆科技有限公司", "91330100MA27XF6R2R"
COMPLETE: dict[str, Any] = {
    "need": "三条产线的设备管理系统，要能接入现有的MES，年内上线。",
    "budget_min": Money(currency_code="CNY", units=300_000),
    "budget_max": Money(currency_code="CNY", units=300_000),
    "expected_close_date": Date(year=2026, month=9, day=30),
    "follow_up_state": registration_events_pb2.FOLLOW_UP_STATE_NEED_CONFIRMED,
}


class Conversion:
    """The service of leads, asking on behalf of Zhang Wei."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.accounts: Any = AccountServiceStub(house.channel)
        self.stub: Any = LeadConversionServiceStub(house.channel)
        house.principals["leads"] = Principal(
            subject="services/leads", grants={"pipeline.read": Scope.ALL, "pipeline.write": Scope.ALL}
        )
        self.leads: Caller = {"metadata": (("authorization", "Bearer leads"), ("accept-language", "zh"))}

    async def accept(self, *, lead: UUID = LEAD, request_id: str = "", **told: Any) -> AcceptLeadResponse:
        request = AcceptLeadRequest(
            lead=f"leads/{lead}",
            request_id=request_id,
            **{
                "owner": f"members/{ZHANG_WEI}",
                "actor": f"members/{ZHANG_WEI}",
                "company_name": YUNFAN,
                "contact_name": "王芳",
                "phone": "13805718000",
                "channel": f"channels/{CHANNEL}",
                **told,
            },
        )
        answer: AcceptLeadResponse = await self.stub.AcceptLead(request, **self.leads)
        return answer

    async def count(self, table: Table) -> int:
        async with self.house.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)

    async def people(self) -> list[Any]:
        async with self.house.engine.connect() as connection:
            return list((await connection.execute(select(CONTACTS))).mappings())

    async def counts(self) -> tuple[int, ...]:
        tables = (ACCOUNTS, CONTACTS, REGISTRATIONS, OPPORTUNITIES, LEAD_CONVERSIONS)
        return tuple([await self.count(table) for table in tables])


@pytest.fixture
async def conversion(house: PipelineHouse) -> Conversion:
    grants = {"pipeline.read": int(Scope.OWN), "pipeline.write": int(Scope.OWN)}
    named = {"key": "sales", "display_name_zh": "销售", "display_name_en": "Sales"}
    role = {"uuid": UUID(int=301), "version": 1, **named, "grants": grants, "archived": False}
    await house.organize(insert(ORGANIZATION.roles).values(role))
    return Conversion(house)


async def test_a_lead_becomes_account_contact_and_registration(conversion: Conversion, house: PipelineHouse) -> None:
    accepted = await conversion.accept()
    assert await conversion.counts() == (1, 1, 1, 0, 1)
    account = await conversion.accounts.GetAccount(GetAccountRequest(name=accepted.account), **house.zhang_wei)
    assert (account.display_name, account.owner, account.team, account.lead, account.channel) == (
        YUNFAN,
        f"members/{ZHANG_WEI}",
        f"teams/{HANGZHOU}",
        f"leads/{LEAD}",
        f"channels/{CHANNEL}",
    )
    assert await house.subjects("registration") == ["registration.created"]


async def test_a_credit_code_comes_over_and_finds_the_account(conversion: Conversion, house: PipelineHouse) -> None:
    first = await conversion.accept(credit_code=CODE)
    account = await conversion.accounts.GetAccount(GetAccountRequest(name=first.account), **house.zhang_wei)
    assert account.credit_code == CODE
    told = {"company_name": "云帆集团", "contact_name": "陈静", "phone": "13905719000"}
    again = await conversion.accept(lead=UUID(int=990), credit_code=CODE, **told)
    assert again.account == first.account
    async with house.engine.connect() as connection:
        assert list(await connection.scalars(select(REGISTRATIONS.c.credit_code))) == [CODE, CODE]


async def test_the_code_of_a_chosen_account_is_the_one_that_holds(conversion: Conversion, house: PipelineHouse) -> None:
    chosen = await conversion.accept(credit_code=CODE)
    other = await conversion.accept(lead=UUID(int=990), credit_code="91350100M000100Y43", account=chosen.account)
    assert other.account == chosen.account
    async with house.engine.connect() as connection:
        assert list(await connection.scalars(select(REGISTRATIONS.c.credit_code))) == [CODE, CODE]


async def test_a_lead_with_all_six_fields_is_submitted_by_itself(conversion: Conversion, house: PipelineHouse) -> None:
    await conversion.accept(**COMPLETE)
    assert await house.subjects("registration") == ["registration.created", "registration.submitted"]
    assert await house.subjects("approval") == ["approval.requested"]


async def test_a_known_customer_is_matched_and_his_person_too(conversion: Conversion, house: PipelineHouse) -> None:
    first = await conversion.accept()
    again = await conversion.accept(lead=UUID(int=990), company_name="杭州云帆科技", contact_name="王 芳")
    assert (again.account, again.contact) == (first.account, first.contact)
    assert again.registration != first.registration
    assert await conversion.counts() == (1, 1, 2, 0, 2)
    other = await conversion.accept(lead=UUID(int=991), contact_name="李强", phone="13905719999")
    assert (other.account == first.account, other.contact == first.contact) == (True, False)


async def test_a_small_order_becomes_an_opportunity_that_counts(conversion: Conversion, house: PipelineHouse) -> None:
    budget = Money(currency_code="CNY", units=9_999)
    accepted = await conversion.accept(
        target=CONVERSION_TARGET_OPPORTUNITY, need="试用版续费", budget_min=budget, budget_max=budget
    )
    assert accepted.opportunity
    async with house.engine.connect() as connection:
        row = (await connection.execute(select(OPPORTUNITIES.c.counts, OPPORTUNITIES.c.lead))).one()
        noted = select(audit.c.details, audit.c.on_behalf_of).where(audit.c.action == "exempt from registration")
        kept = (await connection.execute(noted)).one()
    assert tuple(row) == (True, LEAD)
    assert (kept.details, kept.on_behalf_of) == (
        {"exemption": "small_order", "policy_version": 0},
        f"members/{ZHANG_WEI}",
    )


async def test_what_the_policy_wants_registered_leaves_nothing_behind(
    conversion: Conversion, house: PipelineHouse
) -> None:
    budget = Money(currency_code="CNY", units=10_000)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await conversion.accept(target=CONVERSION_TARGET_OPPORTUNITY, budget_min=budget, budget_max=budget)
    assert refusal.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert await conversion.counts() == (0, 0, 0, 0, 0)


async def test_a_repeat_answers_what_became_of_it_whatever_it_tells_now(conversion: Conversion) -> None:
    first = await conversion.accept(request_id="a")
    assert await conversion.accept(request_id="a") == first
    assert await conversion.accept(request_id="b", contact_name="李强", **COMPLETE) == first
    assert await conversion.counts() == (1, 1, 1, 0, 1)


async def test_ten_repeats_at_once_have_one_effect(conversion: Conversion) -> None:
    asked = (conversion.accept(request_id=f"twin-{number}") for number in range(10))
    # One that waits too long for the others is told to ask again.
    told = await asyncio.gather(*asked, return_exceptions=True)
    answers = [each for each in told if isinstance(each, AcceptLeadResponse)]
    assert len({answer.registration for answer in answers}) == 1
    assert await conversion.counts() == (1, 1, 1, 0, 1)


async def test_ten_leads_of_one_customer_at_once_share_one_account(conversion: Conversion) -> None:
    leads = [UUID(int=1000 + number) for number in range(10)]
    for _ in range(5):  # one that waits too long for the others is told to ask again
        asked = (conversion.accept(lead=lead, request_id=str(lead)) for lead in leads)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        if not any(isinstance(each, Exception) for each in answers):
            break
    assert len({answer.account for answer in answers if isinstance(answer, AcceptLeadResponse)}) == 1
    assert await conversion.counts() == (1, 1, 10, 0, 10)


async def test_a_chosen_account_is_one_the_member_sees_and_that_lives(
    conversion: Conversion, house: PipelineHouse
) -> None:
    request = CreateAccountRequest(account=account_pb2.Account(display_name="宁波海蓝贸易有限公司"))
    mine = await conversion.accounts.CreateAccount(request, **house.zhang_wei)
    other = CreateAccountRequest(account=account_pb2.Account(display_name="成都天府贸易有限公司"))
    theirs = await conversion.accounts.CreateAccount(other, **house.wang_lei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await conversion.accept(account=theirs.name)
    assert refusal.value.code() == grpc.StatusCode.NOT_FOUND
    await conversion.accounts.DeleteAccount(DeleteAccountRequest(name=mine.name), **house.zhang_wei)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await conversion.accept(account=mine.name)
    assert refusal.value.code() == grpc.StatusCode.FAILED_PRECONDITION


async def test_only_the_service_of_leads_hands_leads_over(conversion: Conversion, house: PipelineHouse) -> None:
    conversion.leads = house.boss
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await conversion.accept()
    assert refusal.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_a_member_who_may_not_write_here_converts_nothing(conversion: Conversion, house: PipelineHouse) -> None:
    await house.hire(UUID(int=77), team=CHENGDU, role="finance")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await conversion.accept(actor=f"members/{UUID(int=77)}", owner=f"members/{WANG_LEI}")
    assert refusal.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert await conversion.counts() == (0, 0, 0, 0, 0)


async def test_a_number_that_cannot_be_dialled_stays_with_the_contact(conversion: Conversion) -> None:
    await conversion.accept(phone="打总机", email="wang@yunfan.example", **COMPLETE)
    assert await conversion.counts() == (1, 1, 1, 0, 1)
    (person,) = await conversion.people()
    assert (person["phone"], person["display_name"]) == ("打总机", "王芳")
    async with conversion.house.engine.connect() as connection:
        assert list(await connection.scalars(select(REGISTRATIONS.c.phone))) == [""]


async def test_a_member_who_has_left_meanwhile_is_an_answer(conversion: Conversion) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await conversion.accept(actor=f"members/{UUID(int=404)}")
    assert refusal.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_two_people_behind_one_switchboard_are_two_contacts(conversion: Conversion) -> None:
    first = await conversion.accept(phone="0571-88886666转802")
    second = await conversion.accept(lead=UUID(int=990), contact_name="李强", phone="0571-88886666转803")
    assert (second.account, second.contact == first.contact) == (first.account, False)


async def test_a_known_customer_gets_what_the_lead_knows_better(conversion: Conversion, house: PipelineHouse) -> None:
    first = await conversion.accept(phone="")
    again = await conversion.accept(lead=UUID(int=990), industry="软件", address="浙江省 杭州市")
    assert (again.account, again.contact) == (first.account, first.contact)
    (person,) = await conversion.people()
    assert person["phone"] == "13805718000"
    account = await conversion.accounts.GetAccount(GetAccountRequest(name=first.account), **house.zhang_wei)
    assert (account.industry, account.address) == ("software", "浙江省 杭州市")


async def test_a_number_never_stands_where_a_name_does(conversion: Conversion, house: PipelineHouse) -> None:
    accepted = await conversion.accept(company_name="", contact_name="")
    account = await conversion.accounts.GetAccount(GetAccountRequest(name=accepted.account), **house.zhang_wei)
    assert (account.display_name, account.phone) == ("138****8000", "13805718000")


async def test_whoever_wanted_a_conversion_does_not_review_what_came_of_it(
    conversion: Conversion, house: PipelineHouse
) -> None:
    reach = {permission: int(Scope.ALL) for permission in ("pipeline.read", "pipeline.write", "pipeline.review")}
    named = {"key": "sales_manager", "display_name_zh": "经理", "display_name_en": "Manager"}
    role = {"uuid": UUID(int=302), "version": 1, **named, "grants": reach, "archived": False}
    await house.organize(insert(ORGANIZATION.roles).values(role))
    await conversion.accept(actor=f"members/{LI_NA}", **COMPLETE)
    async with house.engine.connect() as connection:
        assert list(await connection.scalars(select(APPROVALS_TABLE.c.requester))) == [f"members/{LI_NA}"]
