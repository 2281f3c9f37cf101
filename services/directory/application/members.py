"""Adding and changing members (成员)."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.principal import Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed
from services.directory.application.references import require_region, require_team
from services.directory.application.sessions import end_sessions
from services.directory.application.versions import expect_version
from services.directory.domain.member import EmailTaken, Member, MemberDetails, RoleBeyondGiver, RoleUnknown, add_member
from services.directory.domain.refusals import LastAdministrator
from services.directory.domain.role import ADMINISTRATION, Role, covers
from services.directory.domain.sessions import SessionEnd
from services.directory.storage import members, roles
from services.directory.storage.order import after_all_others
from trade.names.search import pinyin_key


async def create_member(work: UnitOfWork, *, details: MemberDetails) -> Member:
    """A member is added with a mail address of his own, existing roles, a live team and a live region."""
    await after_all_others(work)
    await _check(work, details=details, before=None, uuid=None)
    spelled = _spelled(details, before=None)
    return work.save(members.RECORD, add_member(uuid=work.new_id(), details=spelled, now=work.now))


async def get_member(read: Read, *, uuid: UUID) -> Member:
    """A member is shown to those whose reading reaches him."""
    return await members.get_member(read, uuid, permission="directory.read")


async def list_members(read: Read, *, wanted: PageRequest) -> Page[Member]:
    """The members the reader's permission reaches are listed."""
    return await members.list_members(read, wanted)


async def update_member(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, edit: Callable[[MemberDetails], MemberDetails]
) -> Member:
    """A member changes when the caller saw what stands; the last administrator stays one."""
    await after_all_others(work)
    member = await members.get_member(work, uuid, permission=ADMINISTRATION)
    expect_version(resource=member.name, stands=member.version, seen=seen)
    details = _spelled(edit(member.details), before=member.details)
    change = member.update(details=details, now=work.now)
    if not change.events:
        return member
    await _check(work, details=details, before=member.details, uuid=uuid)
    await _keep_an_administrator(work, member=member, afterwards=details.roles)
    return work.save(members.RECORD, change)


async def deactivate_member(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Member:
    """A member who leaves loses access at once, his sessions end with him; the last administrator cannot leave."""
    await after_all_others(work)
    member = await members.get_member(work, uuid, permission=ADMINISTRATION)
    expect_version(resource=member.name, stands=member.version, seen=seen)
    change = member.deactivate(now=work.now)
    await _keep_an_administrator(work, member=member, afterwards=())
    await end_sessions(work, member=uuid, end=SessionEnd.MEMBER_LEFT)
    return work.save(members.RECORD, change)


async def reactivate_member(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Member:
    """A member who had left comes back to a team and a region that still exist."""
    await after_all_others(work)
    member = await members.get_member(work, uuid, permission=ADMINISTRATION)
    expect_version(resource=member.name, stands=member.version, seen=seen)
    change = member.reactivate(now=work.now)
    await _check(work, details=member.details, before=None, uuid=uuid)
    return work.save(members.RECORD, change)


def _spelled(details: MemberDetails, *, before: MemberDetails | None) -> MemberDetails:
    """The pinyin follows the name, unless somebody spelled it himself (多音字)."""
    renamed = before is not None and before.display_name != details.display_name and before.pinyin == details.pinyin
    if details.pinyin and not renamed:
        return details
    return replace(details, pinyin=pinyin_key(details.display_name).full)


async def _check(work: UnitOfWork, *, details: MemberDetails, before: MemberDetails | None, uuid: UUID | None) -> None:
    if before is None or details.email != before.email:
        holder = await members.find_member_by_email(work, details.email)
        if holder is not None and holder.uuid != uuid:
            raise EmailTaken(email=details.email)
    if before is None or details.team != before.team:
        await require_team(work, details.team)
    if before is None or details.region != before.region:
        await require_region(work, details.region)
    if before is None or details.roles != before.roles:
        await _check_roles(work, wanted=details.roles, held=before.roles if before else ())
    _check_reach(work, details=details, uuid=uuid)


async def _check_roles(work: UnitOfWork, *, wanted: tuple[str, ...], held: tuple[str, ...]) -> None:
    live = {role.key: role for role in await roles.live_roles(work)}
    for key in wanted:
        if key not in live:
            raise RoleUnknown(role=key)
        if key not in held:
            _check_giver(work, live[key])


def _check_giver(work: UnitOfWork, role: Role) -> None:
    everywhere = work.principal.scope_of(ADMINISTRATION) is Scope.ALL
    if not everywhere and not covers(work.principal.grants, role.details.grants):
        raise RoleBeyondGiver(role=role.key)


def _check_reach(work: UnitOfWork, *, details: MemberDetails, uuid: UUID | None) -> None:
    """An administrator of a part adds members to that part only, and moves none out of it."""
    principal = work.principal
    reach = principal.scope_of(ADMINISTRATION)
    within = (
        reach is Scope.ALL
        or (uuid is not None and uuid == principal.member)
        or (reach in {Scope.TEAM, Scope.REGION} and details.team in principal.teams)
        or (reach is Scope.REGION and details.region is not None and details.region == principal.region)
    )
    if not within:
        raise NotAllowed(permission=ADMINISTRATION)


async def _keep_an_administrator(work: UnitOfWork, *, member: Member, afterwards: tuple[str, ...]) -> None:
    administering = [role.key for role in await roles.live_roles(work) if role.administers]
    was = member.active and not set(administering).isdisjoint(member.details.roles)
    stays = not set(administering).isdisjoint(afterwards)
    if was and not stays and not await members.is_anyone_active(work, with_roles=administering, besides=member.uuid):
        raise LastAdministrator
