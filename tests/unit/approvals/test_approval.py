"""An approval is decided once, by somebody with the authority, about exactly what he saw."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.approvals import (
    Approval,
    ApprovalContentChanged,
    ApprovalNotPending,
    ApprovalState,
    ApprovalSubject,
    ApproverLacksAuthority,
    ApproverRule,
    OthersRequestNotWithdrawn,
    OwnRequestNotDecided,
)
from chassis.approvals.approval import EVENTS, NEXT_STATES, request_approval
from chassis.principal import Principal, Scope
from kernel.errors import Refusal

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
ZHANG_WEI, MANAGER, WANG_LEI = UUID(int=1), UUID(int=2), UUID(int=3)
HANGZHOU, CHENGDU, EAST = UUID(int=101), UUID(int=102), UUID(int=201)
CONTENT, OTHER_CONTENT = b"a" * 32, b"b" * 32
QUOTE = ApprovalSubject(name="quotes/q1", content_hash=CONTENT, owner=ZHANG_WEI, team=HANGZHOU, region=EAST)
BY_ROLE = ApproverRule(permission="contracts.approve", roles=frozenset({"regional_manager", "sales_director"}))


def a_request(rule: ApproverRule = BY_ROLE) -> Approval:
    asked = request_approval(
        uuid=UUID(int=9),
        kind="discount",
        subject=QUOTE,
        approver=rule,
        reasons=(),
        requester=f"members/{ZHANG_WEI}",
        now=NOON,
    )
    return asked.aggregate


def a_principal(
    member: UUID = MANAGER, *, role: str = "regional_manager", team: UUID = HANGZHOU, scope: Scope = Scope.TEAM
) -> Principal:
    return Principal(
        subject=f"members/{member}",
        grants={"contracts.approve": scope},
        roles=frozenset({role}),
        team=team,
        teams=frozenset({team}),
    )


def decided(
    approval: Approval,
    by: Principal,
    *,
    outcome: ApprovalState = ApprovalState.APPROVED,
    seen: bytes = CONTENT,
    current: bytes = CONTENT,
) -> Approval:
    change = approval.decide(outcome=outcome, by=by, seen=seen, current=current, comment="同意", now=NOON)
    assert change.events == (EVENTS[outcome],)
    return change.aggregate


@pytest.mark.parametrize("outcome", [ApprovalState.APPROVED, ApprovalState.REJECTED, ApprovalState.RETURNED])
def test_somebody_with_the_role_and_the_row_decides(outcome: ApprovalState) -> None:
    approval = decided(a_request(), a_principal(), outcome=outcome)
    assert approval.state is outcome
    assert approval.decision is not None
    assert (approval.decision.by, approval.decision.comment) == (f"members/{MANAGER}", "同意")


def test_a_pending_request_is_decided_only_once() -> None:
    approved = decided(a_request(), a_principal())
    with pytest.raises(ApprovalNotPending) as refusal:
        decided(approved, a_principal(WANG_LEI))
    assert refusal.value.state == "approved"


def test_nobody_decides_his_own_request_whatever_his_role() -> None:
    everywhere = a_principal(ZHANG_WEI, role="sales_director", scope=Scope.ALL)
    with pytest.raises(OwnRequestNotDecided):
        decided(a_request(), everywhere)


def test_nobody_decides_about_his_own_row_when_a_colleague_asked() -> None:
    asked_for_him = replace(a_request(), requester=f"members/{WANG_LEI}")
    with pytest.raises(OwnRequestNotDecided):
        decided(asked_for_him, a_principal(ZHANG_WEI))


def test_nobody_decides_what_he_had_a_hand_in_when_it_was_asked() -> None:
    asked = a_request()
    written = replace(asked, subject=replace(asked.subject, parties=frozenset({f"members/{MANAGER}"})))
    with pytest.raises(OwnRequestNotDecided):
        decided(written, a_principal())


def test_nobody_decides_what_he_has_a_hand_in_at_the_decision() -> None:
    by, hands = a_principal(), frozenset({f"members/{MANAGER}"})
    with pytest.raises(OwnRequestNotDecided):
        a_request().decide(
            outcome=ApprovalState.APPROVED,
            by=by,
            seen=CONTENT,
            current=CONTENT,
            comment="",
            now=NOON,
            parties=hands,
        )


def test_a_manager_without_the_role_is_told_which_role_it_takes() -> None:
    with pytest.raises(ApproverLacksAuthority) as refusal:
        decided(a_request(), a_principal(role="sales_manager"))
    assert (refusal.value.permission, refusal.value.roles) == ("contracts.approve", "regional_manager, sales_director")


def test_without_roles_the_permission_is_enough() -> None:
    by_permission = a_request(ApproverRule(permission="contracts.approve"))
    assert decided(by_permission, a_principal(role="sales_manager")).state is ApprovalState.APPROVED


def test_the_approvers_scope_must_cover_the_row() -> None:
    with pytest.raises(ApproverLacksAuthority):
        decided(a_request(), a_principal(team=CHENGDU))


def test_a_program_decides_nothing() -> None:
    program = Principal(subject="apiClients/7", grants={"contracts.approve": Scope.ALL})
    with pytest.raises(ApproverLacksAuthority):
        decided(a_request(ApproverRule(permission="contracts.approve")), program)


@pytest.mark.parametrize(("seen", "current"), [(OTHER_CONTENT, CONTENT), (CONTENT, OTHER_CONTENT), (b"", CONTENT)])
def test_other_content_than_was_seen_is_not_decided(seen: bytes, current: bytes) -> None:
    with pytest.raises(ApprovalContentChanged):
        decided(a_request(), a_principal(), seen=seen, current=current)


def test_whoever_asked_takes_the_request_back_and_nobody_else() -> None:
    with pytest.raises(OthersRequestNotWithdrawn):
        a_request().withdraw(by=a_principal(WANG_LEI), now=NOON)
    withdrawn = a_request().withdraw(by=a_principal(ZHANG_WEI), now=NOON).aggregate
    assert withdrawn.state is ApprovalState.WITHDRAWN
    with pytest.raises(ApprovalNotPending):
        withdrawn.withdraw(by=a_principal(ZHANG_WEI), now=NOON)


def test_a_granted_approval_is_overtaken_by_a_change_and_a_refused_one_is_not() -> None:
    granted = decided(a_request(), a_principal())
    assert granted.outdate(by="members/x", now=NOON).aggregate.state is ApprovalState.OUTDATED
    refused = decided(a_request(), a_principal(), outcome=ApprovalState.REJECTED)
    with pytest.raises(ApprovalNotPending):
        refused.outdate(by="members/x", now=NOON)


@given(st.lists(st.sampled_from(["approve", "reject", "return", "withdraw", "outdate"]), max_size=6))
def test_whatever_is_tried_it_moves_only_as_the_table_says(steps: list[str]) -> None:
    outcomes = {
        "approve": ApprovalState.APPROVED,
        "reject": ApprovalState.REJECTED,
        "return": ApprovalState.RETURNED,
    }
    approval, now = a_request(), NOON
    for step in steps:
        before, now = approval.state, now + timedelta(minutes=1)
        try:
            if step == "withdraw":
                approval = approval.withdraw(by=a_principal(ZHANG_WEI), now=now).aggregate
            elif step == "outdate":
                approval = approval.outdate(by="members/x", now=now).aggregate
            else:
                approval = decided(approval, a_principal(), outcome=outcomes[step])
        except Refusal:
            assert approval.state is before
        else:
            assert approval.state in NEXT_STATES[before]
