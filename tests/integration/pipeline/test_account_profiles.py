"""What follows from what happened to an account is told a moment later, and found by it."""

from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import account_service_pb2 as contract

from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.integration.pipeline.profiling import profile, told_of
from tests.integration.pipeline.test_accounts import YUNFAN, Accounts


async def test_the_first_opportunity_tells_the_accounts_lifecycle(house: PipelineHouse) -> None:
    opportunity = await Dealings(house, house.boss).open()
    assert await profile(house) == 1
    (told,) = await told_of(house, opportunity.account)
    assert told.account.lifecycle == account_pb2.ACCOUNT_PHASE_OPPORTUNITY
    assert list(told.changed_fields) == ["phase", "tier"]


async def test_a_second_opportunity_tells_nothing_new_of_its_account(house: PipelineHouse) -> None:
    dealings = Dealings(house, house.boss)
    first = await dealings.open()
    await profile(house)
    await dealings.open()
    house.clock.travel(seconds=10)
    assert await profile(house) == 1
    assert len(await told_of(house, first.account)) == 1


async def test_accounts_are_found_by_their_phase(house: PipelineHouse) -> None:
    accounts = Accounts(house.channel)
    await Dealings(house, house.boss).open()
    await accounts.create(house.boss, display_name="成都锦程物流有限公司")
    await profile(house)
    assert await accounts.listed(house.boss, filter="phase = ACCOUNT_PHASE_OPPORTUNITY") == [YUNFAN]
    assert await accounts.listed(house.boss, filter="phase = ACCOUNT_PHASE_PROSPECT") == ["成都锦程物流有限公司"]


async def test_an_account_brought_back_is_gone_over(house: PipelineHouse) -> None:
    accounts = Accounts(house.channel)
    dealings = Dealings(house, house.boss)
    opportunity = await dealings.open()
    await dealings.lose(opportunity)
    await accounts.accounts.DeleteAccount(contract.DeleteAccountRequest(name=opportunity.account), **house.boss)
    await profile(house)
    assert await told_of(house, opportunity.account) == []
    await accounts.accounts.UndeleteAccount(contract.UndeleteAccountRequest(name=opportunity.account), **house.boss)
    house.clock.travel(seconds=10)
    await profile(house)
    (told,) = await told_of(house, opportunity.account)
    assert told.account.lifecycle == account_pb2.ACCOUNT_PHASE_OPPORTUNITY
