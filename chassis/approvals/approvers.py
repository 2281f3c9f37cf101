"""Who would decide: found the way the decision itself is checked, with reasons, the nearest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chassis.approvals.approval import ApprovalSubject, ApproverRule
from chassis.organization import KnownMember, Snapshot
from chassis.principal import Principal
from chassis.reach import Grounds, grounds
from trade.reasons import Reason

_NEAREST = (Grounds.TEAM_ROW, Grounds.REGION_ROW, Grounds.EVERY_ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """A member who may decide, and why."""

    member: KnownMember
    reasons: tuple[Reason, ...]


def approvers_of(
    snapshot: Snapshot, *, rule: ApproverRule, subject: ApprovalSubject, requester: str
) -> Sequence[Approver]:
    """Every member who may decide about the subject: his team's managers first, those away last."""
    found = [
        (why, approver)
        for member in snapshot.members.values()
        for why, approver in _as_approver(snapshot, member, rule, subject, requester)
    ]
    found.sort(key=lambda each: (not each[1].member.takes_work, _NEAREST.index(each[0]), each[1].member.pinyin))
    return [approver for _, approver in found]


def _as_approver(
    snapshot: Snapshot, member: KnownMember, rule: ApproverRule, subject: ApprovalSubject, requester: str
) -> Iterator[tuple[Grounds, Approver]]:
    name = f"members/{member.uuid}"
    if not member.active or name in {requester, *subject.parties} or member.uuid == subject.owner:
        return
    if rule.roles and not rule.roles & member.roles:
        return
    principal = snapshot.principal(subject=name)
    why = grounds(principal, rule.permission, owner=subject.owner, team=subject.team, region=subject.region)
    if why is not None:
        yield why, Approver(member=member, reasons=tuple(_reasons(snapshot, principal, member, rule, why)))


def _reasons(
    snapshot: Snapshot, principal: Principal, member: KnownMember, rule: ApproverRule, why: Grounds
) -> Iterator[Reason]:
    for key in sorted(principal.roles):
        role = snapshot.roles.get(key)
        if role is not None and rule.permission in role.grants and (not rule.roles or key in rule.roles):
            yield Reason("APPROVER_HAS_ROLE", {"role": key})
    yield Reason("APPROVER_REACHES", {"scope": why.value})
    if not member.takes_work:
        yield Reason("APPROVER_AWAY", {})
