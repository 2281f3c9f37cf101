"""The approval (审批): somebody asks, somebody with the authority decides about exactly what he saw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from chassis.principal import Principal
from chassis.reach import grounds
from kernel.errors import Kind, Refusal
from kernel.events import Change
from trade.reasons import Reason


class ApprovalState(Enum):
    """Where an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"


NEXT_STATES: Mapping[ApprovalState, frozenset[ApprovalState]] = {
    ApprovalState.PENDING: frozenset(
        {
            ApprovalState.APPROVED,
            ApprovalState.REJECTED,
            ApprovalState.RETURNED,
            ApprovalState.WITHDRAWN,
            ApprovalState.OUTDATED,
        }
    ),
    # What was approved may change afterwards; then the approval holds no longer.
    ApprovalState.APPROVED: frozenset({ApprovalState.OUTDATED}),
    ApprovalState.REJECTED: frozenset(),
    ApprovalState.RETURNED: frozenset(),
    ApprovalState.WITHDRAWN: frozenset(),
    ApprovalState.OUTDATED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class ApprovalRequested:
    """Somebody asked for an approval."""


@dataclass(frozen=True, slots=True)
class ApprovalApproved:
    """It was granted."""


@dataclass(frozen=True, slots=True)
class ApprovalRejected:
    """It was refused."""


@dataclass(frozen=True, slots=True)
class ApprovalReturned:
    """It was sent back for correction."""


@dataclass(frozen=True, slots=True)
class ApprovalWithdrawn:
    """Whoever asked took the request back."""


@dataclass(frozen=True, slots=True)
class ApprovalOutdated:
    """What it is about changed."""


@dataclass(frozen=True, slots=True)
class ApprovalHandedOver:
    """What it is about has another owner."""


EVENTS: Mapping[ApprovalState, object] = {
    ApprovalState.APPROVED: ApprovalApproved(),
    ApprovalState.REJECTED: ApprovalRejected(),
    ApprovalState.RETURNED: ApprovalReturned(),
    ApprovalState.WITHDRAWN: ApprovalWithdrawn(),
    ApprovalState.OUTDATED: ApprovalOutdated(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverRule:
    """Who may decide: whoever has the permission over the subject's row and one of the roles; without roles, any."""

    permission: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSubject:
    """What is decided about: its resource name, the digest of its content (SHA-256), and whose row it is.

    `parties` had a hand in it when it was asked about, for example whoever wrote it: they do not decide either.
    """

    name: str
    content_hash: bytes
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    parties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided, when, and what he said to it."""

    by: str
    time: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A question put to whoever has the authority, bound to the content it was put about (审批单)."""

    uuid: UUID
    version: int = 0
    kind: str
    subject: ApprovalSubject
    approver: ApproverRule
    reasons: tuple[Reason, ...] = ()
    requester: str
    state: ApprovalState = ApprovalState.PENDING
    decision: Decision | None = None
    create_time: datetime
    update_time: datetime

    def decide(
        self,
        *,
        outcome: ApprovalState,
        by: Principal,
        seen: bytes,
        current: bytes,
        comment: str,
        now: datetime,
        parties: frozenset[str] = frozenset(),
    ) -> Change["Approval"]:
        """Approve, reject or return it: `seen` is the content the decider looked at, `current` the subject's now.

        `parties` have a hand in the subject besides whoever asked and whose it is.

        Raises ApprovalNotPending, OwnRequestNotDecided, ApproverLacksAuthority, ApprovalContentChanged.
        """
        self._must_be_pending()
        self.must_be_decided_by(by)
        if by.subject in parties:
            raise OwnRequestNotDecided(subject=self.subject.name)
        if not seen == current == self.subject.content_hash:
            raise ApprovalContentChanged(subject=self.subject.name)
        return self._moved(outcome, Decision(by=by.subject, time=now, comment=comment))

    def must_be_decided_by(self, by: Principal) -> None:
        """Pass for somebody who may decide; raises OwnRequestNotDecided and ApproverLacksAuthority."""
        subject = self.subject
        own = by.subject == self.requester or by.subject in subject.parties
        if own or (by.member is not None and by.member == subject.owner):
            raise OwnRequestNotDecided(subject=subject.name)
        rule = self.approver
        reaches = grounds(by, rule.permission, owner=subject.owner, team=subject.team, region=subject.region)
        if by.member is None or reaches is None or (rule.roles and not rule.roles & by.roles):
            raise ApproverLacksAuthority(permission=rule.permission, roles=", ".join(sorted(rule.roles)) or "any")

    def withdraw(self, *, by: Principal, now: datetime) -> Change["Approval"]:
        """Take the request back, as whoever asked or whose row it is.

        Raises ApprovalNotPending and OthersRequestNotWithdrawn.
        """
        self._must_be_pending()
        if by.subject != self.requester and (by.member is None or by.member != self.subject.owner):
            raise OthersRequestNotWithdrawn(subject=self.subject.name)
        return self._moved(ApprovalState.WITHDRAWN, Decision(by=by.subject, time=now))

    def outdate(self, *, by: str, now: datetime) -> Change["Approval"]:
        """End it because its subject changed; raises ApprovalNotPending for one that was not granted either."""
        if ApprovalState.OUTDATED not in NEXT_STATES[self.state]:
            raise ApprovalNotPending(state=self.state.value)
        return self._moved(ApprovalState.OUTDATED, Decision(by=by, time=now))

    def handed_over(
        self, *, owner: UUID | None, team: UUID | None, region: UUID | None, now: datetime
    ) -> Change["Approval"]:
        """Follow the subject to another owner, who sees it from then on and may not decide it; the same is no event."""
        subject = replace(self.subject, owner=owner, team=team, region=region)
        if subject == self.subject:
            return Change(self, ())
        return Change(replace(self, subject=subject, update_time=now), (ApprovalHandedOver(),))

    def _must_be_pending(self) -> None:
        if self.state is not ApprovalState.PENDING:
            raise ApprovalNotPending(state=self.state.value)

    def _moved(self, state: ApprovalState, decision: Decision) -> Change["Approval"]:
        return Change(replace(self, state=state, decision=decision, update_time=decision.time), (EVENTS[state],))


def request_approval(
    *,
    uuid: UUID,
    kind: str,
    subject: ApprovalSubject,
    approver: ApproverRule,
    reasons: tuple[Reason, ...],
    requester: str,
    now: datetime,
) -> Change[Approval]:
    """Ask for an approval; the reasons say why one is needed."""
    approval = Approval(
        uuid=uuid,
        kind=kind,
        subject=subject,
        approver=approver,
        reasons=reasons,
        requester=requester,
        create_time=now,
        update_time=now,
    )
    return Change(approval, (ApprovalRequested(),))


@dataclass(eq=False, kw_only=True)
class ApprovalNotPending(Refusal):
    """It was decided, taken back or overtaken before."""

    kind = Kind.RULE_VIOLATION
    reason = "APPROVAL_NOT_PENDING"

    state: str


@dataclass(eq=False, kw_only=True)
class OwnRequestNotDecided(Refusal):
    """Nobody approves what he asked for himself, what he wrote a part of, or what is his own."""

    kind = Kind.RULE_VIOLATION
    reason = "OWN_REQUEST_NOT_DECIDED"

    subject: str


@dataclass(eq=False, kw_only=True)
class ApproverLacksAuthority(Refusal):
    """It takes the permission over this row and one of the roles; `roles` is "any" where the permission is enough."""

    kind = Kind.NOT_ALLOWED
    reason = "APPROVER_LACKS_AUTHORITY"

    permission: str
    roles: str


@dataclass(eq=False, kw_only=True)
class ApprovalContentChanged(Refusal):
    """What the decider saw is not what would be decided."""

    kind = Kind.RULE_VIOLATION
    reason = "APPROVAL_CONTENT_CHANGED"

    subject: str


@dataclass(eq=False, kw_only=True)
class OthersRequestNotWithdrawn(Refusal):
    """Only whoever asked, or whose row it is, takes a request back."""

    kind = Kind.NOT_ALLOWED
    reason = "OTHERS_REQUEST_NOT_WITHDRAWN"

    subject: str
