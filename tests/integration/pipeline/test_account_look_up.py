"""A rep looks customers up and learns whom to ask, never the record (查重查询)."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from millrace.pipeline.v1 import account_pb2, contact_pb2
from millrace.pipeline.v1.account_lookup_service_pb2 import AccountLookup, LookUpAccountRequest
from millrace.pipeline.v1.account_lookup_service_pb2_grpc import AccountLookupServiceStub
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_service_pb2 import CreateContactRequest
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_pb2 import RuleSet
from millrace.rules.v1.rule_set_requests_pb2 import UpdateRuleSetRequest
from sqlalchemy import select

from chassis.tables import audit
from tests.integration.pipeline.conftest import WANG_LEI, PipelineHouse
from tests.support.serving import Caller

YUNFAN = "杭州云帆科技有限公司"
CODE = "91330100MA27XF6R2R"


class LookUp:
    """Wang Lei of Chengdu looks up what Zhang Wei of Hangzhou has."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.stub: Any = AccountLookupServiceStub(house.channel)

    async def ask(self, caller: Caller | None = None, **by: str) -> AccountLookup:
        answer: AccountLookup = await self.stub.LookUpAccount(
            LookUpAccountRequest(**by), **(caller or self.house.wang_lei)
        )
        return answer

    async def account(self, **facts: Any) -> account_pb2.Account:
        accounts: Any = AccountServiceStub(self.house.channel)
        account = account_pb2.Account(display_name=YUNFAN, **facts)
        made: account_pb2.Account = await accounts.CreateAccount(
            CreateAccountRequest(account=account), **self.house.zhang_wei
        )
        return made

    async def allow(self, daily: int) -> None:
        body = Struct()
        body.update({"look_up": {"daily": daily}})
        rules = RuleSet(name="pipelineRuleSets/look_up", body=body, etag="0")
        stub: Any = RuleSetServiceStub(self.house.channel)
        await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rules), **self.house.boss)


@pytest.fixture
def look_up(house: PipelineHouse) -> LookUp:
    return LookUp(house)


async def refused(call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call
    return refusal.value.code()


@pytest.mark.parametrize(
    "by",
    [
        {"company_name": "云帆科技"},
        {"company_name": YUNFAN},
        {"phone": "138 0571 8000"},
        {"phone": "13905719999"},
        {"credit_code": CODE},
    ],
    ids=["short name", "full name", "phone", "phone of a contact", "credit code"],
)
async def test_of_anybodys_customer_only_the_team_is_told(look_up: LookUp, by: dict[str, Any]) -> None:
    made = await look_up.account(phone="13805718000", credit_code=CODE)
    people: Any = ContactServiceStub(look_up.house.channel)
    contact = contact_pb2.Contact(account=made.name, display_name="王芳", phone="13905719999")
    await people.CreateContact(CreateContactRequest(contact=contact), **look_up.house.zhang_wei)
    told = await look_up.ask(**by)
    assert (told.exists, told.in_pool, told.team_display_name, told.remaining_look_ups) == (
        True,
        False,
        "杭州团队",
        199,
    )


async def test_an_unknown_customer_is_free(look_up: LookUp) -> None:
    await look_up.account()
    told = await look_up.ask(company_name="宁波海蓝贸易有限公司")
    assert (told.exists, told.team_display_name) == (False, "")


async def test_the_cap_of_a_day_is_exact(look_up: LookUp) -> None:
    await look_up.allow(5)
    asked = (look_up.ask(company_name=f"云帆{number}科技") for number in range(12))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(each.remaining_look_ups for each in answers if isinstance(each, AccountLookup)) == [0, 1, 2, 3, 4]
    codes = {each.code() for each in answers if isinstance(each, grpc.aio.AioRpcError)}
    assert codes == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert (await look_up.ask(look_up.house.zhang_wei, company_name="云帆")).remaining_look_ups == 4
    look_up.house.clock.travel(days=1)
    assert (await look_up.ask(company_name="云帆")).remaining_look_ups == 4


async def test_a_repeat_with_the_same_request_id_is_counted_once(look_up: LookUp) -> None:
    first = await look_up.ask(company_name="云帆", request_id="once")
    assert await look_up.ask(company_name="云帆", request_id="once") == first
    assert (await look_up.ask(company_name="云帆")).remaining_look_ups == 198


async def test_the_audit_tells_who_asked_but_not_the_number(look_up: LookUp) -> None:
    await look_up.ask(phone="138 0571 8000")
    await look_up.ask(phone="+8613805718000")
    async with look_up.house.engine.connect() as connection:
        found = select(audit.c.actor, audit.c.details).where(audit.c.action == "look up")
        rows = (await connection.execute(found)).all()
    assert [row.actor for row in rows] == [f"members/{WANG_LEI}"] * 2
    assert rows[0].details == rows[1].details
    assert "5718" not in str(rows[0].details)


async def test_a_customer_is_looked_up_by_one_thing_that_says_something(look_up: LookUp) -> None:
    assert await refused(look_up.ask()) is grpc.StatusCode.INVALID_ARGUMENT
    assert await refused(look_up.ask(company_name="云帆", phone="13805718000")) is grpc.StatusCode.INVALID_ARGUMENT
    assert await refused(look_up.ask(phone="打总机")) is grpc.StatusCode.INVALID_ARGUMENT
    assert await refused(look_up.ask(credit_code="12345")) is grpc.StatusCode.INVALID_ARGUMENT
