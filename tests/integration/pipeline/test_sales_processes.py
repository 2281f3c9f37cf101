"""Sales processes: what a fresh installation has, editing them, and proposing one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import evidence_pb2, sales_process_pb2
from millrace.pipeline.v1 import opportunity_events_pb2 as enums
from millrace.pipeline.v1 import sales_process_service_pb2 as contract
from millrace.pipeline.v1.sales_process_service_pb2_grpc import SalesProcessServiceStub

from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of


class Processes:
    """Sales processes as an administrator sets them up."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.stub = SalesProcessServiceStub(house.channel)

    async def listed(self) -> list[sales_process_pb2.SalesProcess]:
        answer = await self.stub.ListSalesProcesses(contract.ListSalesProcessesRequest(), **self.house.boss)
        return list(answer.sales_processes)

    async def update(self, process: Any, *paths: str) -> Any:
        request = contract.UpdateSalesProcessRequest(sales_process=process, update_mask=FieldMask(paths=paths))
        return await self.stub.UpdateSalesProcess(request, **self.house.boss)

    async def create(self, process: Any) -> Any:
        request = contract.CreateSalesProcessRequest(sales_process=process)
        return await self.stub.CreateSalesProcess(request, **self.house.boss)


@pytest.fixture
def processes(house: PipelineHouse) -> Processes:
    return Processes(house)


async def test_a_fresh_installation_has_the_default_process_and_an_alternative(processes: Processes) -> None:
    standard, classic = await processes.listed()
    assert [stage.display_name_zh for stage in standard.stages] == ["需求确认", "方案报价", "合同谈判", "签约回款"]
    assert [stage.display_name_zh for stage in classic.stages] == ["寻找客户", "合格", "报价", "合同", "赢单"]
    assert (standard.is_default, classic.is_default, standard.etag) == (True, False, "0")
    assert list(standard.stages[0].gate.evidence) == [evidence_pb2.EVIDENCE_KIND_REQUIREMENT_DOCUMENT]
    assert list(standard.stages[1].gate.evidence) == [evidence_pb2.EVIDENCE_KIND_QUOTE]


async def test_an_edited_process_is_followed_by_who_opens_next(processes: Processes, house: PipelineHouse) -> None:
    standard, _ = await processes.listed()
    standard.stages[0].gate.ClearField("evidence")
    standard.stages[0].gate.fields.append("next_step")
    edited = await processes.update(standard, "stages")
    assert edited.etag == "1"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await processes.update(standard, "stages")
    assert reason_of(refused.value)[0] == "STALE_VERSION"
    deals = Dealings(house, house.zhang_wei)
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "quote")
    assert reason_of(refused.value)[1]["missing"] == "field.next_step"
    assert (await deals.move(await deals.open(next_step="周三拜访"), "quote")).stage == "quote"


async def test_a_stage_in_use_stays(processes: Processes, house: PipelineHouse) -> None:
    standard, _ = await processes.listed()
    await Dealings(house, house.zhang_wei).open()
    del standard.stages[0]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await processes.update(standard, "stages")
    assert reason_of(refused.value) == ("STAGE_IN_USE", {"stage": "need"})


async def test_another_process_becomes_the_default_and_trades_have_their_own(
    processes: Processes, house: PipelineHouse
) -> None:
    _, classic = await processes.listed()
    classic.is_default = True
    await processes.update(classic, "is_default")
    assert [each.is_default for each in await processes.listed()] == [False, True]
    mine = sales_process_pb2.SalesProcess()
    mine.CopyFrom(classic)
    mine.display_name_zh, mine.is_default = "医院采购流程", False
    mine.industries.append("healthcare")
    created = await processes.create(mine)
    deals = Dealings(house, house.zhang_wei)
    assert (await deals.open(industry="healthcare")).sales_process == created.name
    assert (await deals.open(industry="医疗卫生")).sales_process == created.name
    assert (await deals.open(industry="retail")).sales_process == classic.name
    created.closed = True
    await processes.update(created, "closed")
    assert (await deals.open(industry="healthcare")).sales_process == classic.name
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.open(sales_process=created.name)
    assert reason_of(refused.value)[0] == "SALES_PROCESS_CLOSED"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.open(sales_process=f"salesProcesses/{UUID(int=1)}")
    assert reason_of(refused.value)[0] == "SALES_PROCESS_NOT_FOUND"


async def test_stages_that_make_no_process_are_refused_with_their_place(processes: Processes) -> None:
    spoilt: tuple[Callable[[Any], object], ...] = (
        lambda stages: stages[1].CopyFrom(stages[0]),
        lambda stages: stages[0].CopyFrom(stages[3]),
        lambda stages: stages[0].moves.append("nowhere"),
        lambda stages: stages[0].gate.fields.append("colour"),
        lambda stages: stages.pop(),
    )
    for spoil in spoilt:
        standard, _ = await processes.listed()
        spoil(standard.stages)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await processes.update(standard, "stages")
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_four_questions_make_a_process_that_can_be_set_up(processes: Processes) -> None:
    request = contract.SuggestSalesProcessRequest(
        present_steps=["上门拜访", "方案演示", "签合同"],
        prospecting=contract.PROSPECTING_OUTBOUND,
        qualification=contract.QUALIFICATION_FEELING,
        stuck_in=enums.STAGE_KIND_QUOTE,
    )
    answer = await processes.stub.SuggestSalesProcess(request, **processes.house.boss)
    assert [stage.display_name_zh for stage in answer.sales_process.stages] == [
        "上门拜访",
        "合格",
        "需求确认",
        "方案演示",
        "签合同",
        "签约回款",
    ]
    assert [reason.code for reason in answer.reasons] == [
        "PROCESS_FROM_STANDARD",
        "PROCESS_ADDS_QUALIFYING",
        "PROCESS_ADDS_PROSPECTING",
        "PROCESS_NAMES_STAGE",
        "PROCESS_NAMES_STAGE",
        "PROCESS_NAMES_STAGE",
        "PROCESS_WATCHES_STAGE",
    ]
    assert answer.sales_process.stages[3].expected_days == 7
    assert not answer.sales_process.name
    created = await processes.create(answer.sales_process)
    assert created.etag == "1"
