"""One customer is protected for one owner at a time; the others are told so, and not by whom (报备冲突)."""

import asyncio
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict
from google.type.date_pb2 import Date
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1 import registration_pb2 as messages
from millrace.pipeline.v1 import registration_service_pb2 as contract
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_requests_pb2 import GetRuleSetRequest, UpdateRuleSetRequest
from sqlalchemy import select, text

from chassis.jobs import Sweeps, carry_out
from chassis.principal import service_principal
from chassis.tables import audit
from chassis.work import Read, UnitOfWork
from services.pipeline.__main__ import sweeps
from services.pipeline.domain.registration import Registration
from services.pipeline.storage.protections import held_by_others, protect
from services.pipeline.storage.registration_tables import PROTECTED_KEYS
from services.pipeline.storage.registrations import registration_under_review
from tests.integration.pipeline.conftest import WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of
from tests.integration.pipeline.test_account_look_up import LookUp
from tests.integration.pipeline.test_registrations import Bureau, bureau, refused
from tests.support.serving import Caller
from tests.support.waiting import eventually

__all__ = ["bureau"]


async def renew(bureau: Bureau, name: str) -> messages.Registration:
    request = contract.RenewRegistrationRequest(name=name)
    return await bureau.registrations.RenewRegistration(request, **bureau.house.zhang_wei)


async def sweep(house: PipelineHouse) -> int:
    every = [each for each in sweeps(house.parts) if each.name == "expire registrations"]
    return await Sweeps(every, engine=house.parts.background_engine, clock=house.clock).step(every[0])


async def test_a_second_registration_of_a_customer_tells_until_when_he_is_protected_and_whose_team_to_ask(
    bureau: Bureau,
) -> None:
    await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei, contact_name="王总", phone="+8613857112233")
    assert [(each.code, dict(each.parameters)) for each in rival.conflicts] == [
        ("CONFLICT_PROTECTED_ELSEWHERE", {"team": "杭州团队", "until": "2026-05-31"}),
        ("CONFLICT_ACCOUNT_OWNED", {"team": "杭州团队"}),
    ]
    assert rival.conflicts[0].text == "同一客户已有报备，保护至 2026-05-31，团队：杭州团队"
    judged = await bureau.get(rival.name, bureau.house.boss)
    assert judged.conflicts[0].text == "同一客户（电话相同）已有报备，保护至 2026-05-31，团队：杭州团队"


async def test_a_conflict_reveals_nothing_of_the_other_registration(bureau: Bureau) -> None:
    first = await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei)
    told = str(MessageToDict(rival)["conflicts"])
    assert not any(secret in told for secret in (first.name, first.owner, first.phone, "王小明", "600000"))


async def test_the_same_firm_written_otherwise_under_review_is_a_conflict(bureau: Bureau) -> None:
    await bureau.submitted()
    rival = await bureau.submitted(bureau.house.wang_lei, company_name="云帆科技（杭州）有限公司", phone="13900139001")
    assert [each.code for each in rival.conflicts] == ["CONFLICT_UNDER_REVIEW_ELSEWHERE"]
    judged = await bureau.get(rival.name, bureau.house.boss)
    assert [(each.code, each.parameters["by"]) for each in judged.conflicts] == [("CONFLICT_UNDER_REVIEW", "company")]


async def test_ones_own_second_registration_of_a_customer_is_no_conflict(bureau: Bureau) -> None:
    await bureau.approve(await bureau.submitted())
    second = await bureau.submitted(need="第二个项目：为 300 名用户上线合同管理系统，十月验收")
    assert list(second.conflicts) == []
    assert (await bureau.approve(second)).state == states.REGISTRATION_STATE_APPROVED


async def test_a_protected_customer_is_not_given_to_another_unless_the_reviewer_says_so(bureau: Bureau) -> None:
    await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei)
    code, text = await refused(bureau.approve(rival, bureau.house.boss))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert text == "该客户受其他报备保护至 2026-05-31，请联系：杭州团队；有异议可提请撞单裁决"
    decided = await bureau.review(
        rival, contract.REVIEW_OUTCOME_APPROVE, bureau.house.boss, despite_conflicts=True, comment="两个独立项目"
    )
    assert decided.state == states.REGISTRATION_STATE_APPROVED


async def test_of_two_approvals_at_once_one_protects_the_customer(bureau: Bureau) -> None:
    one = await bureau.submitted()
    bureau.house.clock.travel(days=1)
    other = await bureau.submitted(bureau.house.wang_lei)
    answers = await asyncio.gather(
        bureau.approve(one, bureau.house.boss), bureau.approve(other, bureau.house.boss), return_exceptions=True
    )
    lost = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert [each.code() for each in lost] == [grpc.StatusCode.FAILED_PRECONDITION]
    states_now = sorted([(await bureau.get(one.name)).state, (await bureau.get(other.name)).state])
    assert states_now == [states.REGISTRATION_STATE_UNDER_REVIEW, states.REGISTRATION_STATE_APPROVED]


async def test_a_protection_is_renewed_near_its_end(bureau: Bureau) -> None:
    approved = await bureau.approve(await bureau.submitted())
    assert (await refused(renew(bureau, approved.name)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    bureau.house.clock.travel(days=61)
    renewed = await renew(bureau, approved.name)
    assert renewed.renewals == 1
    longer = renewed.protection_end_time.ToDatetime() - approved.protection_end_time.ToDatetime()
    assert longer == timedelta(days=60)
    bureau.house.clock.travel(days=40)
    assert await sweep(bureau.house) == 0


async def test_a_protection_that_is_over_ends_and_frees_the_customer(bureau: Bureau) -> None:
    approved = await bureau.approve(await bureau.submitted())
    assert await sweep(bureau.house) == 0
    bureau.house.clock.travel(days=90)
    assert await sweep(bureau.house) == 1
    assert (await bureau.get(approved.name)).state == states.REGISTRATION_STATE_EXPIRED
    assert (await bureau.house.subjects("registration"))[-1] == "registration.expired"
    async with bureau.house.engine.connect() as connection:
        assert (await connection.execute(select(PROTECTED_KEYS))).all() == []
    rival = await bureau.submitted(bureau.house.wang_lei)
    assert [each.code for each in rival.conflicts] == ["CONFLICT_ACCOUNT_OWNED"]
    assert (await bureau.approve(rival, bureau.house.boss)).state == states.REGISTRATION_STATE_APPROVED


async def test_a_customer_is_free_from_the_instant_his_protection_ends_before_any_sweep(bureau: Bureau) -> None:
    await bureau.approve(await bureau.submitted())
    bureau.house.clock.travel(days=90)
    rival = await bureau.submitted(bureau.house.wang_lei)
    assert [each.code for each in rival.conflicts] == ["CONFLICT_ACCOUNT_OWNED"]
    assert (await bureau.approve(rival, bureau.house.boss)).state == states.REGISTRATION_STATE_APPROVED


async def test_a_second_registration_of_the_owner_takes_no_protection_from_the_first(bureau: Bureau) -> None:
    first = await bureau.approve(await bureau.submitted())
    bureau.house.clock.travel(days=10)
    await bureau.approve(await bureau.submitted(need="第二个项目：为 300 名用户上线合同管理系统，十月验收"))
    bureau.house.clock.travel(days=55)
    await renew(bureau, first.name)
    bureau.house.clock.travel(days=36)
    assert await sweep(bureau.house) == 1, "the second one ends"
    assert (await bureau.get(first.name)).state == states.REGISTRATION_STATE_APPROVED
    rival = await bureau.submitted(
        bureau.house.wang_lei, expected_close_date=Date(year=2026, month=12, day=31), phone="13857112233"
    )
    code, text = await refused(bureau.approve(rival, bureau.house.boss))
    assert (code, text) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "该客户受其他报备保护至 2026-07-30，请联系：杭州团队；有异议可提请撞单裁决",
    )


async def test_who_passes_over_a_protection_says_why_and_holds_the_customer_when_the_first_ends(bureau: Bureau) -> None:
    first = await bureau.approve(await bureau.submitted())
    bureau.house.clock.travel(days=10)
    rival = await bureau.submitted(bureau.house.wang_lei)
    despite = {"despite_conflicts": True}
    code, _ = await refused(bureau.review(rival, contract.REVIEW_OUTCOME_APPROVE, bureau.house.boss, **despite))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    await bureau.review(rival, contract.REVIEW_OUTCOME_APPROVE, bureau.house.boss, comment="两个独立项目", **despite)
    async with bureau.house.engine.connect() as connection:
        noted = select(audit.c.details).where(audit.c.action == "pass over a protection")
        (details,) = await connection.scalars(noted)
    assert list(details["protected_until"]) == [first.name]
    bureau.house.clock.travel(days=81)
    assert await sweep(bureau.house) == 1
    third = await bureau.submitted(bureau.house.li_na)
    code, text = await refused(bureau.approve(third, bureau.house.boss))
    assert (code, "成都团队" in text) == (grpc.StatusCode.FAILED_PRECONDITION, True)


async def check(bureau: Bureau, name: str, caller: Caller) -> contract.CheckRegistrationResponse:
    return await bureau.registrations.CheckRegistration(contract.CheckRegistrationRequest(name=name), **caller)


async def rephrase(bureau: Bureau, draft: messages.Registration, phone: str) -> messages.Registration:
    told = messages.Registration(name=draft.name, etag=draft.etag, phone=phone)
    request = contract.UpdateRegistrationRequest(registration=told, update_mask=FieldMask(paths=["phone"]))
    return await bureau.registrations.UpdateRegistration(request, **bureau.house.wang_lei)


async def test_a_draft_changed_again_and_again_asks_as_often_as_a_look_up_may(bureau: Bureau) -> None:
    look_up = LookUp(bureau.house)
    await look_up.allow(2)
    await bureau.approve(await bureau.submitted())
    caller = bureau.house.wang_lei
    draft = await bureau.create(caller)
    for _ in range(3):
        found = await check(bureau, draft.name, caller)
    assert found.conflicts[0].code == "CONFLICT_PROTECTED_ELSEWHERE"
    draft = await rephrase(bureau, draft, "13857112299")
    await check(bureau, draft.name, caller)
    draft = await rephrase(bureau, draft, "13857112288")
    with pytest.raises(grpc.aio.AioRpcError) as capped:
        await check(bureau, draft.name, caller)
    assert reason_of(capped.value)[0] == "LOOK_UP_CAP_REACHED"
    with pytest.raises(grpc.aio.AioRpcError):
        await look_up.ask(company_name="上海别家有限公司")
    assert (await check(bureau, draft.name, bureau.house.boss)).conflicts[0].code == "CONFLICT_PROTECTED"


async def test_a_protection_names_the_rules_that_made_it_so_long(bureau: Bureau) -> None:
    waiting = await bureau.submitted()
    rules: Any = RuleSetServiceStub(bureau.house.channel)
    shown = await rules.GetRuleSet(GetRuleSetRequest(name="pipelineRuleSets/registration"), **bureau.house.boss)
    body = MessageToDict(shown.body)
    body["protection"]["days"] = 30
    shown.body.update(body)
    await rules.UpdateRuleSet(UpdateRuleSetRequest(rule_set=shown), **bureau.house.boss)
    approved = await bureau.approve(waiting)
    assert (approved.rules_version, approved.protection_rules_version) == (0, 1)
    assert approved.protection_end_time.ToDatetime().date().isoformat() == "2026-04-01"


async def test_a_lost_opportunity_gives_the_protection_of_its_customer_up_and_reopening_brings_none_back(
    bureau: Bureau,
) -> None:
    deals = Dealings(bureau.house, bureau.house.zhang_wei)
    approved = await bureau.approve(await bureau.submitted())
    opportunity = await deals.get(approved.opportunity)
    await deals.lose(opportunity)
    over = await bureau.get(approved.name)
    assert over.state == states.REGISTRATION_STATE_EXPIRED
    assert over.protection_end_time.ToDatetime(tzinfo=UTC) == bureau.house.clock.now()
    assert (await bureau.house.subjects("registration"))[-1] == "registration.expired"
    await deals.reopen(opportunity)
    rival = await bureau.submitted(bureau.house.wang_lei)
    assert (await bureau.approve(rival, bureau.house.boss)).state == states.REGISTRATION_STATE_APPROVED


async def test_what_is_lost_gives_up_no_other_protection_of_the_customer(bureau: Bureau) -> None:
    deals = Dealings(bureau.house, bureau.house.zhang_wei)
    first = await bureau.approve(await bureau.submitted())
    await bureau.approve(await bureau.submitted())
    await deals.lose(await deals.get(first.opportunity))
    rival = await bureau.submitted(bureau.house.wang_lei)
    code, _ = await refused(bureau.approve(rival, bureau.house.boss))
    assert code is grpc.StatusCode.FAILED_PRECONDITION


async def test_whoever_takes_a_customer_waits_for_another_who_does_and_finds_him_protected(bureau: Bureau) -> None:
    registration = await registration_of(bureau, (await bureau.submitted()).name)
    store, account = bureau.house.parts.store, service_principal("pipeline", {})
    taken, go_on = asyncio.Event(), asyncio.Event()

    async def first(work: UnitOfWork) -> None:
        assert await held_by_others(work, ["p:1"], owner=ZHANG_WEI) == []
        await protect(work, registration, ["p:1"], until=work.now + timedelta(days=90))
        taken.set()
        await go_on.wait()

    async def second(work: UnitOfWork) -> list[UUID]:
        return [each.owner for each in await held_by_others(work, ["p:1"], owner=WANG_LEI)]

    holding = asyncio.create_task(carry_out(store, account, action="test", use_case=first))
    await taken.wait()
    waiting = asyncio.create_task(carry_out(store, account, action="test", use_case=second))

    async def waits() -> bool:
        async with bureau.house.engine.connect() as connection:
            locks = text(
                "select count(*) from pg_locks join pg_database on pg_database.oid = pg_locks.database "
                "where locktype = 'advisory' and not granted and datname = current_database()"
            )
            return waiting.done() or bool(await connection.scalar(locks))

    try:
        await eventually(waits)
        assert not waiting.done(), "it looked before the other was done"
    finally:
        go_on.set()
        await holding
    assert await waiting == [ZHANG_WEI]


async def registration_of(bureau: Bureau, name: str) -> Registration:
    async with bureau.house.engine.connect() as connection:
        return await registration_under_review(
            Read(connection, bureau.house.clock.now(), service_principal("pipeline", {})), UUID(name.rpartition("/")[2])
        )
