"""Who is to sign a contract is one of the customer's own people, as pipeline knows them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from millrace.contracts.v1 import contract_events_pb2 as states
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_service_pb2 import RecordPaperSigningRequest
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.pipeline.v1.contact_pb2 import Contact
from millrace.pipeline.v1.contact_service_pb2 import GetContactRequest

from tests.integration.contracts.conftest import ContractsHouse
from tests.integration.contracts.lives import read, ready, sent
from tests.integration.contracts.test_amendments import refused

THEIRS, OTHERS, NOBODY = (f"contacts/{UUID(int=number)}" for number in (701, 702, 703))
ACCOUNTS = {THEIRS: f"accounts/{UUID(int=900)}", OTHERS: f"accounts/{UUID(int=901)}"}


async def get_contact(request: GetContactRequest, context: Any) -> Contact:
    """Tell of two contacts, each of another customer."""
    if request.name not in ACCOUNTS:
        await context.abort(grpc.StatusCode.NOT_FOUND)
    return Contact(name=request.name, account=ACCOUNTS[request.name])


@pytest.fixture
async def neighbours() -> AsyncIterator[dict[str, str]]:
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        get_contact, request_deserializer=GetContactRequest.FromString, response_serializer=Contact.SerializeToString
    )
    name = "millrace.pipeline.v1.ContactService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"GetContact": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # Directory is asked for the account of the service itself, which nothing here needs.
    yield {"pipeline": f"127.0.0.1:{port}", "directory": "127.0.0.1:1"}
    await server.stop(None)


async def signed_on_paper(house: ContractsHouse, contract: Contract, *, contact: str) -> Contract:
    async def pieces() -> AsyncIterator[RecordPaperSigningRequest]:
        yield RecordPaperSigningRequest(
            name=contract.name,
            contact=contact,
            file_name="合同.pdf",
            archive_number="DA-2026-1",
            signer_name="张伟",
            request_id="paper",
            file=HttpBody(content_type="application/pdf", data=b"%PDF-1.7 scanned"),
        )

    answer: Contract = await ContractServiceStub(house.channel).RecordPaperSigning(pieces(), **house.zhang_wei)
    return answer


@pytest.mark.parametrize("contact", [OTHERS, NOBODY])
async def test_a_contract_is_not_sent_to_a_contact_of_another_customer(house: ContractsHouse, contact: str) -> None:
    contract = await ready(house)
    assert await refused(sent(house, contract, contact=contact)) == "CONTRACT_SIGNER_UNKNOWN"
    assert (await read(house, contract)).state == states.CONTRACT_STATE_APPROVED
    assert (await sent(house, contract, contact=THEIRS, request_id="again")).token


async def test_nobody_else_is_recorded_as_having_signed_on_paper(house: ContractsHouse) -> None:
    contract = await ready(house)
    assert await refused(signed_on_paper(house, contract, contact=OTHERS)) == "CONTRACT_SIGNER_UNKNOWN"
    signed = await signed_on_paper(house, contract, contact=THEIRS)
    assert signed.state == states.CONTRACT_STATE_SIGNED
