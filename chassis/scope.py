"""The one way to read a scoped table: rows outside the reader's scope do not exist for him."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, Uuid, any_, false, literal, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.principal import Principal, Scope


class Shared(Protocol):
    """Rows that a reader is let at besides his own: such as those of `chassis.collaborators.sharing`."""

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:
        """The condition under which a row is one of them."""
        ...


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Rows that a reader is let at in several ways."""

    ways: tuple[Shared, ...]

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:
        """The condition under which a row is reached in one of the ways."""
        return or_(*(way.reaches(rows, principal=principal, permission=permission) for way in self.ways))


def scope(
    statement: Select[Any], table: FromClause, *, principal: Principal, permission: str, shared: Shared | None = None
) -> Select[Any]:
    """Narrow a select over `table` to the rows the permission reaches for this principal, and those shared with him.

    The table keeps `owner` and `team` and, where a region counts, `region`, all as they were at assignment.
    """
    return statement.where(visible(table, principal=principal, permission=permission, shared=shared))


def visible(
    table: FromClause, *, principal: Principal, permission: str, shared: Shared | None = None
) -> ColumnElement[bool]:
    """The condition under which a row of a scoped table is visible; `chassis.reach` has the same rule in memory."""
    reach = principal.scope_of(permission)
    if reach is Scope.ALL:
        return true()
    if reach is None:
        return false()
    own = table.c.owner == principal.member if principal.member else false()
    if shared is not None:
        own = or_(own, shared.reaches(table, principal=principal, permission=permission))
    if reach is Scope.OWN:
        return own
    # An array, not a list: a statement is planned once, whatever number of teams it is for.
    team = table.c.team == any_(literal(sorted(principal.teams), ARRAY(Uuid))) if principal.teams else false()
    if reach is Scope.TEAM:
        return or_(own, team)
    region = table.c.region == principal.region if principal.region and "region" in table.c else false()
    return or_(own, team, region)
