"""Opportunities through the boundary and in the database."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from millrace.pipeline.v1 import opportunity_events_pb2 as enums
from millrace.pipeline.v1 import opportunity_pb2
from millrace.pipeline.v1 import opportunity_service_pb2 as contract
from sqlalchemy import func, select

from chassis.principal import Scope
from chassis.tables import audit
from services.pipeline.storage.opportunities import fold_board
from services.pipeline.storage.opportunity_tables import BOARD_ENTRIES
from tests.integration.pipeline.conftest import CHENGDU, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, events_of, reason_of


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def test_an_opportunity_opens_in_the_first_stage_with_its_owner_and_its_event(deals: Dealings) -> None:
    opened = await deals.open(next_step="周三拜访")
    assert (opened.tier, opened.industry) == ("key", "manufacturing")
    assert (opened.stage, opened.stage_kind, opened.probability) == ("need", enums.STAGE_KIND_NEED, 20)
    assert opened.owner == f"members/{ZHANG_WEI}"
    assert (opened.amount.units, opened.weighted_amount.units, opened.value_class) == (100_000, 20_000, "B")
    assert not opened.counts
    assert await deals.get(opened) == opened
    assert await events_of(deals.house.engine, opened) == [("created", 1)]


async def test_a_small_order_counts_by_the_policy_and_the_audit_says_why(deals: Dealings) -> None:
    small, limit, large = await deals.open(units=9_999), await deals.open(units=10_000), await deals.open(units=50_000)
    assert (small.counts, limit.counts, large.counts) == (True, False, False)
    async with deals.house.engine.connect() as connection:
        told = select(audit.c.resource, audit.c.details).where(audit.c.action == "exempt from registration")
        noted = [tuple(row) for row in await connection.execute(told)]
    assert noted == [(small.name, {"exemption": "small_order", "policy_version": 0})]


async def test_an_account_the_caller_does_not_see_is_not_there(deals: Dealings) -> None:
    account = await deals.yunfan()
    stranger = deals.by(deals.house.wang_lei)
    message = opportunity_pb2.Opportunity(display_name="抢单", account=account)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stranger.stub.CreateOpportunity(contract.CreateOpportunityRequest(opportunity=message), **stranger.caller)
    assert reason_of(refused.value)[0] == "ACCOUNT_NOT_FOUND"


async def test_it_goes_on_once_its_document_is_there_and_keeps_its_history(deals: Dealings) -> None:
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "quote")
    told = reason_of(refused.value)
    assert told == ("GATE_UNMET", {"stage": "need", "missing": "evidence.requirement_document"})
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    await deals.document(opened)
    deals.house.clock.travel(days=3)
    moved = await deals.move(opened, "quote")
    assert (moved.stage, moved.stage_kind, moved.weighted_amount.units) == ("quote", enums.STAGE_KIND_QUOTE, 40_000)
    request = contract.ListStageVisitsRequest(parent=opened.name)
    visits = (await deals.stub.ListStageVisits(request, **deals.caller)).stage_visits
    assert [(each.stage, each.outcome, each.duration_seconds) for each in visits] == [
        ("need", "forward", 3 * 86_400),
        ("quote", "", 0),
    ]
    assert await events_of(deals.house.engine, opened) == [("created", 1), ("updated", 2), ("moved", 3)]


async def test_the_gate_can_be_looked_at_before_anybody_moves(deals: Dealings) -> None:
    opened = await deals.open()
    request = contract.CheckOpportunityGateRequest(name=opened.name, stage="negotiation")
    answer = await deals.stub.CheckOpportunityGate(request, **deals.caller)
    assert not answer.open
    assert [(gap.stage, gap.missing.text) for gap in answer.gaps] == [
        ("need", "缺少：客户需求文档"),
        ("quote", "缺少：已批准的报价单"),
    ]
    await deals.document(opened)
    following = contract.CheckOpportunityGateRequest(name=opened.name)
    assert (await deals.stub.CheckOpportunityGate(following, **deals.caller)).open


async def test_moving_twice_with_one_request_id_moves_once(deals: Dealings) -> None:
    opened = await deals.open()
    await deals.document(opened)
    answers = await asyncio.gather(*(deals.move(opened, "quote", request_id="move-1") for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert [subject for subject, _ in await events_of(deals.house.engine, opened)] == ["created", "updated", "moved"]


async def test_a_move_decided_on_an_old_version_is_refused(deals: Dealings) -> None:
    opened = await deals.open()
    await deals.document(opened)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "quote", etag=opened.etag)
    assert reason_of(refused.value)[0] == "STALE_VERSION"


async def update(deals: Dealings, etag: str, *paths: str, **told: Any) -> Any:
    message = opportunity_pb2.Opportunity(etag=etag, **told)
    request = contract.UpdateOpportunityRequest(opportunity=message, update_mask=FieldMask(paths=paths))
    return await deals.stub.UpdateOpportunity(request, **deals.caller)


async def test_a_later_closing_date_is_counted_as_put_off(deals: Dealings) -> None:
    opened = await deals.open(close=date(2026, 6, 30))
    changed = await update(
        deals, opened.etag, "expected_close_date", name=opened.name, expected_close_date=Date(year=2026, month=7, day=1)
    )
    assert changed.postponement_count == 1
    earlier = await update(
        deals,
        changed.etag,
        "expected_close_date",
        name=opened.name,
        expected_close_date=Date(year=2026, month=5, day=1),
    )
    assert earlier.postponement_count == 1
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await update(deals, opened.etag, "need", name=opened.name, need="x")
    assert reason_of(refused.value)[0] == "STALE_VERSION"


async def test_what_the_service_fills_is_refused_in_a_mask(deals: Dealings) -> None:
    opened = await deals.open()
    for path in ("stage", "state", "owner", "account", "*"):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await update(deals, opened.etag, path, name=opened.name, stage="signing", account=opened.account)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_it_is_lost_for_a_reason_of_the_list_and_worked_on_again(deals: Dealings) -> None:
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.lose(opened, "bad_luck")
    assert reason_of(refused.value) == ("LOSS_REASON_UNKNOWN", {"loss_reason": "bad_luck", "field": "loss_reason"})
    lost = await deals.lose(opened, "competitor", competitor="远帆软件", tactics="低价")
    assert (lost.state, lost.loss_reason, lost.competitor, lost.tactics) == (
        enums.OPPORTUNITY_STATE_LOST,
        "competitor",
        "远帆软件",
        "低价",
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "quote")
    assert reason_of(refused.value)[0] == "OPPORTUNITY_CANNOT_MOVE"
    reopened = await deals.stub.ReopenOpportunity(contract.ReopenOpportunityRequest(name=opened.name), **deals.caller)
    assert (reopened.state, reopened.loss_reason, reopened.stage) == (enums.OPPORTUNITY_STATE_OPEN, "", "need")
    assert [subject for subject, _ in await events_of(deals.house.engine, opened)] == ["created", "lost", "reopened"]


async def test_another_owner_takes_it_to_his_team(deals: Dealings) -> None:
    opened = await deals.open()
    stranger = contract.AssignOpportunityRequest(name=opened.name, owner=f"members/{UUID(int=99)}")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.stub.AssignOpportunity(stranger, **deals.caller)
    assert reason_of(refused.value)[0] == "OWNER_UNKNOWN"
    request = contract.AssignOpportunityRequest(name=opened.name, owner=f"members/{WANG_LEI}")
    assigned = await deals.stub.AssignOpportunity(request, **deals.house.boss)
    assert (assigned.owner, assigned.team) == (f"members/{WANG_LEI}", f"teams/{CHENGDU}")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.get(opened)
    assert reason_of(refused.value)[0] == "OPPORTUNITY_NOT_FOUND"


async def test_a_colleague_of_another_team_sees_nothing_of_it(deals: Dealings) -> None:
    opened = await deals.open()
    stranger = deals.by(deals.house.wang_lei)
    calls = (stranger.get(opened), stranger.move(opened, "quote"), stranger.lose(opened), stranger.document(opened))
    for call in calls:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert await stranger.names() == []
    board = await stranger.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **stranger.caller)
    assert list(board.sums) == []


async def test_amounts_are_hidden_from_those_who_may_not_see_money(deals: Dealings) -> None:
    opened = await deals.open()
    blind = deals.by(deals.house.as_member(ZHANG_WEI, Scope.OWN, may=("pipeline.read",)))
    assert not (await blind.get(opened)).HasField("amount")
    board = await blind.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **blind.caller)
    assert [(each.count, each.HasField("amount")) for each in board.sums] == [(1, False)]
    with pytest.raises(grpc.aio.AioRpcError):
        await blind.names("amount > 1")


async def test_a_board_sums_what_stands_in_each_stage_whatever_happened_before(deals: Dealings) -> None:
    first, second = await deals.open(units=100_000), await deals.open(units=50_000)
    await deals.document(first)
    await deals.move(first, "quote")
    await deals.lose(second)

    async def sums() -> list[tuple[str, int, int, int, int]]:
        request = contract.SummarizeOpportunitiesRequest(owner=f"members/{ZHANG_WEI}")
        answer = await deals.stub.SummarizeOpportunities(request, **deals.caller)
        return sorted(
            (each.stage, each.state, each.count, each.amount.units, each.weighted_amount.units) for each in answer.sums
        )

    expected = [
        ("need", enums.OPPORTUNITY_STATE_LOST, 1, 50_000, 10_000),
        ("quote", enums.OPPORTUNITY_STATE_OPEN, 1, 100_000, 40_000),
    ]
    assert await sums() == expected
    async with deals.house.engine.begin() as connection:
        await fold_board(connection, deals.house.clock.now())
        assert await connection.scalar(select(func.count()).select_from(BOARD_ENTRIES)) == 2
        assert await fold_board(connection, deals.house.clock.now()) == 0, "an idle house writes nothing"
    assert await sums() == expected


async def test_need_confirmed_and_no_quote_in_seven_days_is_a_missed_quote(deals: Dealings) -> None:
    opened = await deals.open()
    await deals.document(opened)
    await deals.move(opened, "quote")
    deals.house.clock.travel(days=7)
    assert not (await deals.get(opened)).missed_quote
    assert await deals.names("missed_quote = true") == []
    deals.house.clock.travel(seconds=1)
    assert (await deals.get(opened)).missed_quote
    assert await deals.names("missed_quote = true") == [opened.display_name]


async def test_lists_are_filtered_by_what_deserves_attention_and_sorted_by_expected_worth(deals: Dealings) -> None:
    small = await deals.open(display_name="小单", units=10_000, close=date(2026, 3, 1), next_step="回访")
    await deals.open(display_name="大单", units=900_000)
    await deals.open(display_name="未报金额", units=0, close=None)
    assert await deals.names(order_by="weighted_amount desc") == ["大单", "小单", "未报金额"]
    assert await deals.names("amount >= 10000", "amount") == ["小单", "大单"]
    assert await deals.names("overdue = true") == ["小单"]
    assert await deals.names("rotting = true") == []
    deals.house.clock.travel(days=14, seconds=1)
    assert len(await deals.names("rotting = true")) == 3
    assert (await deals.get(small)).rotting
    assert len(await deals.names("without_next_step = true")) == 3
    changed = await update(
        deals, small.etag, "next_step_date", name=small.name, next_step_date=Date(year=2026, month=3, day=9)
    )
    assert changed.next_step == "回访"
    assert "小单" not in await deals.names("without_next_step = true")
    wanted = f'stage = need AND state = OPPORTUNITY_STATE_OPEN AND account = "{small.account}" AND amount > 10000'
    assert await deals.names(wanted) == ["大单"]


async def test_a_manager_sees_the_board_of_his_team(deals: Dealings) -> None:
    await deals.open()
    manager = deals.by(deals.house.li_na)
    answer = await manager.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **manager.caller)
    assert [(each.stage, each.count) for each in answer.sums] == [("need", 1)]
    assert await manager.names(f'owner = "members/{ZHANG_WEI}"') == ["杭州云帆 CRM 采购"]
