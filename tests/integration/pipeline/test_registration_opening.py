"""An approved registration becomes account, contact and opportunity at once, without anything entered again."""

from typing import Any
from uuid import UUID

import grpc
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1 import registration_service_pb2 as contract
from millrace.pipeline.v1.account_pb2 import Account
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from sqlalchemy import Table, select

from chassis.jobs import carry_out
from chassis.principal import Scope, service_principal
from services.pipeline.__main__ import registration_desk
from services.pipeline.application.registration_review import register_and_submit
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.registration_facts import RegistrationFacts, RegistrationOrigin
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from tests.integration.pipeline.conftest import HANGZHOU, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.test_registrations import NEED, Bureau, bureau, refused
from tests.support.serving import Caller
from tests.unit.pipeline.registrations import complete_facts

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


async def from_a_lead(bureau: Bureau, facts: RegistrationFacts) -> Registration:
    """What the service of leads has registered for Zhang Wei, in a transaction of its own."""
    desk, lead = registration_desk(bureau.house.parts), service_principal("leads", {"pipeline.write": Scope.ALL})
    origin = RegistrationOrigin(lead=UUID(int=77), channel=UUID(int=78))
    return await carry_out(
        bureau.house.parts.store,
        lead,
        action="convert",
        use_case=lambda work: register_and_submit(work, facts=facts, owner=ZHANG_WEI, origin=origin, desk=desk),
    )


async def test_what_a_lead_tells_is_submitted_by_itself_when_all_six_fields_are_there(bureau: Bureau) -> None:
    await from_a_lead(bureau, complete_facts())
    (waiting,) = await bureau.waiting(bureau.house.li_na)
    registration = await bureau.get(waiting)
    assert (registration.lead, registration.owner) == (f"leads/{UUID(int=77)}", f"members/{ZHANG_WEI}")
    assert await bureau.house.subjects("registration") == ["registration.created", "registration.submitted"]
    await bureau.approve(registration)
    (opportunity,) = await rows(bureau.house, OPPORTUNITIES)
    assert (opportunity["lead"], opportunity["channel"]) == (UUID(int=77), UUID(int=78))


async def test_what_a_lead_tells_incompletely_stays_a_draft_of_its_owner(bureau: Bureau) -> None:
    begun = await from_a_lead(bureau, complete_facts(need=""))
    kept = await bureau.get(begun.name, bureau.house.zhang_wei)
    assert kept.state == states.REGISTRATION_STATE_DRAFT
