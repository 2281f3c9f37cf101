"""Explaining who may read or change a lead (权限说明)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis.collaborators import Collaborator, find_collaborator
from chassis.organization import KnownMember, Organization, Snapshot
from chassis.principal import Principal, Scope
from chassis.reach import Grounds, grounds
from chassis.work import Read
from kernel.errors import NotAllowed, NotFound
from services.leads.application.reading import READ
from services.leads.domain.lead import Lead
from services.leads.storage.lead_collaborators import SHARED_LEADS, shared_with_caller
from services.leads.storage.leads import get_lead
from trade.reasons import Reason

_DIRECTORY = "directory.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAccess:
    """Whether a member may, why, and everything the member is granted."""

    allowed: bool
    reasons: tuple[Reason, ...]
    grants: Mapping[str, Scope] = field(default_factory=dict)


async def explain_lead_access(
    read: Read, *, lead: UUID, member: UUID, permission: str, organization: Organization
) -> LeadAccess:
    """Whether a member may do something with a lead is told the way the check itself goes.

    Everybody may ask about himself; about others, whoever sees the whole directory.
    Raises LeadNotFound, NotFound, NotAllowed.
    """
    found = await get_lead(read, lead, permission=READ)
    if member != read.principal.member and read.principal.scope_of(_DIRECTORY) is not Scope.ALL:
        raise NotAllowed(permission=_DIRECTORY)
    snapshot = await organization.current()
    known = snapshot.members.get(member)
    if known is None:
        raise NotFound(resource=f"members/{member}")
    who = known.display_name
    if not known.active:
        return LeadAccess(allowed=False, reasons=(Reason("ACCESS_MEMBER_LEFT", {"member": who}),))
    principal = snapshot.principal(subject=f"members/{member}")
    granting = tuple(_granting(snapshot, known, permission))
    if not granting:
        nothing = Reason("ACCESS_NO_ROLE_GRANTS", {"member": who, "permission": permission})
        return LeadAccess(allowed=False, reasons=(nothing,), grants=principal.grants)
    why = await _grounds(Read(read.connection, read.now, principal), found, permission)
    collaborator = await find_collaborator(read, SHARED_LEADS, row=lead, member=member)
    row = _row(principal, why, collaborator, read, permission)
    return LeadAccess(allowed=why is not None, reasons=(*granting, *row), grants=principal.grants)


async def _grounds(read: Read, lead: Lead, permission: str) -> Grounds | None:
    shared = await shared_with_caller(read, [lead], permission=permission)
    return grounds(
        read.principal,
        permission,
        owner=lead.owner,
        team=lead.team,
        region=lead.region,
        shared=lead.uuid in shared,
    )


def _granting(snapshot: Snapshot, member: KnownMember, permission: str) -> Iterator[Reason]:
    for key in sorted(member.roles):
        role = snapshot.roles.get(key)
        if role is not None and not role.archived and permission in role.grants:
            names = {"name_zh": role.display_name_zh or key, "name_en": role.display_name_en or key}
            reach = role.grants[permission].name
            yield Reason("ACCESS_ROLE_GRANTS", {"role": key, **names, "permission": permission, "scope": reach})


def _row(
    principal: Principal, why: Grounds | None, collaborator: Collaborator | None, read: Read, permission: str
) -> Iterator[Reason]:
    who = {"member": principal.display_name}
    if why is Grounds.SHARED_ROW and collaborator is not None:
        yield Reason("ACCESS_SHARED_ROW", {**who, "end_date": collaborator.terms.end_date.isoformat()})
        return
    if why is not None:
        yield Reason(f"ACCESS_{why.name}", who)
        return
    if collaborator is not None and not collaborator.removed:
        over = not collaborator.holds(now=read.now)
        code = "ACCESS_SHARED_ROW_ENDED" if over else "ACCESS_SHARED_ROW_READ_ONLY"
        yield Reason(code, {**who, "end_date": collaborator.terms.end_date.isoformat()})
    reach = principal.scope_of(permission)
    yield Reason("ACCESS_ROW_OUT_OF_SCOPE", {**who, "scope": reach.name if reach else ""})
