"""Several reads in one call: each let in, refused and failing by itself, as if it had come alone (G25, G26)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import DESCRIPTOR, CreateLeadRequest, GetLeadRequest
from millrace.reading.v1.reading_service_pb2 import Outcome, Question, ReadTogetherRequest
from millrace.reading.v1.reading_service_pb2_grpc import ReadingServiceStub

from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.rpc.serving import Boundary
from chassis.texts import Texts
from kernel.errors import NotFound, Unauthenticated
from tests.support.clock import FixedClock

GRANTS = {
    "reader": {"leads.read": Scope.ALL},
    "contact": {"leads.read": Scope.ALL, "leads.see_contact": Scope.ALL},
    "nobody": {},
}
GET = "/millrace.leads.v1.LeadService/GetLead"
THERE, NOWHERE, BROKEN, SLOW = (f"leads/01890000-0000-7000-8000-00000000000{place}" for place in range(1, 5))


class Leads:
    """A servicer that answers, refuses, fails and takes long."""

    async def GetLead(self, request: GetLeadRequest, call: Call) -> Lead:
        if request.name == SLOW:
            await asyncio.sleep(30)
        if request.name == BROKEN:
            raise ValueError("secret of the database")
        if request.name == NOWHERE:
            raise NotFound(resource=request.name)
        return Lead(name=request.name, phone="+8613800138000", company_name=call.method)

    async def CreateLead(self, request: CreateLeadRequest, call: Call) -> Lead:
        raise AssertionError("nothing is written by a read")

    UpdateLead = CreateLead
    ListLeads = CheckLeadDuplicates = BatchCreateLeads = OverrideLeadGrade = ClearLeadGradeOverride = GetLead


async def identify(token: str, _now: Any) -> Principal:
    if token not in GRANTS:
        raise Unauthenticated
    return Principal(subject=f"members/{token}", grants=GRANTS[token])


@pytest.fixture
async def reading(clock: FixedClock) -> AsyncIterator[ReadingServiceStub]:
    server = grpc.aio.server()
    boundary = Boundary(identify=identify, texts=Texts(), clock=clock)
    server.add_generic_rpc_handlers(tuple(boundary.bind({DESCRIPTOR.services_by_name["LeadService"]: Leads()})))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield ReadingServiceStub(channel)
    await server.stop(0)


def lead(name: str) -> Question:
    return question(GET, GetLeadRequest(name=name))


def question(method: str, request: Message) -> Question:
    return Question(method=method, request=request.SerializeToString())


async def read(
    reading: Any, questions: Sequence[Question], caller: str = "reader", seconds: float = 10
) -> Sequence[Outcome]:
    metadata = (("authorization", f"Bearer {caller}"), ("accept-language", "en"))
    asked = ReadTogetherRequest(questions=questions)
    outcomes: Sequence[Outcome] = (await reading.ReadTogether(asked, metadata=metadata, timeout=seconds)).outcomes
    return outcomes


def reason(status: status_pb2.Status) -> str:
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    return str(info.reason)


async def test_each_is_answered_in_its_place_as_its_own_method_would(reading: ReadingServiceStub) -> None:
    outcomes = await read(reading, [lead(THERE), lead(THERE)])
    found = [Lead.FromString(each.answer) for each in outcomes]
    assert [(each.name, each.company_name) for each in found] == [(THERE, GET)] * 2


async def test_what_one_is_refused_leaves_the_others_alone(reading: ReadingServiceStub) -> None:
    unreadable = GetLeadRequest(name="leads/nobody")
    there, nowhere, broken, wrong, last = await read(
        reading, [lead(THERE), lead(NOWHERE), lead(BROKEN), question(GET, unreadable), lead(THERE)]
    )
    assert there.HasField("answer")
    assert last.HasField("answer")
    refusals = [each.refusal for each in (nowhere, broken, wrong)]
    assert [reason(each) for each in refusals] == ["NOT_FOUND", "INTERNAL", "REQUEST_INVALID"]
    assert "secret" not in str(broken)


async def test_nobody_reads_together_what_he_may_not_read_alone(reading: ReadingServiceStub) -> None:
    (refused,) = await read(reading, [lead(THERE)], caller="nobody")
    assert reason(refused.refusal) == "NOT_ALLOWED"
    with pytest.raises(grpc.aio.AioRpcError) as stranger:
        await read(reading, [lead(THERE)], caller="stranger")
    assert stranger.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(("caller", "phone"), [("reader", "138****8000"), ("contact", "+8613800138000")])
async def test_what_the_caller_may_not_see_is_masked_in_each(
    reading: ReadingServiceStub, caller: str, phone: str
) -> None:
    (shown,) = await read(reading, [lead(THERE)], caller=caller)
    assert Lead.FromString(shown.answer).phone == phone


@pytest.mark.parametrize(
    "method", ["/millrace.leads.v1.LeadService/CreateLead", "/millrace.reading.v1.ReadingService/ReadTogether", "/no"]
)
async def test_only_what_is_read_here_is_answered(reading: ReadingServiceStub, method: str) -> None:
    (refused,) = await read(reading, [question(method, CreateLeadRequest(lead=Lead(need="x")))], caller="contact")
    assert refused.refusal.code == grpc.StatusCode.UNIMPLEMENTED.value[0]


async def test_what_was_read_in_time_stands_where_another_takes_too_long(reading: ReadingServiceStub) -> None:
    there, slow, after = await read(reading, [lead(THERE), lead(SLOW), lead(SLOW)], seconds=1)
    assert there.HasField("answer")
    assert [reason(each.refusal) for each in (slow, after)] == ["DEADLINE_PASSED", "DEADLINE_PASSED"]
