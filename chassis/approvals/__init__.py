"""Approvals (审批): somebody asks, somebody with the authority decides about exactly what he saw.

A service declares the table, asks inside its own use cases, and says what a decision does to its subject:

    APPROVALS = Approvals(table=approvals_table(METADATA), collection="contractApprovals", reading="contracts.read", …)
    await ask(work, APPROVALS, kind="discount", subject=…, approver=ApproverRule(permission="contracts.approve", …))
    ApprovalServicer(store, APPROVALS, {"discount": ApprovalKind(content=…, effect=…)}, …)

The servicer is `chassis.approvals.servicer`, what is published `chassis.approvals.publications`: storage and use cases
need neither.
"""

from chassis.approvals.approval import (
    Approval,
    ApprovalContentChanged,
    ApprovalNotPending,
    ApprovalState,
    ApprovalSubject,
    ApproverLacksAuthority,
    ApproverRule,
    Decision,
    OthersRequestNotWithdrawn,
    OwnRequestNotDecided,
)
from chassis.approvals.approvers import Approver, approvers_of
from chassis.approvals.deciding import (
    ApprovalKind,
    ApprovalKinds,
    ask,
    decide,
    hand_over_approvals,
    outdate,
    withdraw,
)
from chassis.approvals.storage import Approvals, find_pending, get_approval, list_approvals, pending_for
from chassis.approvals.tables import approvals_table

__all__ = [
    "Approval",
    "ApprovalContentChanged",
    "ApprovalKind",
    "ApprovalKinds",
    "ApprovalNotPending",
    "ApprovalState",
    "ApprovalSubject",
    "Approvals",
    "Approver",
    "ApproverLacksAuthority",
    "ApproverRule",
    "Decision",
    "OthersRequestNotWithdrawn",
    "OwnRequestNotDecided",
    "approvals_table",
    "approvers_of",
    "ask",
    "decide",
    "find_pending",
    "get_approval",
    "hand_over_approvals",
    "list_approvals",
    "outdate",
    "pending_for",
    "withdraw",
]
