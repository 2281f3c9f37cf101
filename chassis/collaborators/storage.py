"""Collaborators in their table."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.collaborators.collaborator import Collaborator, CollaboratorRole, Invitation
from chassis.collaborators.sharing import Sharing
from chassis.listing import Listing, Order, Page, PageRequest, read_page, reference
from chassis.work import Read, Record
from kernel.errors import NotFound

_MOST = 100


def collaborator_record(sharing: Sharing, *, kind: str, collection: str) -> Record[Collaborator]:
    """How collaborators of a kind, for example "lead_collaborator", lie in their table."""
    return Record(kind=kind, collection=collection, table=sharing.table, row=_to_row)


async def find_collaborator(read: Read, sharing: Sharing, *, row: UUID, member: UUID) -> Collaborator | None:
    """The member as a collaborator of the row, also one whose time is over or who was removed."""
    table = sharing.table
    statement = select(table).where(
        table.c.collection == sharing.collection, table.c.row == row, table.c.member == member
    )
    found = (await read.connection.execute(statement)).mappings().one_or_none()
    return _from_row(found) if found else None


async def get_collaborator(read: Read, sharing: Sharing, *, row: UUID, uuid: UUID) -> Collaborator:
    """A collaborator of the row who was not removed; raises NotFound."""
    table = sharing.table
    statement = select(table).where(
        table.c.uuid == uuid, table.c.collection == sharing.collection, table.c.row == row, ~table.c.removed
    )
    found = (await read.connection.execute(statement)).mappings().one_or_none()
    if found is None:
        raise NotFound(resource=f"{sharing.collection}/{row}/collaborators/{uuid}")
    return _from_row(found)


async def list_collaborators(read: Read, sharing: Sharing, *, row: UUID, wanted: PageRequest) -> Page[Collaborator]:
    """A page of the row's collaborators, those whose time is over too; without the removed ones."""
    table = sharing.table
    statement = select(table).where(table.c.collection == sharing.collection, table.c.row == row, ~table.c.removed)
    listing = Listing(
        fields={"member": reference(table.c.member, "members")},
        orders={"end_date": Order(table.c.end_date, date.fromisoformat)},
        order_by="end_date desc",
        tie=table.c.uuid,
    )
    page = await read_page(read.connection, statement, listing, wanted)
    return page.of([_from_row(each) for each in page.items])


async def present_collaborators(read: Read, sharing: Sharing, *, row: UUID) -> list[Collaborator]:
    """Who sees the row now as a collaborator, at most 100, in the order in which they were added."""
    table = sharing.table
    here = (table.c.collection == sharing.collection, table.c.row == row)
    statement = select(table).where(*here, ~table.c.removed, table.c.end_time > read.now).order_by(table.c.uuid)
    return [_from_row(each) for each in (await read.connection.execute(statement.limit(_MOST))).mappings()]


async def every_collaborator(read: Read, sharing: Sharing, *, rows: Collection[UUID]) -> list[Collaborator]:
    """Whoever collaborates on the rows, or once did; the first first."""
    table = sharing.table
    statement = select(table).where(table.c.collection == sharing.collection, table.c.row.in_(rows))
    found = (await read.connection.execute(statement.order_by(table.c.uuid))).mappings()
    return [_from_row(each) for each in found]


async def shared_among(read: Read, sharing: Sharing, *, rows: Collection[UUID], permission: str) -> frozenset[UUID]:
    """Which of the rows are shared with the reader for the permission."""
    member = read.principal.member
    if member is None or not rows or not sharing.covers(permission):
        return frozenset()
    statement = sharing.at(read.now).rows_of(member, permission=permission).where(sharing.table.c.row.in_(rows))
    return frozenset(await read.connection.scalars(statement))


def _to_row(collaborator: Collaborator) -> Mapping[str, object]:
    terms = collaborator.terms
    return {
        "uuid": collaborator.uuid,
        "collection": collaborator.collection,
        "row": collaborator.row,
        "member": terms.member,
        "role": terms.role.value,
        "end_date": terms.end_date,
        "end_time": collaborator.end_time,
        "reason": terms.reason,
        "creator": collaborator.creator,
        "removed": collaborator.removed,
        "create_time": collaborator.create_time,
        "update_time": collaborator.update_time,
    }


def _from_row(row: RowMapping) -> Collaborator:
    return Collaborator(
        uuid=row["uuid"],
        version=row["version"],
        collection=row["collection"],
        row=row["row"],
        terms=Invitation(
            member=row["member"],
            role=CollaboratorRole(row["role"]),
            end_date=row["end_date"],
            reason=row["reason"],
        ),
        end_time=row["end_time"],
        creator=row["creator"],
        removed=row["removed"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )
