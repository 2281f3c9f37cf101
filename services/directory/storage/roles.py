"""Roles in their table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text
from chassis.work import Read, Record
from kernel.errors import NotFound
from services.directory.domain.role import Reach, Role, RoleDetails
from services.directory.storage.tables import ROLES


def to_row(role: Role) -> Mapping[str, object]:
    """The columns of a role."""
    return {
        "uuid": role.uuid,
        "key": role.key,
        "display_name_zh": role.details.display_name_zh,
        "display_name_en": role.details.display_name_en,
        "grants": {permission: int(reach) for permission, reach in role.details.grants.items()},
        "archived": role.archived,
        "created_at": role.created_at,
        "updated_at": role.updated_at,
    }


RECORD: Record[Role] = Record(kind="role", collection="roles", table=ROLES, row=to_row)


def from_row(row: RowMapping) -> Role:
    """The role in a row."""
    return Role(
        uuid=row["uuid"],
        version=row["version"],
        key=row["key"],
        details=RoleDetails(
            display_name_zh=row["display_name_zh"],
            display_name_en=row["display_name_en"],
            grants={permission: Reach(number) for permission, number in row["grants"].items()},
        ),
        archived=row["archived"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


LISTING = Listing(
    fields={"key": text(ROLES.c.key)},
    orders={"key": Order(ROLES.c.key), "create_time": Order(ROLES.c.created_at, datetime.fromisoformat)},
    order_by="key",
    tie=ROLES.c.uuid,
)


async def list_roles(read: Read, wanted: PageRequest, *, show_deleted: bool) -> Page[Role]:
    """The live roles, and the archived ones where asked for."""
    statement = select(ROLES) if show_deleted else select(ROLES).where(~ROLES.c.archived)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def get_any_role(read: Read, uuid: UUID) -> Role:
    """The role, archived or not; raises NotFound."""
    row = (await read.connection.execute(select(ROLES).where(ROLES.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"roles/{uuid}")
    return from_row(row)


async def get_role(read: Read, uuid: UUID) -> Role:
    """The live role; raises NotFound."""
    statement = select(ROLES).where((ROLES.c.uuid == uuid) & ~ROLES.c.archived)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"roles/{uuid}")
    return from_row(row)


async def live_roles(read: Read) -> Sequence[Role]:
    """Every live role: an enterprise has a few dozen."""
    rows = (await read.connection.execute(select(ROLES).where(~ROLES.c.archived).limit(1000))).mappings()
    return [from_row(row) for row in rows]
