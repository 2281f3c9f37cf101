"""What a new installation begins with: its roles, the house's calendar, and the first administrator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chassis.work import UnitOfWork
from kernel.errors import Kind, Refusal
from services.directory.application.calendars import create_calendar
from services.directory.application.members import create_member
from services.directory.application.roles import create_role
from services.directory.domain.calendar import CalendarDetails
from services.directory.domain.member import Member, MemberDetails
from services.directory.domain.role import PERMISSIONS, Role, RoleDetails
from services.directory.storage import calendars, members, roles
from services.directory.storage.order import after_all_others


@dataclass(eq=False, kw_only=True)
class AdministratorExists(Refusal):
    """Somebody administers the directory already, and can add others after signing in."""

    kind = Kind.RULE_VIOLATION
    reason = "ADMINISTRATOR_EXISTS"


async def establish_defaults(
    work: UnitOfWork, *, default_roles: Mapping[str, RoleDetails], house_calendar: CalendarDetails
) -> bool:
    """A directory without any role gets the default ones and the house's calendar; false for any other.

    The other gets what a release brought: a permission that no role has is new, and goes to those meant to have it; one
    that no method asks for any more goes from every role.
    """
    await after_all_others(work)
    standing = await roles.live_roles(work)
    if standing:
        _follow_the_release(work, standing=standing, default_roles=default_roles)
        return False
    for key, details in default_roles.items():
        await create_role(work, key=key, details=details)
    if None not in await calendars.calendars_of(work, ()):
        await create_calendar(work, team=None, details=house_calendar)
    return True


def _follow_the_release(
    work: UnitOfWork, *, standing: Sequence[Role], default_roles: Mapping[str, RoleDetails]
) -> None:
    known = {permission for role in standing for permission in role.details.grants}
    for role in standing:
        meant = default_roles[role.key].grants if role.key in default_roles else {}
        new = {permission: reach for permission, reach in meant.items() if permission not in known}
        asked = {permission: reach for permission, reach in role.details.grants.items() if permission in PERMISSIONS}
        details = replace(role.details, grants={**asked, **new})
        if details != role.details:
            work.save(roles.RECORD, role.update(details=details, now=work.now))


async def establish_administrator(work: UnitOfWork, *, details: MemberDetails) -> Member:
    """The first administrator is added from outside; asking again for the same one finds him."""
    await after_all_others(work)
    known = await members.find_member_by_email(work, details.email)
    administering = [role.key for role in await roles.live_roles(work) if role.administers]
    if known is not None and known.active and not set(administering).isdisjoint(known.details.roles):
        return known
    if await members.is_anyone_active(work, with_roles=administering):
        raise AdministratorExists
    return await create_member(work, details=details)
