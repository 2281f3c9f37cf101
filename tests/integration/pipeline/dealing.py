"""What the tests of opportunities do with the service."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from google.rpc import error_details_pb2, status_pb2
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from grpc_status import rpc_status
from millrace.pipeline.v1 import account_pb2, account_service_pb2, evidence_pb2, opportunity_pb2
from millrace.pipeline.v1 import evidence_service_pb2 as evidence_contract
from millrace.pipeline.v1 import opportunity_service_pb2 as contract
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from millrace.pipeline.v1.opportunity_service_pb2_grpc import OpportunityServiceStub
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.tables import outbox
from tests.integration.pipeline.conftest import PipelineHouse
from tests.support.serving import Caller

PDF = b"%PDF-1.7 " + "三百个坐席".encode()


class Dealings:
    """Opportunities as one caller works them."""

    def __init__(self, house: PipelineHouse, caller: Caller) -> None:
        self.house = house
        self.caller = caller
        self.stub = OpportunityServiceStub(house.channel)
        self.proofs = EvidenceServiceStub(house.channel)

    def by(self, caller: Caller) -> "Dealings":
        return Dealings(self.house, caller)

    async def open(self, *, close: date | None = date(2026, 6, 30), units: int = 100_000, **told: Any) -> Any:
        facts = {"display_name": "杭州云帆 CRM 采购", **told}
        facts["account"] = facts.get("account") or await self.yunfan()
        message = opportunity_pb2.Opportunity(**facts)
        if units:
            message.amount.CopyFrom(Money(currency_code="CNY", units=units))
        if close:
            message.expected_close_date.CopyFrom(Date(year=close.year, month=close.month, day=close.day))
        return await self.stub.CreateOpportunity(contract.CreateOpportunityRequest(opportunity=message), **self.caller)

    async def yunfan(self) -> str:
        """The customer of the tests, taken in once."""
        account = account_pb2.Account(display_name="杭州云帆科技有限公司", industry="manufacturing", tier="key")
        request = account_service_pb2.CreateAccountRequest(account=account, request_id="yunfan")
        return str((await AccountServiceStub(self.house.channel).CreateAccount(request, **self.caller)).name)

    async def get(self, opportunity: Any) -> Any:
        return await self.stub.GetOpportunity(
            contract.GetOpportunityRequest(name=getattr(opportunity, "name", opportunity)), **self.caller
        )

    async def move(self, opportunity: Any, stage: str, **told: Any) -> Any:
        request = contract.MoveOpportunityRequest(name=opportunity.name, stage=stage, **told)
        return await self.stub.MoveOpportunity(request, **self.caller)

    async def lose(self, opportunity: Any, loss_reason: str = "price", **told: Any) -> Any:
        request = contract.LoseOpportunityRequest(name=opportunity.name, loss_reason=loss_reason, **told)
        return await self.stub.LoseOpportunity(request, **self.caller)

    async def reopen(self, opportunity: Any) -> Any:
        return await self.stub.ReopenOpportunity(
            contract.ReopenOpportunityRequest(name=opportunity.name), **self.caller
        )

    async def assign(self, opportunity: Any, owner: UUID) -> Any:
        request = contract.AssignOpportunityRequest(name=opportunity.name, owner=f"members/{owner}")
        return await self.stub.AssignOpportunity(request, **self.caller)

    async def note_win(self, opportunity: Any, win_reason: str = "solution", **told: Any) -> Any:
        request = contract.NoteWinRequest(name=opportunity.name, win_reason=win_reason, **told)
        return await self.stub.NoteWin(request, **self.caller)

    async def document(
        self, opportunity: Any, *, content: bytes = PDF, name: str = "需求说明书.pdf", **told: Any
    ) -> Any:
        kind = told.pop("kind", evidence_pb2.EVIDENCE_KIND_REQUIREMENT_DOCUMENT)

        async def pieces() -> AsyncIterator[evidence_contract.UploadEvidenceRequest]:
            yield evidence_contract.UploadEvidenceRequest(
                parent=opportunity.name, kind=kind, file_name=name, file=HttpBody(data=content[:4]), **told
            )
            yield evidence_contract.UploadEvidenceRequest(file=HttpBody(data=content[4:]))

        return await self.proofs.UploadEvidence(pieces(), **self.caller)

    async def names(self, filter_: str = "", order_by: str = "") -> list[str]:
        request = contract.ListOpportunitiesRequest(filter=filter_, order_by=order_by)
        answer = await self.stub.ListOpportunities(request, **self.caller)
        return [each.display_name for each in answer.opportunities]


async def events_of(engine: AsyncEngine, opportunity: Any) -> list[tuple[str, int]]:
    """What was published of an opportunity, with the versions."""
    uuid = UUID(opportunity.name.rpartition("/")[2])
    told = select(outbox.c.subject, outbox.c.version).where(outbox.c.aggregate_id == uuid).order_by(outbox.c.id)
    async with engine.connect() as connection:
        return [(row.subject.rpartition(".")[2], row.version) for row in await connection.execute(told)]


async def refusal_of(call: Any) -> str:
    """The reason a call is refused for; a call that is not refused fails the test."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return reason_of(refused.value)[0]


def reason_of(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    """The constant reason of a refusal, with its metadata."""
    status: status_pb2.Status = rpc_status.from_call(error)  # type: ignore[arg-type]  # an error of ours has one
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason, dict(info.metadata)
    return "", {}
