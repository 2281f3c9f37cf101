"""The boundary on a real server: who is let in, what is refused how, and that no defect reaches a caller (G25)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from millrace.events.v1.event_log_pb2 import DESCRIPTOR as EVENT_LOG
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import (
    DESCRIPTOR,
    CreateLeadRequest,
    GetLeadRequest,
    UpdateLeadRequest,
)
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub

from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.rpc.method import MethodWithoutAccess
from chassis.rpc.serving import Boundary
from chassis.texts import Texts
from kernel.errors import InvalidField, NotFound, Overloaded, Unauthenticated
from tests.support.clock import FixedClock
from tests.support.contracts import contact, doorless_contract, tree_contract

NAME = "leads/01890000-0000-7000-8000-000000000001"
GRANTS = {
    "reader": {"leads.read": Scope.ALL},
    "writer": {"leads.write": Scope.OWN, "leads.see_contact": Scope.OWN},
    "onlooker": {"contacts.read": Scope.ALL},
    "nobody": {},
}
SERVICE = DESCRIPTOR.services_by_name["LeadService"]


class Leads:
    """A servicer that answers, refuses and fails."""

    async def GetLead(self, request: GetLeadRequest, call: Call) -> Lead:
        if request.name == NAME:
            return Lead(name=call.principal.subject)
        if request.name.endswith("2"):
            raise ValueError("secret of the database")
        if request.name.endswith("3"):
            await asyncio.sleep(30)
        if request.name.endswith("4"):
            raise InvalidField(field="name")
        if request.name.endswith("5"):
            raise Overloaded
        raise NotFound(resource=request.name)

    async def CreateLead(self, request: CreateLeadRequest, call: Call) -> Lead:
        return request.lead

    async def UpdateLead(self, request: UpdateLeadRequest, call: Call) -> Lead:
        return request.lead

    ListLeads = CheckLeadDuplicates = BatchCreateLeads = OverrideLeadGrade = ClearLeadGradeOverride = GetLead


async def identify(token: str, _now: Any) -> Principal:
    if token not in GRANTS:
        raise Unauthenticated
    return Principal(subject=f"members/{token}", grants=GRANTS[token])


@pytest.fixture
async def leads(clock: FixedClock) -> AsyncIterator[LeadServiceStub]:
    server = grpc.aio.server()
    boundary = Boundary(identify=identify, texts=Texts(), clock=clock)
    server.add_generic_rpc_handlers(tuple(boundary.bind({SERVICE: Leads()})))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield LeadServiceStub(channel)
    await server.stop(0)


def bearing(token: str, language: str = "en") -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"), ("accept-language", language))


def detail(error: grpc.aio.AioRpcError, kind: type[Any]) -> Any:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # works on AioRpcError too
    assert status is not None
    for packed in status.details:
        found = kind()
        if packed.Unpack(found):
            return found
    raise AssertionError(f"no {kind.__name__}")


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def test_a_known_caller_with_the_permission_is_served(leads: Any) -> None:
    lead = await leads.GetLead(GetLeadRequest(name=NAME), metadata=bearing("reader"))
    assert lead.name == "members/reader"


@pytest.mark.parametrize("metadata", [(), (("authorization", "Bearer forged"),), (("authorization", "reader2"),)])
async def test_without_a_verified_identity_no_method_answers(
    leads: LeadServiceStub, metadata: tuple[tuple[str, str], ...]
) -> None:
    error = await refusal(leads.GetLead(GetLeadRequest(name=NAME), metadata=metadata))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    error = await refusal(leads.CreateLead(CreateLeadRequest(lead=Lead(need="x")), metadata=metadata))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("caller", ["reader", "nobody"])
async def test_without_the_permission_a_write_is_refused(leads: LeadServiceStub, caller: str) -> None:
    error = await refusal(leads.CreateLead(CreateLeadRequest(lead=Lead(need="x")), metadata=bearing(caller)))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    assert detail(error, error_details_pb2.ErrorInfo).metadata["permission"] == "leads.write"


async def test_a_broken_rule_of_the_contract_names_its_field_in_the_readers_language(leads: LeadServiceStub) -> None:
    request = CreateLeadRequest(lead=Lead(phone="1" * 41))
    error = await refusal(leads.CreateLead(request, metadata=bearing("writer", "zh-CN")))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    violation = detail(error, error_details_pb2.BadRequest).field_violations[0]
    assert (violation.field, violation.description) == ("lead.phone", "超过允许的长度")


@pytest.mark.parametrize(
    ("lead", "field", "told"),
    [
        (Lead(company_name="云帆\a科技"), "lead.company_name", "含有不可见的控制字符"),
        (Lead(contact_name="张伟\u202e"), "lead.contact_name", "含有不可见的控制字符"),
        (Lead(need="x\0"), "lead.need", "含有不可见的控制字符"),
        (Lead(tags=["老客户", "\u2067"]), "lead.tags", "含有不可见的控制字符"),
        (Lead(need="x", tags=["  "]), "lead.tags", "不能只有空白"),
    ],
)
async def test_a_text_that_nobody_could_read_is_refused_by_its_field(
    leads: LeadServiceStub, lead: Lead, field: str, told: str
) -> None:
    error = await refusal(leads.CreateLead(CreateLeadRequest(lead=lead), metadata=bearing("writer", "zh-CN")))
    violation = detail(error, error_details_pb2.BadRequest).field_violations[0]
    assert (violation.field, violation.description) == (field, told)


async def test_texts_of_several_lines_are_taken(leads: Any) -> None:
    request = CreateLeadRequest(lead=Lead(need="一\n\t二\r\n三"))
    assert (await leads.CreateLead(request, metadata=bearing("writer"))).need == "一\n\t二\r\n三"


async def test_on_an_update_only_fields_inside_the_mask_are_held_to_the_rules(leads: Any) -> None:
    request = UpdateLeadRequest(lead=Lead(name=NAME, phone="1" * 41, need="x"))
    request.update_mask.paths.append("need")
    assert (await leads.UpdateLead(request, metadata=bearing("writer"))).need == "x"
    request.update_mask.paths.append("phone")
    error = await refusal(leads.UpdateLead(request, metadata=bearing("writer")))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_refusal_travels_with_reason_metadata_and_text(leads: LeadServiceStub) -> None:
    name = NAME[:-1] + "9"
    error = await refusal(leads.GetLead(GetLeadRequest(name=name), metadata=bearing("reader")))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    info = detail(error, error_details_pb2.ErrorInfo)
    assert (info.reason, dict(info.metadata)) == ("NOT_FOUND", {"resource": name})
    assert detail(error, error_details_pb2.LocalizedMessage).message.startswith(f"{name} does not exist")


async def test_a_refusal_about_a_field_words_the_field_and_leaves_no_braces(leads: LeadServiceStub) -> None:
    error = await refusal(leads.GetLead(GetLeadRequest(name=NAME[:-1] + "4"), metadata=bearing("reader")))
    violation = detail(error, error_details_pb2.BadRequest).field_violations[0]
    assert (violation.field, violation.description) == ("name", "The value of name is not valid")


async def test_a_defect_reaches_the_caller_as_a_fixed_text_with_an_error_id(leads: LeadServiceStub) -> None:
    error = await refusal(leads.GetLead(GetLeadRequest(name=NAME[:-1] + "2"), metadata=bearing("reader")))
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in (error.details() or "")
    assert detail(error, error_details_pb2.ErrorInfo).metadata["error_id"]


async def test_a_call_ends_at_its_deadline(leads: LeadServiceStub) -> None:
    call = leads.GetLead(GetLeadRequest(name=NAME[:-1] + "3"), metadata=bearing("reader"), timeout=0.3)
    assert (await refusal(call)).code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_who_finds_no_place_is_told_when_to_come_again(leads: LeadServiceStub) -> None:
    error = await refusal(leads.GetLead(GetLeadRequest(name=NAME[:-1] + "5"), metadata=bearing("reader")))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert detail(error, error_details_pb2.RetryInfo).retry_delay.ToMilliseconds() == 500


def test_a_method_without_an_access_rule_stops_the_start_up(clock: FixedClock) -> None:
    boundary = Boundary(identify=identify, texts=Texts(), clock=clock)
    with pytest.raises(MethodWithoutAccess, match=r"DoorlessService\.Enter"):
        boundary.bind({doorless_contract().services_by_name["DoorlessService"]: Leads()})


def test_a_servicer_that_leaves_a_method_out_stops_the_start_up(clock: FixedClock) -> None:
    boundary = Boundary(identify=identify, texts=Texts(), clock=clock)
    with pytest.raises(AttributeError, match="ReadEvents"):
        boundary.bind({EVENT_LOG.services_by_name["EventLogService"]: Leads()})


class Contacts:
    """A servicer that sends two contacts."""

    async def Watch(self, request: Any, call: Call) -> AsyncIterator[Any]:
        yield contact(name=request.name, phones=["13800138000"])
        yield contact(name=call.principal.subject, below=contact(phones=["13800138001"]))


async def test_every_piece_of_a_stream_is_masked(clock: FixedClock) -> None:
    server = grpc.aio.server()
    boundary = Boundary(identify=identify, texts=Texts(), clock=clock)
    service = tree_contract().services_by_name["ContactService"]
    server.add_generic_rpc_handlers(tuple(boundary.bind({service: Contacts()})))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        watch = channel.unary_stream(
            f"/{service.full_name}/Watch",
            request_serializer=type(contact()).SerializeToString,
            response_deserializer=type(contact()).FromString,
        )
        pieces = [piece async for piece in watch(contact(name="Anna"), metadata=bearing("onlooker"))]
    assert list(pieces[0].phones) == ["138****8000"]
    assert list(pieces[1].below.phones) == ["138****8001"]
    await server.stop(0)
