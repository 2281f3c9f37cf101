"""Regions in their table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text, texts
from chassis.work import Read, Record
from kernel.errors import NotFound
from services.directory.domain.region import Region, RegionDetails
from services.directory.storage.tables import REGIONS


def to_row(region: Region) -> Mapping[str, object]:
    """The columns of a region."""
    return {
        "uuid": region.uuid,
        "display_name": region.details.display_name,
        "provinces": list(region.details.provinces),
        "archived": region.archived,
        "created_at": region.created_at,
        "updated_at": region.updated_at,
    }


RECORD: Record[Region] = Record(kind="region", collection="regions", table=REGIONS, row=to_row)


def from_row(row: RowMapping) -> Region:
    """The region in a row."""
    return Region(
        uuid=row["uuid"],
        version=row["version"],
        details=RegionDetails(display_name=row["display_name"], provinces=tuple(row["provinces"])),
        archived=row["archived"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


LISTING = Listing(
    fields={"display_name": text(REGIONS.c.display_name), "provinces": texts(REGIONS.c.provinces)},
    orders={
        "display_name": Order(REGIONS.c.display_name),
        "create_time": Order(REGIONS.c.created_at, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=REGIONS.c.uuid,
)


async def list_regions(read: Read, wanted: PageRequest, *, show_deleted: bool) -> Page[Region]:
    """The live regions, and the archived ones where asked for."""
    statement = select(REGIONS) if show_deleted else select(REGIONS).where(~REGIONS.c.archived)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def get_any_region(read: Read, uuid: UUID) -> Region:
    """The region, archived or not; raises NotFound."""
    row = (await read.connection.execute(select(REGIONS).where(REGIONS.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"regions/{uuid}")
    return from_row(row)


async def find_region(read: Read, uuid: UUID) -> Region | None:
    """The live region; None when it does not exist or is archived."""
    statement = select(REGIONS).where((REGIONS.c.uuid == uuid) & ~REGIONS.c.archived)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


async def get_region(read: Read, uuid: UUID) -> Region:
    """The live region; raises NotFound."""
    region = await find_region(read, uuid)
    if region is None:
        raise NotFound(resource=f"regions/{uuid}")
    return region


async def live_regions(read: Read) -> Sequence[Region]:
    """Every live region: a country has a few dozen at most."""
    rows = (await read.connection.execute(select(REGIONS).where(~REGIONS.c.archived).limit(1000))).mappings()
    return [from_row(row) for row in rows]
