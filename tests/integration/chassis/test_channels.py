"""A channel to another service: calls of every kind pass, and none leaves a unit of work."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest

from chassis.channels import open_channel
from chassis.history import history_over
from chassis.no_network import NetworkInsideTransaction
from chassis.work import Store, UnitOfWork
from tests.integration.chassis.tally import Calls, Tally

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")


async def once(request: Any, _context: Any) -> bytes:
    """The request, or all of them."""
    return request if isinstance(request, bytes) else b"".join([each async for each in request])


async def often(request: Any, context: Any) -> AsyncIterator[bytes]:
    """The same, letter by letter."""
    for letter in await once(request, context):
        yield bytes([letter])


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    """To a service that says again what it hears."""
    server = grpc.aio.server()
    echoes = {kind: often if kind.endswith("stream") else once for kind in KINDS}
    handlers = {kind: getattr(grpc, f"{kind}_rpc_method_handler")(echo) for kind, echo in echoes.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with open_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)


async def ask(channel: grpc.aio.Channel, kind: str) -> bytes:
    asked = iter([b"a", b"b"]) if kind.startswith("stream") else b"ab"
    call = getattr(channel, kind)(f"/Echo/{kind}")(asked, timeout=10)
    return b"".join([each async for each in call]) if kind.endswith("stream") else await call


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_of_every_kind_passes(channel: grpc.aio.Channel, kind: str) -> None:
    assert await ask(channel, kind) == b"ab"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_use_case_can_make_no_call_of_any_kind(
    channel: grpc.aio.Channel, kind: str, store: Store, call: Calls
) -> None:
    async def use_case(_work: UnitOfWork) -> bytes:
        return await ask(channel, kind)

    with pytest.raises(NetworkInsideTransaction):
        await store.write(call(), CreateLeadRequest(), use_case, answer=lambda _: Lead())


async def test_a_use_case_cannot_read_the_history_of_another_service(
    channel: grpc.aio.Channel, store: Store, call: Calls, tally: Tally
) -> None:
    async def nobody() -> tuple[tuple[str, str], ...]:
        return ()

    async def use_case(_work: UnitOfWork) -> None:
        async for _ in history_over(channel, nobody)(tally.subscription, None):
            pass

    with pytest.raises(NetworkInsideTransaction):
        await store.write(call(), CreateLeadRequest(), use_case, answer=lambda _: Lead())


async def test_the_same_channel_serves_again_once_the_unit_is_over(
    channel: grpc.aio.Channel, store: Store, call: Calls
) -> None:
    async def use_case(_work: UnitOfWork) -> None:
        await ask(channel, "unary_unary")

    with pytest.raises(NetworkInsideTransaction):
        await store.write(call(), CreateLeadRequest(), use_case, answer=lambda _: Lead())
    assert await ask(channel, "unary_unary") == b"ab"
