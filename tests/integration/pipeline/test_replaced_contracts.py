"""An opportunity whose winning contract was ended goes on with the next contract that is signed."""

from typing import Any
from uuid import UUID

import pytest
from millrace.contracts.v1 import contract_events_pb2 as told
from millrace.pipeline.v1 import opportunity_events_pb2 as enums
from millrace.pipeline.v1 import opportunity_service_pb2 as contract

from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings, events_of
from tests.integration.pipeline.test_contract_reactions import OTHER, SIGNED, Contracts, conflicts, contracts, worth

__all__ = ["contracts"]
THIRD = UUID(int=403)


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def waiting(deals: Dealings) -> list[str]:
    return [code for _, code in await conflicts(deals, "open = true")]


async def won(deals: Dealings, contracts: Contracts) -> Any:
    opened = await deals.open()
    await contracts.tell(contracts.contract(opened, told.ContractSigned))
    return opened


async def test_the_end_of_the_contract_it_was_won_by_is_told_and_leaves_it_won(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await won(deals, contracts)
    await contracts.tell(contracts.contract(opened, told.ContractTerminated))
    assert await waiting(deals) == ["WON_CONTRACT_ENDED"]
    seen = await deals.get(opened)
    assert (seen.state, seen.contract) == (enums.OPPORTUNITY_STATE_WON, f"contracts/{SIGNED}")


async def test_the_next_signed_contract_takes_the_place_of_the_ended_one(deals: Dealings, contracts: Contracts) -> None:
    opened = await won(deals, contracts)
    await contracts.tell(contracts.contract(opened, told.ContractTerminated))
    await contracts.tell(contracts.contract(opened, told.ContractSigned, OTHER, units=68_000))
    replaced = await deals.get(opened)
    assert (replaced.state, replaced.contract) == (enums.OPPORTUNITY_STATE_WON, f"contracts/{OTHER}")
    assert worth(replaced) == ("AMOUNT_SOURCE_CONTRACT", 68_000, 100_000)
    assert await waiting(deals) == [], "it fits again"
    board = await deals.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **deals.caller)
    assert [each.amount.units for each in board.sums] == [68_000]
    await contracts.tell(contracts.contract(opened, told.ContractAmended, OTHER, units=70_000))
    await contracts.tell(contracts.contract(opened, told.ContractSettled, OTHER, units=70_000))
    paid = await deals.get(opened)
    assert (paid.amount.units, paid.settle_time.seconds > 0, await waiting(deals)) == (70_000, True, [])


async def test_a_contract_signed_before_the_first_was_ended_takes_its_place_with_what_was_paid(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await won(deals, contracts)
    await contracts.tell(contracts.contract(opened, told.ContractSigned, OTHER, units=68_000))
    await contracts.tell(contracts.contract(opened, told.ContractSettled, OTHER, units=68_000))
    assert sorted(await waiting(deals)) == ["SETTLED_OTHER_CONTRACT", "SIGNED_WHILE_WON"]
    await contracts.tell(contracts.contract(opened, told.ContractTerminated))
    replaced = await deals.get(opened)
    assert (replaced.contract, replaced.settle_time.seconds > 0) == (f"contracts/{OTHER}", True)
    assert await waiting(deals) == []


async def test_what_the_ended_contract_was_paid_settles_nothing_of_the_next(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await won(deals, contracts)
    await contracts.tell(contracts.contract(opened, told.ContractSettled))
    await contracts.tell(contracts.contract(opened, told.ContractTerminated))
    await contracts.tell(contracts.contract(opened, told.ContractSigned, OTHER))
    assert not (await deals.get(opened)).HasField("settle_time")
    await contracts.tell(contracts.contract(opened, told.ContractSettled, OTHER))
    assert (await deals.get(opened)).HasField("settle_time")
    assert [name for name, _ in await events_of(deals.house.engine, opened)][-2:] == ["updated", "settled"]


async def test_while_the_winning_contract_stands_another_is_a_conflict_also_after_a_third_was_ended(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await won(deals, contracts)
    await contracts.tell(contracts.contract(opened, told.ContractSigned, OTHER))
    await contracts.tell(contracts.contract(opened, told.ContractTerminated, OTHER))
    await contracts.tell(contracts.contract(opened, told.ContractSigned, THIRD))
    assert (await deals.get(opened)).contract == f"contracts/{SIGNED}"
    assert await waiting(deals) == ["SIGNED_WHILE_WON", "SIGNED_WHILE_WON"]
