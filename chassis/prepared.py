"""Statements that are built once and then run by the driver itself.

Building a statement anew, looking it up in a cache and describing its result costs more than PostgreSQL takes to answer
it. What every call needs is therefore compiled once; what differs from call to call (lists, filters) is not for this.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import driver
from chassis.principal import Principal

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy
_KEPT = 1000

Row = Mapping[str, Any]


class Prepared:
    """One statement as text, with the order of its parameters; `statement` may be anything with named columns."""

    __slots__ = ("_fixed", "_order", "text")

    def __init__(self, statement: Executable) -> None:
        """Compile it; values the statement holds already stay its own."""
        compiled: Any = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]  # every statement can be compiled
        self.text: str = compiled.string
        self._order: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._fixed: dict[str, object] = dict(compiled.params)

    async def rows(self, connection: AsyncConnection, **values: object) -> list[Row]:
        """The rows; raises what the driver raises (see `chassis.database.FAULTS`)."""
        given = self._fixed | values
        found: list[Row] = await driver(connection).fetch(self.text, *(given[name] for name in self._order))
        return found


class PreparedFor:
    """A statement that is compiled once for each reader, because it shows him his rows only."""

    def __init__(self, build: Callable[[Principal, str], Executable]) -> None:
        """`build` makes the statement for a reader and the permission he reads by."""
        self._build = build
        self._known: dict[tuple[str, str], tuple[Principal, Prepared]] = {}

    def __call__(self, principal: Principal, permission: str) -> Prepared:
        """The reader's own; built anew when what he may do has changed."""
        key = (principal.subject, permission)
        known = self._known.get(key)
        if known is not None and (known[0] is principal or known[0] == principal):
            return known[1]
        if len(self._known) >= _KEPT:
            self._known.clear()
        prepared = Prepared(self._build(principal, permission))
        self._known[key] = (principal, prepared)
        return prepared
