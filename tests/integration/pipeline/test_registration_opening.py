"""An approved registration becomes account, contact and opportunity at once, without anything entered again."""

from typing import Any

import grpc
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1 import registration_service_pb2 as contract
from millrace.pipeline.v1.account_pb2 import Account
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from sqlalchemy import Table, select

from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from tests.integration.pipeline.conftest import HANGZHOU, ZHANG_WEI, Caller, PipelineHouse
from tests.integration.pipeline.test_registrations import NEED, Bureau, bureau, refused

__all__ = ["bureau"]


async def rows(house: PipelineHouse, table: Table) -> list[Any]:
    async with house.engine.connect() as connection:
        return list((await connection.execute(select(table).order_by(table.c.uuid))).mappings())


async def an_account(bureau: Bureau, caller: Caller, name: str = "杭州云帆科技有限公司") -> Account:
    stub = AccountServiceStub(bureau.house.channel)
    return await stub.CreateAccount(CreateAccountRequest(account=Account(display_name=name)), **caller)


async def test_on_approval_an_opportunity_is_opened_without_re_entry(bureau: Bureau) -> None:
    approved = await bureau.approve(await bureau.submitted())
    (account,) = await rows(bureau.house, ACCOUNTS)
    (person,) = await rows(bureau.house, CONTACTS)
    (opportunity,) = await rows(bureau.house, OPPORTUNITIES)
    assert approved.account == f"accounts/{account['uuid']}"
    assert approved.opportunity == f"opportunities/{opportunity['uuid']}"
    assert (account["display_name"], account["owner"]) == ("杭州云帆科技有限公司", ZHANG_WEI)
    assert (person["display_name"], person["account"]) == ("王小明", account["uuid"])
    told = {name: opportunity[name] for name in ("need", "owner", "team", "amount_minor", "stage", "counts")}
    assert told == {
        "need": NEED,
        "owner": ZHANG_WEI,
        "team": HANGZHOU,
        "amount_minor": 50_000_000,
        "stage": "need",
        "counts": True,
    }


async def test_a_registration_that_is_not_reviewed_opens_nothing(bureau: Bureau) -> None:
    registration = await bureau.submitted()
    outcome = contract.REVIEW_OUTCOME_REJECT
    await bureau.review(registration, outcome, comment="非目标客户")
    assert await rows(bureau.house, OPPORTUNITIES) == await rows(bureau.house, ACCOUNTS) == []


async def test_a_follow_up_state_never_leads_past_an_unmet_gate(bureau: Bureau) -> None:
    signing = await bureau.submitted(
        follow_up_state=states.FOLLOW_UP_STATE_SIGNING, follow_up_evidence="合同已寄出，单号 SF123"
    )
    await bureau.approve(signing)
    (opportunity,) = await rows(bureau.house, OPPORTUNITIES)
    assert opportunity["stage"] == "need"


async def test_a_known_account_is_found_and_no_second_one_is_made(bureau: Bureau) -> None:
    known = await an_account(bureau, bureau.house.zhang_wei)
    approved = await bureau.approve(await bureau.submitted())
    assert approved.account == known.name
    assert len(await rows(bureau.house, ACCOUNTS)) == 1


async def test_a_named_account_tells_its_name_and_must_be_one_the_caller_sees(bureau: Bureau) -> None:
    known = await an_account(bureau, bureau.house.zhang_wei)
    named = await bureau.create(account=known.name, company_name="")
    assert named.company_name == "杭州云帆科技有限公司"
    code, _ = await refused(bureau.create(bureau.house.wang_lei, account=known.name))
    assert code is grpc.StatusCode.INVALID_ARGUMENT


async def test_an_account_of_another_team_is_a_conflict_and_only_the_team_is_told(bureau: Bureau) -> None:
    await an_account(bureau, bureau.house.zhang_wei)
    rival = await bureau.submitted(bureau.house.wang_lei)
    assert [each.text for each in rival.conflicts] == ["该客户已由其他团队跟进：杭州团队"]


async def test_an_approval_that_is_refused_leaves_neither_account_nor_opportunity(bureau: Bureau) -> None:
    await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei, company_name="另一家新公司有限公司")
    assert (await refused(bureau.approve(rival, bureau.house.boss)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    assert len(await rows(bureau.house, OPPORTUNITIES)) == len(await rows(bureau.house, ACCOUNTS)) == 1
