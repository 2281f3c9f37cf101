"""Lists of the directory: filter, order, pages that neither skip nor repeat a row while others are added."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    RowMapping,
    Uuid,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from chassis.work import Read
from kernel.errors import Kind, Refusal

A = TypeVar("A")
_COUNTED = 10_000
_CONDITION = re.compile(r'\s*([a-z_]+)\s*(=|:)\s*(?:"([^"]*)"|([^\s"]+))\s*')
_AND = re.compile(r"AND\s")
_TRUTH = {"true": True, "false": False}


@dataclass(eq=False, kw_only=True)
class FilterInvalid(Refusal):
    """The filter is not a list of conditions over the fields that can be filtered."""

    kind = Kind.INVALID_INPUT
    reason = "FILTER_INVALID"

    field: str = "filter"
    fields: str


@dataclass(eq=False, kw_only=True)
class OrderInvalid(Refusal):
    """The list cannot be ordered so."""

    kind = Kind.INVALID_INPUT
    reason = "ORDER_INVALID"

    field: str = "order_by"
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[A]):
    """What can be listed: the rows, what reads one, the fields to filter and to order by (the first by default)."""

    rows: FromClause
    read: Callable[[RowMapping], A]
    filters: Mapping[str, Any]
    orders: Mapping[str, Any]
    live: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which page of which list: at most `size` rows after the row with the id `after`."""

    size: int
    after: UUID | None
    filter: str
    order_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[A]):
    """Records of one page, the id to continue after (None on the last), how many match in all (10,000 at most)."""

    records: tuple[A, ...]
    next: UUID | None
    total: int


async def read_page(
    read: Read, listing: Listing[A], wanted: Wanted, *, visible: ColumnElement[bool] | None = None
) -> Page[A]:
    """One page of what is visible; raises FilterInvalid and OrderInvalid."""
    parts = [part for part in (listing.live, visible, *_conditions(listing, wanted.filter)) if part is not None]
    matching = select(listing.rows).where(*parts)
    column, descending = _order(listing, wanted.order_by)
    uuid: Any = listing.rows.c.uuid
    statement = matching.limit(wanted.size + 1)
    statement = statement.order_by(*((column.desc(), uuid.desc()) if descending else (column, uuid)))
    if wanted.after is not None:
        last = select(column, uuid).where(uuid == wanted.after).scalar_subquery()
        here = tuple_(column, uuid)
        statement = statement.where(here < last if descending else here > last)
    rows = tuple((await read.connection.execute(statement)).mappings())
    counted = select(func.count()).select_from(
        matching.with_only_columns(literal(1), maintain_column_froms=True).limit(_COUNTED).subquery()
    )
    total = int(await read.connection.scalar(counted) or 0)
    more = len(rows) > wanted.size
    records = tuple(listing.read(row) for row in rows[: wanted.size])
    return Page(records=records, next=rows[wanted.size - 1]["uuid"] if more else None, total=total)


def _conditions(listing: Listing[Any], text: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    place = 0
    while place < len(text.rstrip()):
        if conditions:
            conjunction = _AND.match(text, place)
            if conjunction is None:
                raise FilterInvalid(fields=", ".join(listing.filters))
            place = conjunction.end()
        found = _CONDITION.match(text, place)
        if found is None or found[1] not in listing.filters:
            raise FilterInvalid(fields=", ".join(listing.filters))
        conditions.append(_condition(listing, found[1], found[3] if found[3] is not None else found[4]))
        place = found.end()
    return conditions


def _condition(listing: Listing[Any], name: str, value: str) -> ColumnElement[bool]:
    column = listing.filters[name]
    try:
        if isinstance(column.type, ARRAY):
            return and_(column.contains([value]))
        if isinstance(column.type, Boolean):
            return and_(column == _TRUTH[value])
        if isinstance(column.type, Uuid):
            return and_(column == UUID(value.rpartition("/")[2])) if value else or_(column.is_(None))
    except (KeyError, ValueError):
        raise FilterInvalid(fields=", ".join(listing.filters)) from None
    return and_(column == value)


def _order(listing: Listing[Any], text: str) -> tuple[Any, bool]:
    name, _, direction = (text.strip() or next(iter(listing.orders))).partition(" ")
    if name not in listing.orders or direction.strip() not in {"", "asc", "desc"}:
        raise OrderInvalid(fields=", ".join(listing.orders))
    return listing.orders[name], direction.strip() == "desc"
