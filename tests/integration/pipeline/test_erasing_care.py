"""An erased person leaves the care calendar and the gift log as well (G30): what was spent stays, without words."""

from datetime import date
from typing import Any

import pytest
from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import customer_privacy_service_pb2 as contract
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest
from millrace.pipeline.v1.care_record_service_pb2 import CorrectCareRecordRequest
from millrace.pipeline.v1.customer_privacy_service_pb2_grpc import CustomerPrivacyServiceStub
from millrace.pipeline.v1.occasion_service_pb2 import ListOccasionsRequest

from tests.integration.pipeline.caring import Care, a_gift
from tests.integration.pipeline.conftest import PipelineHouse
from tests.support.searching import found

WORDS = ("欧阳锦绣", "爱喝龙井", "银婚", "2001-03-09", "1968-03-05")


@pytest.fixture
def care(house: PipelineHouse) -> Care:
    return Care(house)


@pytest.fixture
def privacy(house: PipelineHouse) -> Any:
    return CustomerPrivacyServiceStub(house.channel)


async def cared_for(care: Care, house: PipelineHouse, account: str) -> str:
    """A person with a birthday, a day of his, gifts, and one that was written down wrong; all with request ids."""
    rep = house.zhang_wei
    person = await care.person(rep, account, display_name="欧阳锦绣", born=date(1968, 3, 5))
    day = await care.agree(
        rep, account, date(2001, 3, 9), "d", contact=person, title="银婚", note="爱喝龙井", yearly=True
    )
    wrong = await care.give(rep, person, units=100, occasion=day.name, note="爱喝龙井，送一盒", request_id="g")
    right = a_gift(person, units=120, note="欧阳锦绣收到")
    request = CorrectCareRecordRequest(name=wrong.name, reason="欧阳锦绣说是两盒", care_record=right, request_id="c")
    await care.gifts.CorrectCareRecord(request, **rep)
    return person


async def test_an_erased_contact_stands_in_no_occasion_and_no_gift_any_more(
    care: Care, house: PipelineHouse, privacy: Any
) -> None:
    account = await care.account(house.zhang_wei)
    founded = await care.agree(house.zhang_wei, account, date(2010, 3, 6), yearly=True)
    person = await cared_for(care, house, account)
    before = {table for table, _, _ in await found(house.engine, WORDS)}
    assert {"contacts", "occasions", "care_records", "requests"} <= before
    await privacy.EraseContactPerson(
        contract.EraseContactPersonRequest(name=person, reason="本人书面申请"), **house.boss
    )
    assert await found(house.engine, WORDS) == []
    assert await care.calendar(house.zhang_wei) == [("2026-03-06", founded.title)]
    log = await care.log(house.zhang_wei, show_corrected=True)
    assert sorted((each.worth.units, each.note, each.correction_reason) for each in log) == [
        (100, "", ""),
        (120, "", ""),
    ]
    assert (await house.subjects("occasion"))[-1] == "occasion.person_erased"
    assert (await house.subjects("care_record"))[-2:] == ["care_record.person_erased"] * 2


async def test_the_days_of_a_person_who_buys_by_himself_are_erased_with_him(
    care: Care, house: PipelineHouse, privacy: Any
) -> None:
    told = account_pb2.Account(display_name="欧阳锦绣", person=True, phone="139 8888 7777")
    account = (await care.accounts.CreateAccount(CreateAccountRequest(account=told), **house.zhang_wei)).name
    await care.agree(house.zhang_wei, account, date(2001, 3, 9), title="银婚", yearly=True)
    await cared_for(care, house, account)
    request = contract.EraseAccountPersonRequest(name=account, reason="本人书面申请")
    await privacy.EraseAccountPerson(request, **house.boss)
    assert await found(house.engine, WORDS) == []
    left = (await care.days.ListOccasions(ListOccasionsRequest(), **house.boss)).occasions
    assert [(each.title, each.HasField("day")) for each in left] == [("***", False)] * 2


async def test_erased_once_more_nothing_happens(care: Care, house: PipelineHouse, privacy: Any) -> None:
    person = await cared_for(care, house, await care.account(house.zhang_wei))
    request = contract.EraseContactPersonRequest(name=person, reason="本人书面申请")
    await privacy.EraseContactPerson(request, **house.boss)
    told = await house.subjects("occasion"), await house.subjects("care_record")
    await privacy.EraseContactPerson(request, **house.boss)
    assert (await house.subjects("occasion"), await house.subjects("care_record")) == told
