"""Pools of customers (公海): accounts claimed, handed out, given back and moved on, with their people, within caps."""

import asyncio
from uuid import UUID

from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1.account_lookup_service_pb2 import LookUpAccountRequest
from millrace.pipeline.v1.account_lookup_service_pb2_grpc import AccountLookupServiceStub
from millrace.pipeline.v1.account_recycling_pb2 import ACCOUNT_RECYCLING_STATE_POOLED
from millrace.pipeline.v1.opportunity_events_pb2 import OPPORTUNITY_STATE_LOST

from chassis.principal import Scope
from tests.integration.pipeline.conftest import HANGZHOU, REP, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, refusal_of
from tests.integration.pipeline.pooling import DEFAULT, Pools, kind_of
from tests.integration.pipeline.test_accounts import YUNFAN, Accounts
from tests.integration.pipeline.test_lead_conversion import Conversion
from tests.support.serving import Caller


async def pooled(house: PipelineHouse, name: str = YUNFAN, **facts: str) -> account_pb2.Account:
    """An account that Zhang Wei gave back."""
    account = await Accounts(house.channel).create(house.zhang_wei, display_name=name, **facts)
    await Pools(house).release(account, house.zhang_wei)
    return account


def seller(house: PipelineHouse, member: UUID) -> Caller:
    return house.as_member(member, Scope.OWN, may=REP, team=HANGZHOU)


async def test_an_account_given_back_is_nobodys_and_its_people_go_along(house: PipelineHouse) -> None:
    accounts, pools = Accounts(house.channel), Pools(house)
    account = await accounts.create(house.zhang_wei, phone="0571-88886666")
    person = await accounts.add_person(house.zhang_wei, account.name)
    shown = await pools.release(account, house.zhang_wei)
    assert (shown.account, shown.pool, shown.contact_count) == (account.name, DEFAULT, 1)
    after = await accounts.read(account.name, house.boss)
    assert (after.owner, after.team, after.pool) == ("", "", DEFAULT)
    assert after.recycling.state == ACCOUNT_RECYCLING_STATE_POOLED
    assert [each.owner for each in await accounts.people_of(house.boss, account.name)] == [""]
    assert await accounts.people_of(house.zhang_wei, account.name) == []
    (move,) = await pools.moves()
    assert (kind_of(move), move.member, move.reason) == ("RELEASED", f"members/{ZHANG_WEI}", "换了供应商")
    assert (await house.subjects("account"))[-1] == "account.pooled"
    assert person.owner == f"members/{ZHANG_WEI}"


async def test_what_waits_is_masked_until_it_is_claimed_with_its_people_and_history(house: PipelineHouse) -> None:
    accounts, pools = Accounts(house.channel), Pools(house)
    account = await accounts.create(
        house.zhang_wei, display_name="王小明", person=True, phone="13905710001", email="wang@yunfan.example"
    )
    await accounts.add_person(house.zhang_wei, account.name)
    dealings = Dealings(house, house.zhang_wei)
    lost = await dealings.open(account=account.name)
    await dealings.lose(lost)
    await pools.release(account, house.zhang_wei)
    (shown,) = await pools.waiting(house.wang_lei)
    assert (shown.display_name, shown.phone, shown.email) == ("王…明", "139****0001", "w***@yunfan.example")
    assert (shown.contact_count, shown.opportunity_count) == (1, 1)
    assert await pools.waiting(house.wang_lei, filter="display_name:王小明") == []
    assert await refusal_of(accounts.read(account.name, house.wang_lei)) == "ACCOUNT_NOT_FOUND"
    claimed = await pools.claim(account.name, house.wang_lei, etag=shown.etag)
    assert (claimed.owner, claimed.pool, claimed.phone) == (f"members/{WANG_LEI}", "", "13905710001")
    assert len(await accounts.people_of(house.wang_lei, account.name)) == 1
    his = dealings.by(house.wang_lei)
    assert (await his.get(lost)).state == OPPORTUNITY_STATE_LOST
    assert await his.names(f"account = {account.name}") == [lost.display_name]
    assert await his.names() == []
    assert [kind_of(each) for each in await pools.moves(house.wang_lei)] == ["RELEASED", "CLAIMED"]
    assert (await house.subjects("account"))[-2:] == ["account.assigned", "account.taken_from_pool"]


async def test_of_many_who_claim_one_account_at_once_exactly_one_gets_it(house: PipelineHouse) -> None:
    account = await pooled(house)
    members = [UUID(int=number) for number in range(10, 16)]
    for member in members:
        await house.hire(member)
    attempts = [Pools(house).claim(account.name, seller(house, member)) for member in members]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, account_pb2.Account) for each in outcomes) == 1
    assert await refusal_of(Pools(house).claim(account.name, house.wang_lei)) == "ACCOUNT_NOT_IN_POOL"


async def test_the_caps_hold_for_one_who_claims_many_at_once(house: PipelineHouse) -> None:
    found = [await pooled(house, f"第{number}号公司") for number in range(5)]
    pools = Pools(house)
    await pools.edit(holding_cap=2)
    attempts = [pools.claim(account.name, house.wang_lei) for account in found]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    won = [each for each in outcomes if isinstance(each, account_pb2.Account)]
    assert len(won) == 2
    left = next(each.account for each in await pools.waiting(house.wang_lei))
    assert await refusal_of(pools.claim(left, house.wang_lei)) == "ACCOUNT_HOLDER_FULL"
    await pools.edit(etag="1", holding_cap=9, daily_cap=2)
    assert await refusal_of(pools.claim(left, house.wang_lei)) == "ACCOUNT_CLAIMS_OF_THE_DAY_USED"


async def test_a_former_owner_waits_and_whoever_is_not_meant_sees_nothing(house: PipelineHouse) -> None:
    account, pools = await pooled(house), Pools(house)
    assert await refusal_of(pools.claim(account.name, house.zhang_wei)) == "ACCOUNT_COOLING_DOWN"
    await pools.edit(roles=[], members=[f"members/{ZHANG_WEI}"])
    assert await refusal_of(pools.waiting(house.wang_lei)) == "ACCOUNT_POOL_NOT_FOUND"
    assert await refusal_of(pools.claim(account.name, house.wang_lei)) == "ACCOUNT_NOT_FOUND"
    house.clock.travel(days=30)
    assert (await pools.claim(account.name, house.zhang_wei)).owner == f"members/{ZHANG_WEI}"


async def test_administrators_hand_out_and_move_and_others_do_not(house: PipelineHouse) -> None:
    account, pools = await pooled(house), Pools(house)
    other = await pools.open(members=[f"members/{WANG_LEI}"], roles=[])
    assert await refusal_of(pools.transfer(account.name, other.name, house.wang_lei)) == "ACCOUNT_POOL_NOT_ADMINISTERED"
    moved = await pools.transfer(account.name, other.name, house.boss)
    assert moved.pool == other.name
    assert await refusal_of(pools.hand_out(account.name, ZHANG_WEI, house.boss)) == "ACCOUNT_POOL_NOT_YOURS"
    assert await refusal_of(pools.hand_out(account.name, WANG_LEI, house.wang_lei)) == "ACCOUNT_POOL_NOT_ADMINISTERED"
    given = await pools.hand_out(account.name, WANG_LEI, house.boss)
    assert given.owner == f"members/{WANG_LEI}"
    assert [kind_of(each) for each in await pools.moves()] == ["RELEASED", "TRANSFERRED", "HANDED_OUT"]


async def test_a_customer_with_whom_something_is_open_stays_and_it_is_said_why(house: PipelineHouse) -> None:
    accounts, pools = Accounts(house.channel), Pools(house)
    account = await accounts.create(house.zhang_wei)
    dealings = Dealings(house, house.zhang_wei)
    opened = await dealings.open(account=account.name)
    assert await refusal_of(pools.release(account, house.zhang_wei)) == "ACCOUNT_IN_USE"
    await dealings.lose(opened)
    await pools.release(account, house.zhang_wei)
    assert await refusal_of(pools.release(account, house.boss)) == "ACCOUNT_IN_POOL"


async def test_a_customer_who_comes_again_does_not_wait_and_nothing_is_opened_for_one_who_does(
    house: PipelineHouse,
) -> None:
    account = await pooled(house)
    assert await refusal_of(Dealings(house, house.boss).open(account=account.name)) == "ACCOUNT_IN_POOL"
    await Conversion(house).accept()
    after = await Accounts(house.channel).read(account.name, house.zhang_wei)
    assert (after.owner, after.pool) == (f"members/{ZHANG_WEI}", "")
    assert {each.owner for each in await Accounts(house.channel).people_of(house.boss, account.name)} == {after.owner}
    assert [kind_of(each) for each in await Pools(house).moves()] == ["RELEASED", "HANDED_OUT"]


async def test_the_look_up_says_that_a_customer_is_in_a_pool(house: PipelineHouse) -> None:
    await pooled(house)
    request = LookUpAccountRequest(company_name=YUNFAN)
    answer = await AccountLookupServiceStub(house.channel).LookUpAccount(request, **house.wang_lei)
    assert (answer.exists, answer.in_pool, answer.team_display_name) == (True, True, "")
