"""Accounts put into pools and taken out of them, and their clocks swept by hand."""

from typing import Any
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.pipeline.v1 import account_pb2, account_pool_pb2
from millrace.pipeline.v1 import account_pool_service_pb2 as contract
from millrace.pipeline.v1 import account_recycling_service_pb2 as recycling_contract
from millrace.pipeline.v1.account_pool_service_pb2_grpc import AccountPoolServiceStub
from millrace.pipeline.v1.account_recycling_service_pb2_grpc import AccountRecyclingServiceStub
from millrace.pipeline.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_pb2 import RuleSet
from millrace.rules.v1.rule_set_requests_pb2 import UpdateRuleSetRequest

from chassis.jobs import Sweeps
from services.pipeline.__main__ import sweeps
from services.pipeline.application.account_recycling import RECYCLE
from services.pipeline.domain.account_pools import DEFAULT_POOL
from tests.integration.pipeline.conftest import PipelineHouse
from tests.support.serving import Caller

DEFAULT = f"accountPools/{DEFAULT_POOL}"
PHASES: dict[str, Any] = {"prospect": {"idle": 5, "warn": 1}}


class Pools:
    """Pools of customers as one caller works with them."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.stub: Any = AccountPoolServiceStub(house.channel)

    async def open(self, **terms: Any) -> account_pool_pb2.AccountPool:
        told = {"display_name": "华东公海", "roles": ["sales"], **terms}
        request = contract.CreateAccountPoolRequest(account_pool=account_pool_pb2.AccountPool(**told))
        made: account_pool_pb2.AccountPool = await self.stub.CreateAccountPool(request, **self.house.boss)
        return made

    async def edit(self, pool: str = DEFAULT, etag: str = "0", **terms: Any) -> None:
        message = account_pool_pb2.AccountPool(name=pool, etag=etag, **terms)
        mask = FieldMask(paths=list(terms))
        request = contract.UpdateAccountPoolRequest(account_pool=message, update_mask=mask)
        await self.stub.UpdateAccountPool(request, **self.house.boss)

    async def release(self, account: account_pb2.Account, caller: Caller, **more: Any) -> Any:
        request = contract.ReleaseAccountRequest(name=account.name, reason=more.pop("reason", "换了供应商"), **more)
        return await self.stub.ReleaseAccount(request, **caller)

    async def claim(self, account: str, caller: Caller, **more: Any) -> account_pb2.Account:
        request = contract.ClaimAccountRequest(name=account, **more)
        claimed: account_pb2.Account = await self.stub.ClaimAccount(request, **caller)
        return claimed

    async def hand_out(self, account: str, owner: UUID, caller: Caller) -> account_pb2.Account:
        request = contract.HandOutAccountRequest(name=account, owner=f"members/{owner}")
        given: account_pb2.Account = await self.stub.HandOutAccount(request, **caller)
        return given

    async def transfer(self, account: str, pool: str, caller: Caller) -> Any:
        request = contract.TransferPooledAccountRequest(name=account, pool=pool)
        return await self.stub.TransferPooledAccount(request, **caller)

    async def waiting(self, caller: Caller, pool: str = DEFAULT, **wanted: Any) -> list[Any]:
        request = contract.ListPooledAccountsRequest(parent=pool, **wanted)
        return list((await self.stub.ListPooledAccounts(request, **caller)).pooled_accounts)

    async def moves(self, caller: Caller | None = None) -> list[Any]:
        """The ledger, the oldest first."""
        request = contract.ListAccountPoolMovesRequest(order_by="time", page_size=200)
        return list((await self.stub.ListAccountPoolMoves(request, **(caller or self.house.boss))).account_pool_moves)


def kind_of(move: Any) -> str:
    return account_pool_pb2.AccountPoolMoveKind.Name(move.kind).removeprefix("ACCOUNT_POOL_MOVE_KIND_")


async def swept(house: PipelineHouse, name: str = RECYCLE) -> int:
    """Sweep once; how many accounts were looked at."""
    (each,) = (each for each in sweeps(house.parts) if each.name == name)
    return await Sweeps([each], engine=house.parts.background_engine, clock=house.clock).step(each)


async def round_over(house: PipelineHouse, name: str) -> None:
    """A whole round: it takes up its goal, waits a minute, and goes over the accounts twice."""
    for _ in range(3):
        await swept(house, name)
        house.clock.travel(minutes=1)


async def notices(house: PipelineHouse, caller: Caller | None = None) -> list[tuple[str, list[str]]]:
    """What clocks came to, the oldest first, and who was told."""
    request = recycling_contract.ListAccountRecyclingNoticesRequest(order_by="time", page_size=200)
    stub: Any = AccountRecyclingServiceStub(house.channel)
    answer = await stub.ListAccountRecyclingNotices(request, **(caller or house.boss))
    name = recycling_contract.AccountRecyclingNoticeKind.Name
    return [
        (name(each.kind).removeprefix("ACCOUNT_RECYCLING_NOTICE_KIND_"), list(each.told))
        for each in answer.account_recycling_notices
    ]


def body(phases: dict[str, Any] | None = None, **rules: Any) -> Struct:
    """Rules of recycling."""
    return ParseDict({"counts": ["call", "visit"], "phases": phases or PHASES, **rules}, Struct())


async def rehearse(house: PipelineHouse, rules: Struct) -> dict[str, tuple[int, tuple[int, ...], tuple[int, ...]]]:
    request = recycling_contract.RehearseAccountRecyclingRulesRequest(body=rules)
    stub: Any = AccountRecyclingServiceStub(house.channel)
    answer = await stub.RehearseAccountRecyclingRules(request, **house.boss)
    return {each.kind: (each.accounts, _counts(each.now), _counts(each.then)) for each in answer.kinds}


def _counts(counts: Any) -> tuple[int, ...]:
    return counts.with_limit, counts.near, counts.recycled, counts.recycled_warned


async def edit_rules(house: PipelineHouse, rules: Struct, etag: str = "0") -> None:
    rule_set = RuleSet(name="pipelineRuleSets/account_recycling", etag=etag, body=rules)
    stub: Any = RuleSetServiceStub(house.channel)
    await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rule_set), **house.boss)
