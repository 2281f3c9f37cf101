"""How much is known of a customer (资料完整度) is told where one is read, and in lists, in the reader's language."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from millrace.pipeline.v1 import account_pb2, contact_pb2
from millrace.pipeline.v1 import account_service_pb2 as contract
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_service_pb2 import CreateContactRequest, DeleteContactRequest
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_pb2 import RuleSet
from millrace.rules.v1.rule_set_requests_pb2 import UpdateRuleSetRequest

from chassis.principal import Scope
from tests.integration.pipeline.conftest import DIRECTOR, PipelineHouse


@pytest.fixture
async def yunfan(house: PipelineHouse) -> str:
    account = account_pb2.Account(display_name="杭州云帆科技有限公司", industry="software", tier="key")
    request = contract.CreateAccountRequest(account=account)
    return str((await AccountServiceStub(house.channel).CreateAccount(request, **house.zhang_wei)).name)


async def known(house: PipelineHouse, name: str, caller: Any = None) -> account_pb2.AccountCompleteness:
    request = contract.GetAccountRequest(name=name)
    found = await AccountServiceStub(house.channel).GetAccount(request, **(caller or house.boss))
    told: account_pb2.AccountCompleteness = found.completeness
    return told


def missing(told: account_pb2.AccountCompleteness) -> list[str]:
    return [reason.parameters["fact"] for reason in told.missing]


async def test_an_account_tells_what_share_is_known_and_what_is_missing(house: PipelineHouse, yunfan: str) -> None:
    told = await known(house, yunfan)
    assert (told.known_percent, missing(told)[:2]) == (20, ["decision_maker", "contact_means"])


async def test_a_person_who_decides_and_can_be_reached_makes_an_account_more_complete(
    house: PipelineHouse, yunfan: str
) -> None:
    people: Any = ContactServiceStub(house.channel)
    role = contact_pb2.DECISION_ROLE_DECISION_MAKER
    chen = contact_pb2.Contact(account=yunfan, display_name="陈思远", email="chen@yunfan.example", decision_role=role)
    made = await people.CreateContact(CreateContactRequest(contact=chen), **house.boss)
    told = await known(house, yunfan)
    assert (told.known_percent, set(missing(told)) & {"decision_maker", "contact_means"}) == (65, set())
    await people.DeleteContact(DeleteContactRequest(name=made.name), **house.boss)
    assert (await known(house, yunfan)).known_percent == 20


async def test_a_list_tells_the_same_as_the_account(house: PipelineHouse, yunfan: str) -> None:
    people: Any = ContactServiceStub(house.channel)
    chen = contact_pb2.Contact(account=yunfan, display_name="陈思远", phone="13805718000")
    await people.CreateContact(CreateContactRequest(contact=chen), **house.boss)
    page = await AccountServiceStub(house.channel).ListAccounts(contract.ListAccountsRequest(), **house.boss)
    assert [each.completeness for each in page.accounts] == [await known(house, yunfan)]
    assert page.accounts[0].completeness.known_percent == 40


async def test_what_is_missing_is_named_in_the_language_of_the_reader(house: PipelineHouse, yunfan: str) -> None:
    english = house.as_member(DIRECTOR, Scope.ALL, locale="en")
    assert (await known(house, yunfan)).missing[0].text == "缺少：一位决策者"
    assert (await known(house, yunfan, english)).missing[0].text == "Missing: a decision maker"


async def test_administrators_edit_what_is_asked_for(house: PipelineHouse, yunfan: str) -> None:
    body = Struct()
    body.update({"weights": {"industry": 3, "website": 1}})
    edited = RuleSet(name="pipelineRuleSets/account_completeness", body=body, etag="0")
    await RuleSetServiceStub(house.channel).UpdateRuleSet(UpdateRuleSetRequest(rule_set=edited), **house.boss)
    told = await known(house, yunfan)
    assert (told.known_percent, missing(told)) == (75, ["website"])
