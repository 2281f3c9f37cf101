"""A rep looks customers up among leads and learns whom to ask, never the record (查重查询)."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_look_up_service_pb2 import LeadLookUp, LookUpLeadRequest
from millrace.leads.v1.lead_look_up_service_pb2_grpc import LeadLookUpServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import insert, select

from chassis.principal import Scope
from chassis.tables import audit
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, BO, EAST, HANGZHOU, LeadsHouse
from tests.support.serving import Caller

YUNFAN = "杭州云帆科技有限公司"
CODE = "91330100MA27XF6R2R"
MAY = ("leads.read", "leads.write")


class LookUp:
    """Bo, who sees his own leads alone, looks up what Anna of Hangzhou has."""

    def __init__(self, house: LeadsHouse) -> None:
        self.house = house
        self.bo = house.as_member(BO, Scope.OWN, may=MAY)
        self.stub: Any = LeadLookUpServiceStub(house.channel)

    async def ask(self, caller: Caller | None = None, **by: str) -> LeadLookUp:
        answer: LeadLookUp = await self.stub.LookUpLead(LookUpLeadRequest(**by), **(caller or self.bo))
        return answer

    async def lead(self, **fields: Any) -> lead_pb2.Lead:
        lead = lead_pb2.Lead(company_name=YUNFAN, contact_name="王芳", **fields)
        stub: Any = LeadServiceStub(self.house.channel)
        made: lead_pb2.Lead = await stub.CreateLead(CreateLeadRequest(lead=lead), **self.house.boss)
        return made

    async def allow(self, daily: int) -> None:
        body = Struct()
        body.update({"look_up": {"daily": daily}})
        rules = LeadRuleSet(name="leadRuleSets/look_up", body=body, etag="0")
        stub: Any = LeadRuleSetServiceStub(self.house.channel)
        await stub.UpdateLeadRuleSet(UpdateLeadRuleSetRequest(lead_rule_set=rules), **self.house.boss)


@pytest.fixture
async def look_up(house: LeadsHouse) -> LookUp:
    team = {"uuid": HANGZHOU, "version": 1, "display_name": "杭州团队", "region": EAST, "path": [HANGZHOU]}
    await house.organize(insert(ORGANIZATION.teams).values({**team, "archived": False}))
    await house.hire(ANNA)
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
        {"email": "Wang.Fang@yunfan.example"},
        {"credit_code": CODE},
    ],
    ids=["short name", "full name", "phone", "mail", "credit code"],
)
async def test_of_anybodys_lead_only_the_team_is_told(look_up: LookUp, by: dict[str, Any]) -> None:
    await look_up.lead(phone="13805718000", email="wang.fang@yunfan.example", credit_code=CODE)
    told = await look_up.ask(**by)
    shown = (told.exists, told.is_customer, told.in_pool, told.team_display_name, told.remaining_look_ups)
    assert shown == (True, False, False, "杭州团队", 299)


async def test_an_unknown_customer_is_free(look_up: LookUp) -> None:
    await look_up.lead()
    told = await look_up.ask(company_name="宁波海蓝贸易有限公司")
    assert (told.exists, told.in_pool, told.team_display_name) == (False, False, "")


async def test_the_cap_of_a_day_is_exact_and_each_customer_counts_once(look_up: LookUp) -> None:
    await look_up.allow(5)
    names = [f"海蓝{number}号贸易有限公司" for number in range(12)]
    answers = await asyncio.gather(*(look_up.ask(company_name=name) for name in names), return_exceptions=True)
    known = [each for each in answers if isinstance(each, LeadLookUp)]
    assert sorted(each.remaining_look_ups for each in known) == [0, 1, 2, 3, 4]
    codes = {each.code() for each in answers if isinstance(each, grpc.aio.AioRpcError)}
    assert codes == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    answered = names[next(place for place, each in enumerate(answers) if isinstance(each, LeadLookUp))]
    assert (await look_up.ask(company_name=f" {answered} ")).remaining_look_ups == 0
    assert (await look_up.ask(look_up.house.boss, company_name="云帆")).remaining_look_ups == 4
    look_up.house.clock.travel(days=1)
    assert (await look_up.ask(company_name="云帆")).remaining_look_ups == 4


async def test_what_is_refused_beyond_the_cap_may_be_asked_on_the_next_day(look_up: LookUp) -> None:
    await look_up.allow(1)
    await look_up.ask(company_name="海蓝贸易")
    for _ in range(2):
        assert await refused(look_up.ask(company_name="云帆科技")) is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_the_audit_tells_who_asked_but_not_the_number(look_up: LookUp) -> None:
    await look_up.ask(phone="138 0571 8000")
    await look_up.ask(phone="+8613805718000")
    async with look_up.house.engine.connect() as connection:
        found = select(audit.c.actor, audit.c.details).where(audit.c.action == "look up")
        rows = (await connection.execute(found)).all()
    assert [row.actor for row in rows] == [f"members/{BO}"] * 2
    assert rows[0].details == rows[1].details
    assert "5718" not in str(rows[0].details)


async def test_a_customer_is_looked_up_by_one_thing_that_says_something(look_up: LookUp) -> None:
    both = {"company_name": "云帆", "phone": "13805718000"}
    wrong: list[dict[str, Any]] = [{}, both, {"phone": "打总机"}, {"credit_code": "12345"}]
    for by in wrong:
        assert await refused(look_up.ask(**by)) is grpc.StatusCode.INVALID_ARGUMENT


async def test_whoever_takes_no_leads_in_looks_none_up(look_up: LookUp) -> None:
    reader = look_up.house.as_member(BO, Scope.ALL, may=("leads.read",))
    assert await refused(look_up.ask(reader, company_name="云帆")) is grpc.StatusCode.PERMISSION_DENIED
