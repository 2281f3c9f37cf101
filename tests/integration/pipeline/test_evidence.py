"""Evidence and waivers: what opens the gates, and who decides about it."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from google.type.date_pb2 import Date
from millrace.approvals.v1 import approval_pb2
from millrace.pipeline.v1 import evidence_pb2
from millrace.pipeline.v1 import evidence_service_pb2 as contract
from millrace.pipeline.v1 import opportunity_service_pb2 as opportunity_contract
from millrace.pipeline.v1.approval_service_pb2_grpc import ApprovalServiceStub
from sqlalchemy import select

from chassis.tables import audit
from services.pipeline.storage.metadata import FILES
from tests.integration.pipeline.conftest import LI_NA, PipelineHouse
from tests.integration.pipeline.dealing import PDF, Dealings, events_of, reason_of


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def listed(deals: Dealings, opportunity: Any) -> list[Any]:
    request = contract.ListEvidenceRequest(parent=opportunity.name)
    return list((await deals.proofs.ListEvidence(request, **deals.caller)).evidence)


async def download(deals: Dealings, name: str) -> tuple[bytes, str]:
    parts = [
        part
        async for part in deals.proofs.DownloadEvidence(contract.DownloadEvidenceRequest(name=name), **deals.caller)
    ]
    told = StringValue()
    parts[0].extensions[0].Unpack(told)
    return b"".join(part.data for part in parts), told.value


async def test_an_uploaded_document_is_listed_and_read_back_under_its_name(deals: Dealings) -> None:
    opened = await deals.open()
    added = await deals.document(opened, note="客户已确认")
    assert (added.file_name, added.media_type, added.file_size) == ("需求说明书.pdf", "application/pdf", len(PDF))
    assert await listed(deals, opened) == [added]
    assert await download(deals, added.name) == (PDF, "需求说明书.pdf")
    async with deals.house.engine.connect() as connection:
        assert (
            await connection.scalar(select(audit.c.actor).where(audit.c.action == "pipeline.evidence.download"))
            == "members/00000000-0000-0000-0000-000000000001"
        )


async def test_an_upload_repeated_with_its_id_is_kept_once(deals: Dealings) -> None:
    opened = await deals.open()
    first = await deals.document(opened, request_id="upload-1")
    assert await deals.document(opened, request_id="upload-1") == first
    assert len(await listed(deals, opened)) == 1
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.document(opened, request_id="upload-1", content=PDF + b"more")
    assert reason_of(refused.value)[0] == "REQUEST_ID_REUSED"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("需求.exe", b"MZ program", "FILE_TYPE_NOT_ALLOWED"),
        ("需求.pdf", b"MZ program", "FILE_CONTENT_DIFFERS"),
        ("需求.pdf", b"", "FILE_EMPTY"),
    ],
)
async def test_a_file_that_is_not_what_it_says_is_kept_nowhere(
    deals: Dealings, name: str, content: bytes, reason: str
) -> None:
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.document(opened, name=name, content=content)
    assert reason_of(refused.value)[0] == reason
    async with deals.house.engine.connect() as connection:
        assert (await connection.execute(select(FILES))).all() == []


async def test_nobody_uploads_a_quote_past_its_approval(deals: Dealings) -> None:
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.document(opened, kind=evidence_pb2.EVIDENCE_KIND_QUOTE)
    assert reason_of(refused.value)[0] == "QUOTE_IS_NO_UPLOAD"
    linked = evidence_pb2.Evidence(kind=evidence_pb2.EVIDENCE_KIND_QUOTE, linked=f"quotes/{UUID(int=1)}")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.proofs.CreateEvidence(
            contract.CreateEvidenceRequest(parent=opened.name, evidence=linked), **deals.caller
        )
    assert reason_of(refused.value)[0] == "QUOTE_IS_NO_UPLOAD"


async def test_evidence_taken_back_leaves_a_debt_and_its_file_is_gone(deals: Dealings) -> None:
    opened = await deals.open()
    added = await deals.document(opened)
    assert list((await deals.move(opened, "quote")).gate_debt) == []
    await deals.proofs.DeleteEvidence(contract.DeleteEvidenceRequest(name=added.name), **deals.caller)
    debt = (await deals.get(opened)).gate_debt
    assert [(gap.stage, gap.missing.text, gap.waived) for gap in debt] == [("need", "缺少：客户需求文档", False)]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await download(deals, added.name)
    assert reason_of(refused.value)[0] == "EVIDENCE_NOT_FOUND"
    async with deals.house.engine.connect() as connection:
        noted = select(audit.c.details).where(audit.c.action == "pipeline.evidence.delete")
        (details,) = await connection.scalars(noted)
    assert (details["kind"], details["sha256"]) == ("requirement_document", added.sha256)


async def ask(deals: Dealings, opportunity: Any, *, stage: str = "need", day: int = 9) -> Any:
    waiver = evidence_pb2.Waiver(
        stage=stage, reason="客户口头确认，书面文档下周补", end_date=Date(year=2026, month=3, day=day)
    )
    request = contract.RequestWaiverRequest(parent=opportunity.name, waiver=waiver)
    return await deals.proofs.RequestWaiver(request, **deals.caller)


async def decide(deals: Dealings, caller: Any, *, approve: bool = True) -> Any:
    stub = ApprovalServiceStub(deals.house.channel)
    listing = approval_requests().ListApprovalsRequest(filter='kind = "waiver"')
    found = (await stub.ListApprovals(listing, **caller)).approvals[0]
    request = {"name": found.name, "content_hash": found.content_hash}
    if approve:
        return await stub.Approve(approval_requests().ApproveRequest(**request), **caller)
    return await stub.Reject(approval_requests().RejectRequest(**request, comment="请先补文档"), **caller)


def approval_requests() -> Any:
    from millrace.approvals.v1 import approval_requests_pb2

    return approval_requests_pb2


async def waiver_states(deals: Dealings, opportunity: Any) -> list[str]:
    request = contract.ListWaiversRequest(parent=opportunity.name)
    found = (await deals.proofs.ListWaivers(request, **deals.caller)).waivers
    return [evidence_pb2.WaiverState.Name(each.state).removeprefix("WAIVER_STATE_") for each in found]


async def test_a_waiver_opens_its_gate_once_the_manager_grants_it_and_until_its_last_day_ends(
    deals: Dealings,
) -> None:
    opened = await deals.open()
    asked = await ask(deals, opened)
    assert (asked.state, asked.end_date.day) == (evidence_pb2.WAIVER_STATE_REQUESTED, 9)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "quote")
    assert reason_of(refused.value)[0] == "GATE_UNMET"
    decided = await decide(deals, deals.house.li_na)
    assert decided.state == approval_pb2.APPROVAL_STATE_APPROVED
    moved = await deals.move(opened, "quote")
    assert [(gap.stage, gap.waived) for gap in moved.gate_debt] == [("need", True)]
    deals.house.clock.travel(days=7, hours=13)  # noon of the 2nd → past midnight after the 9th, in Shanghai
    assert await waiver_states(deals, opened) == ["ENDED"]
    assert [(gap.stage, gap.waived) for gap in (await deals.get(opened)).gate_debt] == [("need", False)]
    assert [subject for subject, _ in await events_of(deals.house.engine, opened)] == [
        "created",
        "updated",
        "updated",
        "moved",
    ]


async def test_nobody_grants_his_own_waiver_and_a_refused_one_opens_nothing(deals: Dealings) -> None:
    opened = await deals.open()
    await ask(deals, opened)
    with pytest.raises(grpc.aio.AioRpcError):
        await decide(deals, deals.caller)
    await decide(deals, deals.house.li_na, approve=False)
    assert await waiver_states(deals, opened) == ["REFUSED"]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "quote")
    assert reason_of(refused.value)[0] == "GATE_UNMET"


async def test_a_waiver_ends_within_a_year(deals: Dealings) -> None:
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(deals, opened, day=1)
    assert reason_of(refused.value)[0] == "WAIVER_END_OUT_OF_RANGE"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(deals, opened, stage="nowhere")
    assert reason_of(refused.value)[0] == "STAGE_UNKNOWN"


async def test_what_waits_to_be_decided_goes_along_with_its_opportunity(deals: Dealings) -> None:
    opened = await deals.open()
    await ask(deals, opened)
    assign = opportunity_contract.AssignOpportunityRequest(name=opened.name, owner=f"members/{LI_NA}")
    await deals.by(deals.house.boss).stub.AssignOpportunity(assign, **deals.house.boss)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await decide(deals, deals.house.li_na)
    assert reason_of(refused.value)[0] == "OWN_REQUEST_NOT_DECIDED"
    assert (await decide(deals, deals.house.boss)).state == approval_pb2.APPROVAL_STATE_APPROVED
