"""Explaining who may do what (权限说明)."""

from uuid import UUID

from chassis.work import Read
from services.directory.domain.access import Explanation, RecordOwnership, Standing, explain
from services.directory.domain.member import Member
from services.directory.domain.role import PERMISSIONS, PermissionUnknown
from services.directory.storage import members, roles, teams


async def explain_access(read: Read, *, member: UUID, permission: str, record: RecordOwnership | None) -> Explanation:
    """Whether and why a member may do something is told from the roles and tables the check itself uses."""
    if permission not in PERMISSIONS:
        raise PermissionUnknown(permission=permission)
    found = await members.get_member(read, member, permission="directory.read")
    held = tuple(role for role in await roles.live_roles(read) if role.key in found.details.roles)
    standing = await _standing(read, found)
    return explain(member=found, roles=held, standing=standing, permission=permission, record=record)


async def calling_member(read: Read) -> Member | None:
    """The caller as a member; None for an API client or a service."""
    uuid = read.principal.member
    return await members.find_member(read, uuid) if uuid else None


async def _standing(read: Read, member: Member) -> Standing:
    own = member.details.team
    if own is None:
        return Standing(teams=frozenset(), region=member.details.region)
    team = await teams.find_team(read, own)
    above = await teams.teams_on_path(read, team.path) if team else ()
    inherited = next((each.details.region for each in reversed(above) if each.details.region), None)
    below = await teams.teams_below(read, own)
    return Standing(
        teams=frozenset({own, *(each.uuid for each in below)}),
        region=member.details.region or inherited,
    )
