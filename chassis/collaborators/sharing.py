"""Which rows are shared with a member, in SQL: what `chassis.scope` adds to his own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Table,
    Uuid,
    any_,
    bindparam,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.collaborators.collaborator import CollaboratorRole
from chassis.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How the rows of a collection are shared: the permissions to read and write them reach shared rows too."""

    collection: str
    table: Table
    reading: str
    writing: str

    def covers(self, permission: str) -> bool:
        """Whether the permission reaches shared rows at all."""
        return permission in {self.reading, self.writing}

    def at(self, now: datetime, *, by: str = "uuid") -> "Shared":
        """What is shared at an instant; rows that are seen with a shared one name it in their column `by`."""
        return Shared(sharing=self, now=literal(now, DateTime(timezone=True)), by=by)

    def when_run(self, *, by: str = "uuid") -> "Shared":
        """What is shared when the statement runs: the instant is its parameter `now`."""
        return Shared(sharing=self, now=bindparam("now", type_=DateTime(timezone=True)), by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The rows of a collection that are shared at one instant."""

    sharing: Sharing
    now: ColumnElement[datetime]
    by: str = "uuid"

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:
        """The condition under which a row is shared with the member for the permission.

        The shared rows are gathered once into an array, so that the planner reaches them by their key and joins that
        with the index of the owner; a correlated `exists` under an `or` would read the whole table.
        """
        member = principal.member
        if member is None or not self.sharing.covers(permission):
            return false()
        shared = self.rows_of(member, permission=permission).scalar_subquery()
        return rows.c[self.by] == any_(func.array(shared, type_=ARRAY(Uuid)))

    def rows_of(self, member: UUID, *, permission: str) -> Select[Any]:
        """The ids of the rows shared with a member for the permission."""
        table = self.sharing.table
        statement = select(table.c.row).where(
            table.c.member == member,
            table.c.collection == self.sharing.collection,
            ~table.c.removed,
            table.c.end_time > self.now,
        )
        if permission == self.sharing.writing:
            statement = statement.where(table.c.role == CollaboratorRole.WRITE.value)
        return statement
