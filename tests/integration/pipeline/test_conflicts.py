"""What does not fit goes with its opportunity, until somebody is done with it."""

import grpc
import pytest
from millrace.contracts.v1 import contract_events_pb2
from millrace.pipeline.v1 import opportunity_service_pb2 as contract
from millrace.pipeline.v1.opportunity_pb2 import OpportunityConflict

from tests.integration.pipeline.conftest import WANG_LEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of
from tests.integration.pipeline.test_contract_reactions import OTHER, Contracts


async def listed(deals: Dealings, filter_: str = "") -> list[OpportunityConflict]:
    request = contract.ListOpportunityConflictsRequest(filter=filter_)
    return list((await deals.stub.ListOpportunityConflicts(request, **deals.caller)).opportunity_conflicts)


async def test_a_conflict_goes_to_the_new_owner_and_is_done_when_he_says_what_came_of_it(house: PipelineHouse) -> None:
    deals, contracts = Dealings(house, house.zhang_wei), Contracts(house)
    opened = await deals.open()
    signed = contract_events_pb2.ContractSigned
    await contracts.tell(contracts.contract(opened, signed), contracts.contract(opened, signed, OTHER))
    (before,) = await listed(deals)
    request = contract.AssignOpportunityRequest(name=opened.name, owner=f"members/{WANG_LEI}")
    await deals.stub.AssignOpportunity(request, **house.boss)
    assert await listed(deals) == []
    heir = deals.by(house.wang_lei)
    (found,) = await listed(heir, "open = true")
    assert (found.name, found.owner) == (before.name, f"members/{WANG_LEI}")
    done = contract.CloseOpportunityConflictRequest(name=found.name, comment="客户另签补充采购")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.stub.CloseOpportunityConflict(done, **deals.caller)
    assert reason_of(refused.value)[0] == "OPPORTUNITY_CONFLICT_NOT_FOUND"
    closed = await heir.stub.CloseOpportunityConflict(done, **heir.caller)
    assert (closed.comment, closed.closer, closed.close_time.seconds > 0) == (
        "客户另签补充采购",
        f"members/{WANG_LEI}",
        True,
    )
    assert await listed(heir, "open = true") == []
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await heir.stub.CloseOpportunityConflict(done, **heir.caller)
    assert reason_of(refused.value)[0] == "OPPORTUNITY_CONFLICT_CLOSED"
