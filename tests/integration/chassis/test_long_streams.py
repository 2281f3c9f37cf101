"""Long streams take no more than their places, end when their caller is silent, and when he may not see more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from millrace.leads.v1 import lead_import_service_pb2 as contract
from millrace.leads.v1.lead_import_pb2 import LeadImport
from millrace.leads.v1.lead_import_service_pb2_grpc import LeadImportServiceStub

from chassis.principal import Principal, Scope, service_principal
from chassis.rpc import serving
from chassis.rpc.call import Call
from chassis.rpc.long_streams import StreamPlaces, TooManyStreams, paced
from chassis.rpc.serving import Boundary, Identify
from chassis.texts import Texts
from kernel.errors import Overloaded, Unauthenticated
from tests.support.clock import FixedClock

SERVICE = contract.DESCRIPTOR.services_by_name["LeadImportService"]
NAME = "leadImports/01890000-0000-7000-8000-000000000001"
SIGNED_IN = (("authorization", "Bearer anna"),)
ROUNDS = 200
ANNA = Principal(subject="members/anna", grants={"leads.import": Scope.ALL})


def test_no_caller_can_take_the_places_of_all() -> None:
    places = StreamPlaces(most=3, each=2)
    bo = Principal(subject="members/bo")
    with places.place(ANNA), places.place(ANNA):
        with pytest.raises(TooManyStreams), places.place(ANNA):
            raise AssertionError("a third place was given")
        with places.place(bo), pytest.raises(Overloaded), places.place(Principal(subject="members/cai")):
            raise AssertionError("a fourth place was given")
        with places.place(service_principal("leads", {})):
            pass
    with places.place(ANNA), places.place(ANNA):
        pass


async def test_a_caller_who_falls_silent_loses_his_place() -> None:
    async def one_word() -> AsyncIterator[str]:
        yield "hello"
        await asyncio.Event().wait()

    heard = paced(one_word(), silence=0.05)
    assert await anext(heard) == "hello"
    with pytest.raises(TimeoutError):
        await anext(heard)


class Imports:
    """Watches that tell something for ever."""

    async def WatchLeadImport(self, _request: Any, _call: Call) -> AsyncIterator[LeadImport]:
        while True:
            yield LeadImport(name=NAME)
            await asyncio.sleep(0.01)

    def __getattr__(self, _method: str) -> Callable[..., Any]:
        return self.WatchLeadImport


async def last_word(watch: Any) -> None:
    while await watch.read():
        pass


@asynccontextmanager
async def serving_imports(identify: Identify, clock: FixedClock) -> AsyncIterator[Any]:
    """A server of nothing but the boundary and `Imports`, and a client of it."""
    server = grpc.aio.server()
    boundary = Boundary(identify=identify, texts=Texts(), clock=clock)
    server.add_generic_rpc_handlers(tuple(boundary.bind({SERVICE: Imports()})))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield LeadImportServiceStub(channel)
    finally:
        await server.stop(0)


async def test_who_is_refused_while_he_still_sends_is_told_why(clock: FixedClock) -> None:
    async def identify(_token: str, _now: Any) -> Principal:
        return Principal(subject="members/bo")

    piece = contract.UploadLeadImportRequest(file=HttpBody(data=bytes(64 * 1024)))
    async with serving_imports(identify, clock) as stub:
        for round_ in range(ROUNDS):
            upload = stub.UploadLeadImport(metadata=SIGNED_IN, timeout=10)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await send_all(upload, [piece] * (round_ % 40))
            assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def send_all(upload: Any, pieces: list[Any]) -> Any:
    """Send every piece as fast as it goes; what came of it."""
    for piece in pieces:
        await upload.write(piece)
    await upload.done_writing()
    return await upload


async def test_a_watch_ends_soon_after_the_session_of_its_caller(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_LOOK_AGAIN_SECONDS", 0.02)
    ended = asyncio.Event()

    async def identify(_token: str, _now: Any) -> Principal:
        if ended.is_set():
            raise Unauthenticated
        return ANNA

    async with serving_imports(identify, clock) as stub:
        watch = stub.WatchLeadImport(contract.WatchLeadImportRequest(name=NAME), metadata=SIGNED_IN, timeout=10)
        assert [await watch.read() for _ in range(5)] == [LeadImport(name=NAME)] * 5
        ended.set()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await last_word(watch)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
