"""What a service publishes of its approvals."""

from typing import Any

from millrace.approvals.v1 import approval_events_pb2 as messages
from millrace.approvals.v1 import approval_pb2

from chassis.approvals import approval as domain
from chassis.approvals.approval import Approval, ApprovalState
from chassis.publication import Publication, Publications
from chassis.wire import instant, named

STATE_NUMBERS: dict[ApprovalState, Any] = {
    state: approval_pb2.ApprovalState.Value(f"APPROVAL_STATE_{state.name}") for state in ApprovalState
}


def approval_publications(service: str, *, collection: str) -> Publications:
    """The publications of a service's approvals, below the service's own subject."""
    package = f"millrace.{service}.v1"

    def state(approval: Approval) -> messages.ApprovalSnapshot:
        return _snapshot(approval, collection)

    return {
        domain.ApprovalRequested: Publication(
            "approval.requested", lambda _, told: messages.ApprovalRequested(approval=told), state, package
        ),
        domain.ApprovalApproved: Publication(
            "approval.approved", lambda _, told: messages.ApprovalApproved(approval=told), state, package
        ),
        domain.ApprovalRejected: Publication(
            "approval.rejected", lambda _, told: messages.ApprovalRejected(approval=told), state, package
        ),
        domain.ApprovalReturned: Publication(
            "approval.returned", lambda _, told: messages.ApprovalReturned(approval=told), state, package
        ),
        domain.ApprovalWithdrawn: Publication(
            "approval.withdrawn", lambda _, told: messages.ApprovalWithdrawn(approval=told), state, package
        ),
        domain.ApprovalHandedOver: Publication(
            "approval.handed_over", lambda _, told: messages.ApprovalHandedOver(approval=told), state, package
        ),
        domain.ApprovalOutdated: Publication(
            "approval.outdated", lambda _, told: messages.ApprovalOutdated(approval=told), state, package
        ),
    }


def _snapshot(approval: Approval, collection: str) -> messages.ApprovalSnapshot:
    subject, decision = approval.subject, approval.decision
    return messages.ApprovalSnapshot(
        name=named(collection, approval.uuid),
        kind=approval.kind,
        subject=subject.name,
        state=STATE_NUMBERS[approval.state],
        owner=named("members", subject.owner),
        team=named("teams", subject.team),
        region=named("regions", subject.region),
        requester=approval.requester,
        permission=approval.approver.permission,
        roles=sorted(approval.approver.roles),
        decider=decision.by if decision else "",
        create_time=instant(approval.create_time),
        decide_time=instant(decision.time if decision else None),
        reason_codes=[reason.code for reason in approval.reasons],
    )
