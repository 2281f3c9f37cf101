"""The buyer's name is asked of pipeline, over a real channel."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import grpc
import pytest
from millrace.pipeline.v1.account_pb2 import Account
from millrace.pipeline.v1.account_service_pb2 import GetAccountRequest

from kernel.errors import Overloaded
from services.contracts.rpc.account_names import AccountNames

YUNFAN, SLOW = UUID(int=900), UUID(int=901)


async def get_account(request: GetAccountRequest, context: Any) -> Account:
    """Tell of one account, and who asks."""
    asked = dict(context.invocation_metadata() or ())
    if request.name == f"accounts/{SLOW}":
        await asyncio.sleep(30)
    if request.name != f"accounts/{YUNFAN}":
        await context.abort(grpc.StatusCode.NOT_FOUND)
    return Account(name=request.name, display_name=f"杭州云帆科技有限公司 {asked['authorization']}")


async def credentials() -> tuple[tuple[str, str], ...]:
    return (("authorization", "Bearer service"),)


@pytest.fixture
async def pipeline() -> AsyncIterator[grpc.aio.Channel]:
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        get_account, request_deserializer=GetAccountRequest.FromString, response_serializer=Account.SerializeToString
    )
    name = "millrace.pipeline.v1.AccountService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"GetAccount": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)


async def test_the_name_is_asked_on_the_callers_account_or_the_services_own(pipeline: grpc.aio.Channel) -> None:
    names = AccountNames(pipeline, credentials)
    assert await names.name_of(YUNFAN, token="caller") == "杭州云帆科技有限公司 Bearer caller"
    assert await names.name_of(YUNFAN, token="") == "杭州云帆科技有限公司 Bearer service"


async def test_an_account_nobody_sees_has_no_name(pipeline: grpc.aio.Channel) -> None:
    assert await AccountNames(pipeline, credentials).name_of(UUID(int=1), token="caller") == ""


async def test_a_neighbour_who_is_away_is_told_as_such() -> None:
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(Overloaded):
            await AccountNames(channel, credentials).name_of(YUNFAN, token="caller")


async def test_a_neighbour_who_is_slow_is_waited_for_as_long_as_the_asker_has_time(pipeline: grpc.aio.Channel) -> None:
    with pytest.raises(Overloaded):
        await AccountNames(pipeline, credentials).name_of(SLOW, token="caller", seconds=0.05)
