"""Steps in the life of a contract, as a test takes them."""

import json
from typing import Any
from uuid import UUID

from google.protobuf.json_format import MessageToJson
from millrace.approvals.v1.approval_requests_pb2 import (
    ApproveRequest,
    GetApprovalRequest,
    ListApprovalsRequest,
    ReturnRequest,
)
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_service_pb2 import (
    CreateContractRequest,
    DownloadContractRequest,
    GetContractRequest,
    OpenLegalReviewRequest,
    SendContractRequest,
    SendContractResponse,
    TerminateContractRequest,
)
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.contracts.v1.signature_service_pb2 import SignContractRequest, SignContractResponse
from millrace.contracts.v1.signature_service_pb2_grpc import SignatureServiceStub
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import outbox
from services.contracts.domain.offer import Offer
from tests.integration.contracts.conftest import ContractsHouse, an_offer, put_away
from tests.support.serving import Caller

INTENT = "我已阅读并同意签署本合同"


async def drafted(house: ContractsHouse, offer: Offer | None = None, **fields: Any) -> Contract:
    """A draft of Zhang Wei."""
    found = offer or put_away(house.offers, an_offer())
    request = CreateContractRequest(contract=Contract(quote=found.resource, **fields))
    return await ContractServiceStub(house.channel).CreateContract(request, **house.zhang_wei)


async def reviewed(house: ContractsHouse, contract: Contract) -> Contract:
    """The draft, given to legal."""
    return await ContractServiceStub(house.channel).OpenLegalReview(
        OpenLegalReviewRequest(name=contract.name), **house.zhang_wei
    )


async def approved(house: ContractsHouse, contract: Contract) -> Contract:
    """The contract, with which legal agrees."""
    stub = ApprovalServiceStub(house.channel)
    approval = await stub.GetApproval(GetApprovalRequest(name=contract.approval), **house.legal)
    await stub.Approve(ApproveRequest(name=approval.name, content_hash=approval.content_hash), **house.legal)
    return await read(house, contract)


async def returned(house: ContractsHouse, contract: Contract, *, comment: str) -> Contract:
    """The contract, sent back by legal."""
    stub = ApprovalServiceStub(house.channel)
    approval = await stub.GetApproval(GetApprovalRequest(name=contract.approval), **house.legal)
    await stub.Return(
        ReturnRequest(name=approval.name, content_hash=approval.content_hash, comment=comment), **house.legal
    )
    return await read(house, contract)


async def ready(house: ContractsHouse, **fields: Any) -> Contract:
    """A contract that may be sent."""
    return await approved(house, await reviewed(house, await drafted(house, **fields)))


async def sent(
    house: ContractsHouse, contract: Contract, *, request_id: str = "send", contact: str = ""
) -> SendContractResponse:
    """The contract on its way, with the secrets of its link."""
    told = f"{request_id}-{contract.name[-12:]}"
    request = SendContractRequest(name=contract.name, request_id=told, contact=contact)
    return await ContractServiceStub(house.channel).SendContract(request, **house.zhang_wei)


async def sign(
    house: ContractsHouse,
    link: SendContractResponse,
    *,
    code: str = "",
    request_id: str = "sign",
    signer: str = "张伟",
) -> SignContractResponse:
    """The customer signs."""
    request = SignContractRequest(
        token=link.token, code=code or link.code, signer_name=signer, intent=INTENT, request_id=request_id
    )
    return await SignatureServiceStub(house.channel).SignContract(
        request, metadata=(("millrace-client-address", "203.0.113.7"), ("accept-language", "en"))
    )


async def ended(house: ContractsHouse, contract: Contract, *, comment: str = "双方协商解除") -> None:
    """A signed contract is to be ended, and finance agrees."""
    request = TerminateContractRequest(name=contract.name, comment=comment, request_id=f"end-{contract.name}")
    await ContractServiceStub(house.channel).TerminateContract(request, **house.zhang_wei)
    may = ("contracts.read", "contracts.finance", "contracts.see_money")
    await end_decided(house, contract, house.as_member(UUID(int=5), Scope.ALL, roles=("finance",), may=may))


async def end_decided(house: ContractsHouse, contract: Contract, caller: Caller) -> None:
    """Somebody agrees that a contract ends."""
    stub = ApprovalServiceStub(house.channel)
    about = f'subject = "{contract.name}" AND kind = "contract_ending" AND state = APPROVAL_STATE_PENDING'
    (asked,) = (await stub.ListApprovals(ListApprovalsRequest(filter=about), **house.boss)).approvals
    await stub.Approve(ApproveRequest(name=asked.name, content_hash=asked.content_hash), **caller)


async def read(house: ContractsHouse, contract: Contract) -> Contract:
    """The contract as it is now."""
    return await ContractServiceStub(house.channel).GetContract(GetContractRequest(name=contract.name), **house.boss)


async def downloaded(house: ContractsHouse, contract: Contract) -> bytes:
    """The contract in PDF."""
    stub = ContractServiceStub(house.channel)
    pieces = stub.DownloadContract(DownloadContractRequest(name=contract.name), **house.zhang_wei)
    return b"".join([piece.data async for piece in pieces])


async def told(house: ContractsHouse, noun: str) -> list[str]:
    """What happened to aggregates of a kind, in order."""
    async with house.engine.connect() as connection:
        rows = await connection.execute(
            select(outbox.c.subject).where(outbox.c.aggregate_type == noun).order_by(outbox.c.id)
        )
        return [row.subject.rpartition(".")[2] for row in rows]


async def told_last(house: ContractsHouse, message: Any) -> Any:
    """The last event of a type."""
    wanted = select(outbox.c.payload).where(outbox.c.event_type == message.DESCRIPTOR.full_name)
    async with house.engine.connect() as connection:
        return message.FromString(await connection.scalar(wanted.order_by(outbox.c.id.desc()).limit(1)))


def plain(message: Any) -> Any:
    """A message as JSON."""
    return json.loads(MessageToJson(message))
