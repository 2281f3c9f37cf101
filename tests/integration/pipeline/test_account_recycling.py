"""Recycling of accounts (回收) through PostgreSQL: swept, told, each once; what is tried out is what comes true."""

import asyncio
from typing import Any

from google.protobuf.struct_pb2 import Struct
from google.type.date_pb2 import Date
from millrace.pipeline.v1 import account_pb2, account_recycling_pb2, care_record_pb2
from millrace.pipeline.v1 import care_record_service_pb2 as care
from millrace.pipeline.v1.care_record_service_pb2_grpc import CareRecordServiceStub
from sqlalchemy import update

from services.pipeline.application.account_recycling import BY_NEW_LIMITS
from services.pipeline.storage.account_tables import ACCOUNTS
from tests.integration.pipeline.conftest import LI_NA, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, refusal_of
from tests.integration.pipeline.pooling import (
    DEFAULT,
    Pools,
    body,
    edit_rules,
    kind_of,
    notices,
    rehearse,
    round_over,
    swept,
)
from tests.integration.pipeline.profiling import profile
from tests.integration.pipeline.test_accounts import Accounts

PROSPECT = "/prospect"


async def taken_in(house: PipelineHouse, name: str = "杭州云帆科技有限公司") -> account_pb2.Account:
    """An account of Zhang Wei, by rules that let it fall back after five working days, with its clock set."""
    account = await Accounts(house.channel).create(house.zhang_wei, display_name=name)
    await swept(house)
    return account


async def standing(house: PipelineHouse, account: account_pb2.Account) -> Any:
    return (await Accounts(house.channel).read(account.name, house.boss)).recycling


async def test_an_account_nobody_works_is_warned_of_and_falls_back_with_its_people(house: PipelineHouse) -> None:
    await edit_rules(house, body())
    account = await taken_in(house)
    await Accounts(house.channel).add_person(house.zhang_wei, account.name)
    soon = 'recycling_next_time < "2026-03-07T00:00:00Z"'
    assert await Accounts(house.channel).listed(house.zhang_wei, filter=soon) == [account.display_name]
    assert await Accounts(house.channel).listed(house.zhang_wei, filter=soon.replace("07", "06")) == []
    told = await standing(house, account)
    assert (told.state, told.limit_days) == (account_recycling_pb2.ACCOUNT_RECYCLING_STATE_RUNNING, 5)
    # The second of March: five days after it end with the seventh, for a house without a calendar works always.
    assert told.due_time.ToJsonString() == "2026-03-07T16:00:00Z"
    assert [each.code for each in told.reasons] == ["ACCOUNT_RECYCLING_LIMIT", "ACCOUNT_RECYCLING_NOTHING_DONE"]
    house.clock.travel(days=5)
    assert await swept(house) == 1
    assert await swept(house) == 0
    assert await notices(house) == [("WARNED", [f"members/{ZHANG_WEI}"])]
    house.clock.travel(days=1)
    assert sorted(await asyncio.gather(swept(house), swept(house))) == [0, 1]
    after = await Accounts(house.channel).read(account.name, house.boss)
    assert (after.owner, after.pool) == ("", DEFAULT)
    assert [each.owner for each in await Accounts(house.channel).people_of(house.boss, account.name)] == [""]
    assert await notices(house) == [
        ("WARNED", [f"members/{ZHANG_WEI}"]),
        ("RECYCLED", [f"members/{ZHANG_WEI}", f"members/{LI_NA}"]),
    ]
    assert len(await notices(house, house.zhang_wei)) == 2
    assert await notices(house, house.wang_lei) == []
    assert [kind_of(each) for each in await Pools(house).moves()] == ["RECYCLED"]
    claimed = await Pools(house).claim(account.name, house.wang_lei)
    await swept(house)
    assert (await standing(house, claimed)).member == f"members/{WANG_LEI}"


async def test_who_takes_an_account_in_goes_on_with_what_he_was_answered(house: PipelineHouse) -> None:
    """Its clock is set with it: no sweep makes it another a moment later, so that its etag holds."""
    account = await Accounts(house.channel).create(house.zhang_wei)
    assert account.recycling.limit_days == 60
    assert await swept(house) == 0
    await profile(house)
    assert (await Accounts(house.channel).read(account.name, house.zhang_wei)).etag == account.etag == "1"


async def test_care_that_counts_extends_the_time_and_what_is_open_stops_it(house: PipelineHouse) -> None:
    await edit_rules(house, body())
    account = await taken_in(house)
    person = await Accounts(house.channel).add_person(house.zhang_wei, account.name)
    house.clock.travel(days=3)
    day = Date(year=2026, month=3, day=4)
    record = care_record_pb2.CareRecord(contact=person.name, kind=care_record_pb2.CARE_KIND_CALL, day=day)
    stub: Any = CareRecordServiceStub(house.channel)
    await stub.CreateCareRecord(care.CreateCareRecordRequest(care_record=record), **house.zhang_wei)
    await profile(house)
    assert (await standing(house, account)).due_time.ToJsonString() == "2026-03-09T16:00:00Z"
    dealings = Dealings(house, house.zhang_wei)
    opened = await dealings.open(account=account.name)
    house.clock.travel(days=30)
    await swept(house)
    await profile(house)
    told = await standing(house, account)
    assert (told.state, told.held_by) == (account_recycling_pb2.ACCOUNT_RECYCLING_STATE_PAUSED, "opportunity")
    await dealings.lose(opened)
    house.clock.travel(minutes=1)
    await profile(house)
    assert (await standing(house, account)).held_by == ""
    assert await notices(house) == []


async def test_a_step_goes_by_what_happened_until_then_whatever_the_row_says(house: PipelineHouse) -> None:
    """An opportunity that was opened and not yet looked at keeps the account, though its row is due."""
    await edit_rules(house, body())
    account = await taken_in(house)
    house.clock.travel(days=9)
    await Dealings(house, house.zhang_wei).open(account=account.name)
    assert await swept(house) == 1
    assert (await standing(house, account)).held_by == "opportunity"
    assert await Pools(house).moves() == []


async def test_what_is_tried_out_is_what_comes_true(house: PipelineHouse) -> None:
    await edit_rules(house, body({"prospect": {"idle": 90, "warn": 5}}))
    found = [await taken_in(house, f"第{number}号公司") for number in range(3)]
    await Dealings(house, house.zhang_wei).open(account=found[2].name)
    await profile(house)
    house.clock.travel(days=14)
    tried = body()
    assert await rehearse(house, tried) == {PROSPECT: (2, (2, 0, 0, 0), (2, 0, 2, 0))}
    assert await Pools(house).moves() == []
    await edit_rules(house, tried, etag="1")
    await round_over(house, BY_NEW_LIMITS)
    await swept(house)
    assert len(await Pools(house).moves()) == 2
    assert await refusal_of(rehearse(house, Struct())) == "RULE_BODY_INVALID"


async def test_an_account_of_before_gets_its_clock_from_now(house: PipelineHouse) -> None:
    await edit_rules(house, body())
    account = await taken_in(house)
    async with house.engine.begin() as connection:
        await connection.execute(update(ACCOUNTS).values(recycling=None, recycle_next=None))
    house.clock.travel(days=20)
    await round_over(house, BY_NEW_LIMITS)
    told = await standing(house, account)
    assert (told.member, told.due_time.ToJsonString()) == (f"members/{ZHANG_WEI}", "2026-03-27T16:00:00Z")
