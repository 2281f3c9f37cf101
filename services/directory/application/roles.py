"""Deciding what each role (角色) may do."""

from collections.abc import Callable
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.directory.application.references import require_whole
from services.directory.application.versions import expect_version
from services.directory.domain.refusals import LastAdministrator
from services.directory.domain.role import Role, RoleDetails, RoleInUse, RoleKeyTaken, add_role
from services.directory.storage import members, roles
from services.directory.storage.order import after_all_others


async def create_role(work: UnitOfWork, *, key: str, details: RoleDetails) -> Role:
    """A role is added under a key no live role has."""
    require_whole(work)
    await after_all_others(work)
    if any(role.key == key for role in await roles.live_roles(work)):
        raise RoleKeyTaken(key=key)
    return work.save(roles.RECORD, add_role(uuid=work.new_id(), key=key, details=details, now=work.now))


async def get_role(read: Read, *, uuid: UUID) -> Role:
    """A live role is shown."""
    return await roles.get_role(read, uuid)


async def list_roles(read: Read, *, wanted: PageRequest, show_deleted: bool) -> Page[Role]:
    """The live roles are listed, and the archived ones where asked for."""
    return await roles.list_roles(read, wanted, show_deleted=show_deleted)


async def update_role(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, edit: Callable[[RoleDetails], RoleDetails]
) -> Role:
    """A role changes when the caller saw what stands and somebody can still administer afterwards."""
    require_whole(work)
    await after_all_others(work)
    role = await roles.get_role(work, uuid)
    expect_version(resource=role.name, stands=role.version, seen=seen)
    change = role.update(details=edit(role.details), now=work.now)
    if not change.events:
        return role
    await _keep_an_administrator(work, before=role, after=change.aggregate)
    return work.save(roles.RECORD, change)


async def delete_role(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Role:
    """A role is archived when nobody holds it any more."""
    require_whole(work)
    await after_all_others(work)
    role = await roles.get_role(work, uuid)
    expect_version(resource=role.name, stands=role.version, seen=seen)
    if await members.is_role_held(work, role.key):
        raise RoleInUse(role=role.key)
    return work.save(roles.RECORD, role.archive(now=work.now))


async def undelete_role(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Role:
    """An archived role comes back when no other has its key by now."""
    require_whole(work)
    await after_all_others(work)
    role = await roles.get_any_role(work, uuid)
    expect_version(resource=role.name, stands=role.version, seen=seen)
    change = role.undelete(now=work.now)
    if any(other.key == role.key for other in await roles.live_roles(work)):
        raise RoleKeyTaken(key=role.key)
    return work.save(roles.RECORD, change)


async def _keep_an_administrator(work: UnitOfWork, *, before: Role, after: Role) -> None:
    if not before.administers or after.administers:
        return
    others = [role.key for role in await roles.live_roles(work) if role.administers and role.uuid != before.uuid]
    if not await members.is_anyone_active(work, with_roles=others):
        raise LastAdministrator
