"""Dividing the market into regions (大区)."""

from collections.abc import Callable
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.directory.application.references import require_whole
from services.directory.application.versions import expect_version
from services.directory.domain.region import (
    ProvinceTaken,
    Region,
    RegionDetails,
    RegionInUse,
    RegionNameTaken,
    add_region,
)
from services.directory.storage import members, regions, teams
from services.directory.storage.order import after_all_others


async def create_region(work: UnitOfWork, *, details: RegionDetails) -> Region:
    """A region is added with a name of its own and provinces no other covers."""
    require_whole(work)
    await after_all_others(work)
    await _check(work, details=details, uuid=None)
    return work.save(regions.RECORD, add_region(uuid=work.new_id(), details=details, now=work.now))


async def get_region(read: Read, *, uuid: UUID) -> Region:
    """A live region is shown."""
    return await regions.get_region(read, uuid)


async def list_regions(read: Read, *, wanted: PageRequest, show_deleted: bool) -> Page[Region]:
    """The live regions are listed, and the archived ones where asked for."""
    return await regions.list_regions(read, wanted, show_deleted=show_deleted)


async def update_region(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, edit: Callable[[RegionDetails], RegionDetails]
) -> Region:
    """A region changes when the caller saw what stands."""
    require_whole(work)
    await after_all_others(work)
    region = await regions.get_region(work, uuid)
    expect_version(resource=region.name, stands=region.version, seen=seen)
    details = edit(region.details)
    change = region.update(details=details, now=work.now)
    if not change.events:
        return region
    await _check(work, details=details, uuid=uuid)
    return work.save(regions.RECORD, change)


async def delete_region(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Region:
    """A region is archived when nobody and no team works in it any more."""
    require_whole(work)
    await after_all_others(work)
    region = await regions.get_region(work, uuid)
    expect_version(resource=region.name, stands=region.version, seen=seen)
    if await members.is_region_peopled(work, uuid) or await teams.is_region_used(work, uuid):
        raise RegionInUse(region=region.details.display_name)
    return work.save(regions.RECORD, region.archive(now=work.now))


async def undelete_region(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Region:
    """An archived region comes back when no other has its name or its provinces by now."""
    require_whole(work)
    await after_all_others(work)
    region = await regions.get_any_region(work, uuid)
    expect_version(resource=region.name, stands=region.version, seen=seen)
    change = region.undelete(now=work.now)
    await _check(work, details=region.details, uuid=uuid)
    return work.save(regions.RECORD, change)


async def _check(work: UnitOfWork, *, details: RegionDetails, uuid: UUID | None) -> None:
    for other in await regions.live_regions(work):
        if other.uuid == uuid:
            continue
        if other.details.display_name == details.display_name:
            raise RegionNameTaken(display_name=details.display_name)
        for province in details.provinces:
            if province in other.details.provinces:
                raise ProvinceTaken(province=province, region=other.details.display_name)
