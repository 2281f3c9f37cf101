"""The ApprovalService of every service on the wire: each declares its own, and all are served by this."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from google.protobuf.message import Message
from millrace.approvals.v1 import approval_pb2
from millrace.approvals.v1 import approval_requests_pb2 as contract

from chassis.approvals.approval import Approval, ApprovalState, ApproverLacksAuthority, OwnRequestNotDecided
from chassis.approvals.approvers import approvers_of
from chassis.approvals.deciding import ApprovalKinds, decide, withdraw
from chassis.approvals.publications import STATE_NUMBERS
from chassis.approvals.storage import Approvals, get_approval, list_approvals
from chassis.organization import Organization
from chassis.principal import Principal
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import instant, named, uuid_of
from chassis.work import Store, UnitOfWork

_SHOWN = 50
_Decision: TypeAlias = contract.ApproveRequest | contract.RejectRequest | contract.ReturnRequest


class ApprovalServicer:
    """Approvals (审批) of one service."""

    def __init__(
        self,
        store: Store,
        approvals: Approvals,
        kinds: ApprovalKinds,
        *,
        organization: Organization,
        texts: Texts,
        page_key: bytes,
    ) -> None:
        """`kinds` says what each kind of approvals does; `page_key` seals page tokens."""
        self._store = store
        self._approvals = approvals
        self._kinds = kinds
        self._organization = organization
        self._texts = texts
        self._page_key = page_key

    async def GetApproval(self, request: contract.GetApprovalRequest, call: Call) -> approval_pb2.Approval:
        """Read one."""
        uuid = uuid_of(request.name)
        return self._shown(call)(await self._store.read(call, lambda read: get_approval(read, self._approvals, uuid)))

    async def ListApprovals(self, request: contract.ListApprovalsRequest, call: Call) -> contract.ListApprovalsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_approvals(read, self._approvals, wanted, awaiting=request.awaiting_me)
        )
        return contract.ListApprovalsResponse(
            approvals=[self._shown(call)(approval) for approval in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def Approve(self, request: contract.ApproveRequest, call: Call) -> approval_pb2.Approval:
        """Grant one."""
        return await self._decide(request, call, ApprovalState.APPROVED)

    async def Reject(self, request: contract.RejectRequest, call: Call) -> approval_pb2.Approval:
        """Refuse one."""
        return await self._decide(request, call, ApprovalState.REJECTED)

    async def Return(self, request: contract.ReturnRequest, call: Call) -> approval_pb2.Approval:
        """Send one back for correction."""
        return await self._decide(request, call, ApprovalState.RETURNED)

    async def Withdraw(self, request: contract.WithdrawRequest, call: Call) -> approval_pb2.Approval:
        """Take one back."""
        uuid = uuid_of(request.name)
        return await self._write(request, call, lambda work: withdraw(work, self._approvals, self._kinds, uuid=uuid))

    async def PreviewApprovers(
        self, request: contract.PreviewApproversRequest, call: Call
    ) -> contract.PreviewApproversResponse:
        """Tell who may decide one."""
        uuid, wording = uuid_of(request.name), Wording(self._texts, call.locale)
        approval = await self._store.read(call, lambda read: get_approval(read, self._approvals, uuid))
        found = approvers_of(
            await self._organization.current(),
            rule=approval.approver,
            subject=approval.subject,
            requester=approval.requester,
        )
        shown = [
            contract.Approver(
                member=named("members", each.member.uuid),
                display_name=each.member.display_name,
                reasons=wording.reasons(each.reasons),
            )
            for each in found[:_SHOWN]
        ]
        return contract.PreviewApproversResponse(approvers=shown, total_size=len(found))

    async def _decide(self, request: _Decision, call: Call, outcome: ApprovalState) -> approval_pb2.Approval:
        uuid = uuid_of(request.name)
        return await self._write(
            request,
            call,
            lambda work: decide(
                work,
                self._approvals,
                self._kinds,
                uuid=uuid,
                outcome=outcome,
                seen=request.content_hash,
                comment=request.comment.strip(),
            ),
        )

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[Approval]]
    ) -> approval_pb2.Approval:
        answer: approval_pb2.Approval = await self._store.write(call, request, use_case, answer=self._shown(call))
        return answer

    def _shown(self, call: Call) -> Callable[[Approval], approval_pb2.Approval]:
        wording, reader = Wording(self._texts, call.locale), call.principal
        return lambda approval: to_message(approval, self._approvals.collection, wording, reader=reader)


def to_message(approval: Approval, collection: str, wording: Wording, *, reader: Principal) -> approval_pb2.Approval:
    """The approval on the wire, as its reader may treat it."""
    subject, rule, decision = approval.subject, approval.approver, approval.decision
    return approval_pb2.Approval(
        name=named(collection, approval.uuid),
        kind=approval.kind,
        subject=subject.name,
        content_hash=subject.content_hash,
        reasons=wording.reasons(approval.reasons),
        approver=approval_pb2.ApproverRule(permission=rule.permission, roles=sorted(rule.roles)),
        owner=named("members", subject.owner),
        team=named("teams", subject.team),
        region=named("regions", subject.region),
        requester=approval.requester,
        state=STATE_NUMBERS[approval.state],
        decider=decision.by if decision else "",
        decide_time=instant(decision.time) if decision else None,
        comment=decision.comment if decision else "",
        create_time=instant(approval.create_time),
        update_time=instant(approval.update_time),
        etag=str(approval.version),
        decidable=_decidable(approval, reader),
    )


def _decidable(approval: Approval, reader: Principal) -> bool:
    try:
        approval.must_be_decided_by(reader)
    except (OwnRequestNotDecided, ApproverLacksAuthority):
        return False
    return approval.state is ApprovalState.PENDING
