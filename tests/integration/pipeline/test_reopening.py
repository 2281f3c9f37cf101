"""An opportunity that is worked on again is asked what is asked of one that is opened."""

from typing import Any
from uuid import UUID

import pytest
from millrace.contracts.v1 import contract_events_pb2
from millrace.pipeline.v1 import opportunity_events_pb2 as enums
from millrace.pipeline.v1.account_service_pb2 import DeleteAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub

from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings, refusal_of
from tests.integration.pipeline.test_contract_reactions import Contracts, contracts
from tests.integration.pipeline.test_registrations import Bureau, bureau

__all__ = ["bureau", "contracts"]


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def lost_to_a_colleague(deals: Dealings, bureau: Bureau) -> Any:
    """An opportunity that was lost, and whose customer a colleague registered afterwards."""
    opened = await deals.open()
    await deals.lose(opened)
    rival = await bureau.submitted(deals.house.wang_lei, phone="13957112233")
    await bureau.approve(rival, deals.house.boss)
    return opened


async def test_a_lost_opportunity_is_not_reopened_beside_whoever_protects_the_customer_now(
    deals: Dealings, bureau: Bureau
) -> None:
    opened = await lost_to_a_colleague(deals, bureau)
    assert await refusal_of(deals.reopen(opened)) == "CUSTOMER_PROTECTED"
    manager = deals.by(deals.house.boss)
    assert await refusal_of(manager.reopen(opened)) == "CUSTOMER_PROTECTED", "whoever asks for its owner"
    assert (await deals.get(opened)).state == enums.OPPORTUNITY_STATE_LOST


async def test_a_contract_signed_meanwhile_wins_it_whoever_protects_the_customer(
    deals: Dealings, bureau: Bureau, contracts: Contracts
) -> None:
    opened = await lost_to_a_colleague(deals, bureau)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned, uuid=UUID(int=471)))
    assert (await deals.reopen(opened)).state == enums.OPPORTUNITY_STATE_WON


async def test_whoever_protects_the_customer_himself_reopens_his_own(deals: Dealings, bureau: Bureau) -> None:
    opened = await deals.open()
    await deals.lose(opened)
    await bureau.approve(await bureau.submitted())
    assert (await deals.reopen(opened)).state == enums.OPPORTUNITY_STATE_OPEN


async def test_nothing_is_reopened_with_a_customer_who_was_put_away(deals: Dealings) -> None:
    opened = await deals.open()
    await deals.lose(opened)
    accounts = AccountServiceStub(deals.house.channel)
    await accounts.DeleteAccount(DeleteAccountRequest(name=opened.account), **deals.caller)
    assert await refusal_of(deals.reopen(opened)) == "ACCOUNT_ARCHIVED"
