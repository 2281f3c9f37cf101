"""The gift log (礼品记录) through gRPC and PostgreSQL; it is 2 March 2026 in Shanghai."""

import asyncio
from datetime import date
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from google.type.money_pb2 import Money
from millrace.pipeline.v1 import care_record_events_pb2, care_record_pb2
from millrace.pipeline.v1 import care_record_service_pb2 as contract
from millrace.pipeline.v1.contact_service_pb2 import DeleteContactRequest
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1 import rule_set_pb2, rule_set_requests_pb2
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import outbox
from tests.integration.pipeline.caring import Care, a_gift
from tests.integration.pipeline.conftest import HANGZHOU, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import reason_of


@pytest.fixture
def care(house: PipelineHouse) -> Care:
    return Care(house)


@pytest.fixture
async def chen(care: Care, house: PipelineHouse) -> str:
    """A person of a customer of Zhang Wei."""
    return await care.person(house.zhang_wei, await care.account(house.zhang_wei))


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call
    return str(reason_of(refusal.value)[0])


async def test_an_entry_says_what_for_whom_by_whom_and_for_which_occasion(
    care: Care, house: PipelineHouse, chen: str
) -> None:
    account = await care.account(house.zhang_wei, "宁波海蓝贸易有限公司")
    person = await care.person(house.zhang_wei, account)
    day = await care.agree(house.zhang_wei, account, date(2010, 3, 1), yearly=True)
    made = await care.give(house.zhang_wei, person, units=120, occasion=day.name, note="龙井一盒")
    assert (made.account, made.member, made.occasion) == (account, f"members/{ZHANG_WEI}", day.name)
    assert (made.worth, made.note) == (Money(currency_code="CNY", units=120), "龙井一盒")
    read = await care.gifts.GetCareRecord(contract.GetCareRecordRequest(name=made.name), **house.li_na)
    assert read == made
    assert await care.log(house.zhang_wei, filter=f"contact = {chen}") == []


async def test_the_log_shows_the_latest_first_and_a_reader_what_lies_in_his_scope(
    care: Care, house: PipelineHouse, chen: str
) -> None:
    first = await care.give(house.zhang_wei, chen, day=date(2026, 2, 1))
    last = await care.give(house.zhang_wei, chen, day=date(2026, 3, 1), kind=care_record_pb2.CARE_KIND_VISIT)
    assert [each.name for each in await care.log(house.li_na)] == [last.name, first.name]
    assert await care.log(house.wang_lei) == []
    asked = care.gifts.GetCareRecord(contract.GetCareRecordRequest(name=first.name), **house.wang_lei)
    assert await refused(asked) == "CARE_RECORD_NOT_FOUND"
    assert await refused(care.give(house.wang_lei, chen)) == "CONTACT_NOT_FOUND"
    strike = contract.CorrectCareRecordRequest(name=first.name, reason="记错")
    assert await refused(care.gifts.CorrectCareRecord(strike, **house.wang_lei)) == "CARE_RECORD_NOT_FOUND"


async def test_what_is_to_come_is_not_written_down(care: Care, house: PipelineHouse, chen: str) -> None:
    assert await refused(care.give(house.zhang_wei, chen, day=date(2026, 3, 3))) == "CARE_DAY_AHEAD"


async def test_nothing_is_given_to_an_archived_person(care: Care, house: PipelineHouse, chen: str) -> None:
    await care.people.DeleteContact(DeleteContactRequest(name=chen), **house.zhang_wei)
    assert await refused(care.give(house.zhang_wei, chen)) == "CONTACT_ARCHIVED"


async def test_an_occasion_of_somebody_else_is_refused(care: Care, house: PipelineHouse, chen: str) -> None:
    account = await care.account(house.zhang_wei, "宁波海蓝贸易有限公司")
    elsewhere = await care.agree(house.zhang_wei, account, date(2010, 3, 1))
    assert await refused(care.give(house.zhang_wei, chen, occasion=elsewhere.name)) == "CARE_OCCASION_ELSEWHERE"


async def test_over_the_limit_of_a_year_a_gift_is_refused_with_the_sum_so_far(
    care: Care, house: PipelineHouse, chen: str
) -> None:
    await care.give(house.zhang_wei, chen, units=300, day=date(2026, 1, 1))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await care.give(house.zhang_wei, chen, units=201)
    assert reason_of(refusal.value)[0] == "CARE_LIMIT_REACHED"
    assert "300.00 CNY" in (refusal.value.details() or "")
    assert "500.00 CNY" in (refusal.value.details() or "")
    await care.give(house.zhang_wei, chen, units=200)
    assert len(await care.log(house.zhang_wei)) == 2


async def test_each_year_and_each_person_counts_alone(care: Care, house: PipelineHouse, chen: str) -> None:
    await care.give(house.zhang_wei, chen, units=500, day=date(2025, 12, 31))
    await care.give(house.zhang_wei, chen, units=500, day=date(2026, 1, 1))
    other = await care.person(house.zhang_wei, (await care.log(house.zhang_wei))[0].account, display_name="王芳")
    await care.give(house.zhang_wei, other, units=500)
    assert len(await care.log(house.zhang_wei)) == 3


async def test_what_costs_nothing_is_never_over_the_limit(care: Care, house: PipelineHouse, chen: str) -> None:
    await care.give(house.zhang_wei, chen, units=500)
    called = await care.give(house.zhang_wei, chen, kind=care_record_pb2.CARE_KIND_CALL, birthday=True)
    assert (called.HasField("worth"), called.birthday) == (False, True)


async def test_ten_gifts_at_once_stay_within_the_limit(care: Care, house: PipelineHouse, chen: str) -> None:
    given = await asyncio.gather(
        *(care.give(house.zhang_wei, chen, units=200) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(each, care_record_pb2.CareRecord) for each in given) == 2
    assert {reason_of(each)[0] for each in given if isinstance(each, grpc.aio.AioRpcError)} == {"CARE_LIMIT_REACHED"}


async def test_administrators_edit_the_limit(care: Care, house: PipelineHouse, chen: str) -> None:
    rules: Any = RuleSetServiceStub(house.channel)
    asked = rule_set_requests_pb2.GetRuleSetRequest(name="pipelineRuleSets/care")
    shipped = await rules.GetRuleSet(asked, **house.boss)
    body = Struct()
    body.update({"gifts": {"yearly_limit": 100, "currency": "CNY"}})
    edited = rule_set_pb2.RuleSet(name=shipped.name, body=body, etag=shipped.etag)
    await rules.UpdateRuleSet(rule_set_requests_pb2.UpdateRuleSetRequest(rule_set=edited), **house.boss)
    assert await refused(care.give(house.zhang_wei, chen, units=101)) == "CARE_LIMIT_REACHED"


async def test_worth_is_told_in_the_currency_of_the_limit(care: Care, house: PipelineHouse, chen: str) -> None:
    dollars = Money(currency_code="USD", units=10)
    assert await refused(care.give(house.zhang_wei, chen, worth=dollars)) == "CARE_CURRENCY_OTHER"


async def test_a_correction_strikes_the_wrong_entry_out_and_says_why(
    care: Care, house: PipelineHouse, chen: str
) -> None:
    wrong = await care.give(house.zhang_wei, chen, units=450)
    request = contract.CorrectCareRecordRequest(
        name=wrong.name, etag=wrong.etag, reason="金额填错", care_record=a_gift(chen, units=480)
    )
    right = await care.gifts.CorrectCareRecord(request, **house.zhang_wei)
    assert (right.corrects, right.worth.units) == (wrong.name, 480)
    assert [each.name for each in await care.log(house.zhang_wei)] == [right.name]
    struck = next(each for each in await care.log(house.zhang_wei, show_corrected=True) if each.name == wrong.name)
    assert (struck.correction_reason, struck.worth.units, struck.HasField("correct_time")) == ("金额填错", 450, True)
    assert await refused(care.gifts.CorrectCareRecord(request, **house.zhang_wei)) == "STALE_VERSION"
    again = contract.CorrectCareRecordRequest(name=wrong.name, reason="再改")
    assert await refused(care.gifts.CorrectCareRecord(again, **house.zhang_wei)) == "CARE_RECORD_CORRECTED"
    assert await house.subjects("care_record") == [
        "care_record.created",
        "care_record.corrected",
        "care_record.created",
    ]


async def test_a_correction_over_the_limit_changes_nothing(care: Care, house: PipelineHouse, chen: str) -> None:
    wrong = await care.give(house.zhang_wei, chen, units=450)
    request = contract.CorrectCareRecordRequest(name=wrong.name, reason="金额填错", care_record=a_gift(chen, units=501))
    assert await refused(care.gifts.CorrectCareRecord(request, **house.zhang_wei)) == "CARE_LIMIT_REACHED"
    assert [each.name for each in await care.log(house.zhang_wei)] == [wrong.name]


async def test_an_entry_that_never_happened_is_struck_out_alone(care: Care, house: PipelineHouse, chen: str) -> None:
    wrong = await care.give(house.zhang_wei, chen, units=500)
    request = contract.CorrectCareRecordRequest(name=wrong.name, reason="没有送出")
    struck = await care.gifts.CorrectCareRecord(request, **house.zhang_wei)
    assert (struck.name, struck.correction_reason) == (wrong.name, "没有送出")
    await care.give(house.zhang_wei, chen, units=500)


async def test_a_correction_speaks_of_the_same_person(care: Care, house: PipelineHouse, chen: str) -> None:
    wrong = await care.give(house.zhang_wei, chen)
    other = await care.person(house.zhang_wei, wrong.account, display_name="王芳")
    request = contract.CorrectCareRecordRequest(name=wrong.name, reason="记错人", care_record=a_gift(other))
    assert await refused(care.gifts.CorrectCareRecord(request, **house.zhang_wei)) == "CARE_CONTACT_OTHER"


async def test_a_correction_without_a_word_is_refused(care: Care, house: PipelineHouse, chen: str) -> None:
    wrong = await care.give(house.zhang_wei, chen)
    request = contract.CorrectCareRecordRequest(name=wrong.name, reason="  ")
    assert await refused(care.gifts.CorrectCareRecord(request, **house.zhang_wei)) == "REQUEST_INVALID"


async def test_who_may_not_see_money_does_not_see_what_a_gift_was_worth(
    care: Care, house: PipelineHouse, chen: str
) -> None:
    await care.give(house.zhang_wei, chen, units=120)
    blind = house.as_member(ZHANG_WEI, Scope.OWN, may=("pipeline.read",), team=HANGZHOU)
    assert [each.HasField("worth") for each in await care.log(blind)] == [False]


async def test_an_event_tells_no_words(care: Care, house: PipelineHouse, chen: str) -> None:
    await care.give(house.zhang_wei, chen, units=120, note="爱喝龙井")
    async with house.engine.connect() as connection:
        told = select(outbox.c.payload).where(outbox.c.aggregate_type == "care_record")
        (payload,) = await connection.scalars(told)
    event = care_record_events_pb2.CareRecordCreated.FromString(payload)
    assert (event.care_record.contact, event.care_record.worth.units) == (chen, 120)
    assert "爱喝龙井".encode() not in payload


async def test_the_same_request_writes_one_entry(care: Care, house: PipelineHouse, chen: str) -> None:
    first = await care.give(house.zhang_wei, chen, units=300, request_id="once")
    assert await care.give(house.zhang_wei, chen, units=300, request_id="once") == first
    assert len(await care.log(house.zhang_wei)) == 1
