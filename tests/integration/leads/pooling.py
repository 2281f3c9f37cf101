"""Leads put into pools and taken out of them, and their clocks swept by hand."""

from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status
from millrace.leads.v1 import lead_pb2, lead_pool_pb2
from millrace.leads.v1 import lead_pool_service_pb2 as contract
from millrace.leads.v1 import lead_recycling_service_pb2 as recycling_contract
from millrace.leads.v1.lead_pool_service_pb2_grpc import LeadPoolServiceStub
from millrace.leads.v1.lead_recycling_service_pb2_grpc import LeadRecyclingServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub

from chassis.principal import Scope
from services.leads.__main__ import DEFINITION
from services.leads.application.recycling import RECYCLE
from services.leads.domain.pools import DEFAULT_POOL
from tests.integration.leads.conftest import LeadsHouse
from tests.support.clock import FixedClock
from tests.support.serving import Caller

DEFAULT = f"leadPools/{DEFAULT_POOL}"
LIMITS: dict[str, Any] = {"A": {"idle": 5, "unconverted": 40, "warn": 1}}


def seller(house: LeadsHouse, member: UUID) -> Caller:
    """Somebody who sells, and sees what is his."""
    return house.as_member(member, Scope.OWN, may=("leads.read", "leads.write", "leads.see_contact"))


def pools(house: LeadsHouse) -> Any:
    return LeadPoolServiceStub(house.channel)


async def open_pool(house: LeadsHouse, **terms: Any) -> lead_pool_pb2.LeadPool:
    told = {"display_name": "华东线索池", "roles": ["sales"], **terms}
    request = contract.CreateLeadPoolRequest(lead_pool=lead_pool_pb2.LeadPool(**told))
    made: lead_pool_pb2.LeadPool = await pools(house).CreateLeadPool(request, **house.boss)
    return made


async def edit_pool(house: LeadsHouse, pool: str = DEFAULT, etag: str = "0", **terms: Any) -> lead_pool_pb2.LeadPool:
    message = lead_pool_pb2.LeadPool(name=pool, etag=etag, **terms)
    request = contract.UpdateLeadPoolRequest(lead_pool=message, update_mask=FieldMask(paths=list(terms)))
    edited: lead_pool_pb2.LeadPool = await pools(house).UpdateLeadPool(request, **house.boss)
    return edited


async def release(
    house: LeadsHouse, lead: lead_pb2.Lead, caller: Caller | None = None, **more: Any
) -> lead_pool_pb2.PooledLead:
    request = contract.ReleaseLeadRequest(name=lead.name, reason=more.pop("reason", "今年没有预算"), **more)
    pooled: lead_pool_pb2.PooledLead = await pools(house).ReleaseLead(request, **(caller or house.boss))
    return pooled


async def claim(house: LeadsHouse, lead: str, caller: Caller, **more: Any) -> lead_pb2.Lead:
    request = contract.ClaimLeadRequest(name=lead, **more)
    claimed: lead_pb2.Lead = await pools(house).ClaimLead(request, **caller)
    return claimed


async def hand_out(house: LeadsHouse, lead: str, owner: UUID, caller: Caller) -> lead_pb2.Lead:
    request = contract.HandOutLeadRequest(name=lead, owner=f"members/{owner}")
    given: lead_pb2.Lead = await pools(house).HandOutLead(request, **caller)
    return given


async def transfer(house: LeadsHouse, lead: str, pool: str, caller: Caller) -> lead_pool_pb2.PooledLead:
    request = contract.TransferPooledLeadRequest(name=lead, pool=pool)
    moved: lead_pool_pb2.PooledLead = await pools(house).TransferPooledLead(request, **caller)
    return moved


async def waiting(
    house: LeadsHouse, caller: Caller, pool: str = DEFAULT, **wanted: Any
) -> Sequence[lead_pool_pb2.PooledLead]:
    answer = await pools(house).ListPooledLeads(contract.ListPooledLeadsRequest(parent=pool, **wanted), **caller)
    return list(answer.pooled_leads)


async def moves(house: LeadsHouse, caller: Caller | None = None, **wanted: Any) -> list[lead_pool_pb2.LeadPoolMove]:
    """The ledger, the oldest first."""
    request = contract.ListLeadPoolMovesRequest(order_by="time", page_size=200, **wanted)
    return list((await pools(house).ListLeadPoolMoves(request, **(caller or house.boss))).lead_pool_moves)


def kind_of(move: lead_pool_pb2.LeadPoolMove) -> str:
    return lead_pool_pb2.LeadPoolMoveKind.Name(move.kind).removeprefix("LEAD_POOL_MOVE_KIND_")


async def refused(attempt: Awaitable[Any]) -> str:
    """The reason an attempt is refused for."""
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await attempt
    status = rpc_status.from_call(refusal.value)  # type: ignore[arg-type]  # an AioRpcError has what a call has
    assert status is not None
    for detail in status.details:
        info = ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""


async def swept(house: LeadsHouse, clock: FixedClock, name: str = RECYCLE) -> int:
    """Sweep once; how many leads were looked at."""
    (each,) = (each for each in DEFINITION.sweeps(house.parts) if each.name == name)
    async with house.engine.connect() as connection:
        return await each.run(connection, clock.now())


async def round_over(house: LeadsHouse, clock: FixedClock, name: str) -> None:
    """A whole round: it takes up its goal, waits a minute, and goes over the leads twice."""
    for _ in range(3):
        await swept(house, clock, name)
        clock.travel(minutes=1)


async def notices(house: LeadsHouse, caller: Caller | None = None, **wanted: Any) -> list[Any]:
    """What clocks came to, the oldest first."""
    request = recycling_contract.ListLeadRecyclingNoticesRequest(order_by="time", page_size=200, **wanted)
    stub = LeadRecyclingServiceStub(house.channel)
    answer = await stub.ListLeadRecyclingNotices(request, **(caller or house.boss))
    return list(answer.lead_recycling_notices)


async def kinds(house: LeadsHouse, **wanted: Any) -> list[str]:
    names = recycling_contract.LeadRecyclingNoticeKind.Name
    return [names(each.kind).removeprefix("LEAD_RECYCLING_NOTICE_KIND_") for each in await notices(house, **wanted)]


def body(grades: dict[str, Any] | None = None, **rules: Any) -> Struct:
    """Rules of recycling."""
    told = {"counts": ["reached"], "least_note": 4, "grades": grades or LIMITS, **rules}
    return ParseDict(told, Struct())


async def edit_rules(house: LeadsHouse, rules: Struct, etag: str = "0") -> None:
    rule_set = LeadRuleSet(name="leadRuleSets/recycling", etag=etag, body=rules)
    request = UpdateLeadRuleSetRequest(lead_rule_set=rule_set)
    await LeadRuleSetServiceStub(house.channel).UpdateLeadRuleSet(request, **house.boss)


async def rehearse(house: LeadsHouse, rules: Struct) -> dict[Any, tuple[int, tuple[int, ...], tuple[int, ...]]]:
    request = recycling_contract.RehearseLeadRecyclingRulesRequest(body=rules)
    answer = await LeadRecyclingServiceStub(house.channel).RehearseLeadRecyclingRules(request, **house.boss)
    return {each.grade: (each.leads, _counts(each.now), _counts(each.then)) for each in answer.grades}


def _counts(counts: Any) -> tuple[int, ...]:
    return counts.with_limit, counts.near, counts.recycled, counts.recycled_warned
