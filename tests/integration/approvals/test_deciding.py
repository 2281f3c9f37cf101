"""A decision and what it does stand or fall together, and only for somebody with the authority (审批)."""

import asyncio
from typing import Any

import grpc
import pytest
from millrace.approvals.v1 import approval_pb2 as messages
from millrace.approvals.v1.approval_requests_pb2 import (
    ApproveRequest,
    GetApprovalRequest,
    ListApprovalsRequest,
    PreviewApproversRequest,
    RejectRequest,
    ReturnRequest,
    WithdrawRequest,
)
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import outbox
from tests.integration.approvals.conftest import (
    CHENGDU,
    CONTENT,
    MANAGER,
    OTHER_CONTENT,
    OTHER_MANAGER,
    WAIVER,
    ZHANG_WEI,
    Office,
    hire_manager,
)


async def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details() or ""


async def subjects(office: Office) -> list[str]:
    async with office.store.engine.connect() as connection:
        told = select(outbox.c.subject).where(outbox.c.aggregate_type == "approval").order_by(outbox.c.id)
        return [subject.removeprefix("millrace.pipeline.v1.") for subject in await connection.scalars(told)]


async def test_the_manager_approves_and_the_effect_is_part_of_it(office: Office) -> None:
    asked = await office.ask()
    assert (asked.state, asked.requester, asked.decidable) == (
        messages.APPROVAL_STATE_PENDING,
        f"members/{ZHANG_WEI}",
        False,
    )
    request = ApproveRequest(name=asked.name, content_hash=asked.content_hash, comment="同意", request_id="once")
    approved = await office.stub.Approve(request, **office.manager)
    assert (approved.state, approved.decider, approved.comment) == (
        messages.APPROVAL_STATE_APPROVED,
        f"members/{MANAGER}",
        "同意",
    )
    assert await office.stub.Approve(request, **office.manager) == approved
    assert office.effects == ["approved"]
    assert await subjects(office) == ["approval.requested", "approval.approved"]


async def test_an_effect_that_refuses_leaves_the_approval_pending(office: Office) -> None:
    asked = await office.ask()
    office.refuse_effect = True
    code, _ = await refused(
        office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **office.manager)
    )
    assert code is grpc.StatusCode.PERMISSION_DENIED
    still = await office.stub.GetApproval(GetApprovalRequest(name=asked.name), **office.manager)
    assert (still.state, still.decidable) == (messages.APPROVAL_STATE_PENDING, True)
    assert await subjects(office) == ["approval.requested"]


async def test_of_two_managers_who_decide_at_once_one_wins(office: Office) -> None:
    asked = await office.ask()
    approving = office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **office.manager)
    rejecting = office.stub.Reject(
        RejectRequest(name=asked.name, content_hash=CONTENT, comment="先补材料"),
        **office.as_member(OTHER_MANAGER, scope=Scope.ALL),
    )
    answers = await asyncio.gather(approving, rejecting, return_exceptions=True)
    lost = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert [answer.code() for answer in lost] == [grpc.StatusCode.FAILED_PRECONDITION]
    assert len(await subjects(office)) == 2


async def test_nobody_decides_his_own_request(office: Office) -> None:
    asked = await office.ask()
    powerful = office.as_member(ZHANG_WEI, role="sales_director", scope=Scope.ALL)
    code, text = await refused(office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **powerful))
    assert (code, text) == (grpc.StatusCode.FAILED_PRECONDITION, "不能审批自己提交、参与撰写或归自己所有的申请")


async def test_content_that_changed_meanwhile_is_not_decided(office: Office) -> None:
    asked = await office.ask()
    request = ReturnRequest(name=asked.name, content_hash=OTHER_CONTENT, comment="补充需求文档")
    assert (await refused(office.stub.Return(request, **office.manager)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    office.content = OTHER_CONTENT
    request.content_hash = CONTENT
    assert (await refused(office.stub.Return(request, **office.manager)))[0] is grpc.StatusCode.FAILED_PRECONDITION
    assert office.effects == []


async def test_who_does_not_see_the_row_finds_no_approval(office: Office) -> None:
    asked = await office.ask()
    stranger = office.as_member(OTHER_MANAGER, team=CHENGDU, scope=Scope.TEAM)
    for call in (
        office.stub.GetApproval(GetApprovalRequest(name=asked.name), **stranger),
        office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **stranger),
        office.stub.PreviewApprovers(PreviewApproversRequest(name=asked.name), **stranger),
    ):
        assert (await refused(call))[0] is grpc.StatusCode.NOT_FOUND
    assert (await office.stub.ListApprovals(ListApprovalsRequest(), **stranger)).total_size == 0


async def test_a_manager_without_the_role_is_told_which_it_takes(office: Office) -> None:
    asked = await office.ask(roles=("regional_manager",))
    code, text = await refused(
        office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **office.manager)
    )
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert "大区经理" in text
    waiting = ListApprovalsRequest(awaiting_me=True)
    assert (await office.stub.ListApprovals(waiting, **office.manager)).total_size == 0


async def test_what_waits_for_me_is_what_i_may_decide(office: Office) -> None:
    asked = await office.ask()
    waiting = ListApprovalsRequest(awaiting_me=True)
    assert [each.name for each in (await office.stub.ListApprovals(waiting, **office.manager)).approvals] == [
        asked.name
    ]
    assert (await office.stub.ListApprovals(waiting, **office.zhang_wei)).total_size == 0
    assert (await office.stub.ListApprovals(ListApprovalsRequest(), **office.zhang_wei)).total_size == 1
    about = ListApprovalsRequest(filter=f'subject = "{WAIVER}" AND state = APPROVAL_STATE_PENDING')
    assert (await office.stub.ListApprovals(about, **office.manager)).total_size == 1
    await office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **office.manager)
    assert (await office.stub.ListApprovals(waiting, **office.manager)).total_size == 0


async def test_the_same_content_is_asked_once_and_other_content_overtakes_it(office: Office) -> None:
    asked = await office.ask()
    assert (await office.ask()).name == asked.name
    newer = await office.ask(content=OTHER_CONTENT)
    assert newer.name != asked.name
    older = await office.stub.GetApproval(GetApprovalRequest(name=asked.name), **office.manager)
    assert older.state == messages.APPROVAL_STATE_OUTDATED
    assert await subjects(office) == ["approval.requested", "approval.outdated", "approval.requested"]


async def test_a_granted_approval_is_overtaken_when_its_subject_changes(office: Office) -> None:
    asked = await office.ask()
    await office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **office.manager)
    await office.outdate()
    gone = await office.stub.GetApproval(GetApprovalRequest(name=asked.name), **office.manager)
    assert gone.state == messages.APPROVAL_STATE_OUTDATED


async def test_whoever_asked_takes_it_back_and_the_subject_hears_of_it(office: Office) -> None:
    asked = await office.ask()
    withdrawal = WithdrawRequest(name=asked.name)
    assert (await refused(office.stub.Withdraw(withdrawal, **office.manager)))[0] is grpc.StatusCode.PERMISSION_DENIED
    withdrawn = await office.stub.Withdraw(withdrawal, **office.zhang_wei)
    assert withdrawn.state == messages.APPROVAL_STATE_WITHDRAWN
    assert office.effects == ["withdrawn"]


async def test_the_approvers_are_told_with_reasons(office: Office) -> None:
    await hire_manager(office)
    asked = await office.ask()
    told = await office.stub.PreviewApprovers(PreviewApproversRequest(name=asked.name), **office.zhang_wei)
    assert [(each.member, each.display_name) for each in told.approvers] == [(f"members/{MANAGER}", "李娜")]
    assert [reason.text for reason in told.approvers[0].reasons] == ["角色：销售经理", "数据范围：本团队"]


async def test_whoever_had_a_hand_in_it_neither_decides_nor_is_asked(office: Office) -> None:
    await hire_manager(office)
    asked = await office.ask(parties=(MANAGER,))
    waiting = ListApprovalsRequest(awaiting_me=True)
    assert (await office.stub.ListApprovals(waiting, **office.manager)).total_size == 0
    shown = await office.stub.GetApproval(GetApprovalRequest(name=asked.name), **office.manager)
    assert not shown.decidable
    found = await office.stub.PreviewApprovers(PreviewApproversRequest(name=asked.name), **office.zhang_wei)
    assert f"members/{MANAGER}" not in [each.member for each in found.approvers]
    code, _ = await refused(
        office.stub.Approve(ApproveRequest(name=asked.name, content_hash=CONTENT), **office.manager)
    )
    assert code is grpc.StatusCode.FAILED_PRECONDITION
