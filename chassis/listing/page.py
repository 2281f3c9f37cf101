"""One page of a list: filter, order, key of the last row, count."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Column, ColumnElement, Integer, RowMapping, Select, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.listing.fields import Field, listed, to_sql
from chassis.listing.filters import Condition, contract_name, parse_filter
from chassis.listing.refusals import OrderInvalid, PageTokenInvalid

T = TypeVar("T")
U = TypeVar("U")
R = TypeVar("R", bound=Mapping[str, Any] | RowMapping)
USUAL_SIZE = 50
LARGEST_SIZE = 200
COUNTED = 10_000
_SEAL = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """What the caller asked for, who he is, and the key that seals tokens."""

    size: int
    token: str
    filter: str
    order_by: str
    method: str
    principal: str
    key: bytes

    @property
    def rows(self) -> int:
        """How many rows the page holds: 50 when not said, 200 at most."""
        return min(self.size or USUAL_SIZE, LARGEST_SIZE)


@dataclass(frozen=True, slots=True)
class Order:
    """Something a list is sorted by: a column that is never null, and how its value is read from a token."""

    column: Column[Any]
    read: Callable[[Any], Any] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What can be filtered and sorted, the usual order, and the unique column that decides between equals."""

    fields: Mapping[str, Field]
    orders: Mapping[str, Order]
    order_by: str
    tie: Column[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Rows of a list; `total` is exact unless `capped`, and then the least there are."""

    items: Sequence[T]
    next_page_token: str
    total: int
    capped: bool

    def of(self, items: Sequence[U]) -> "Page[U]":
        """The same page of other items."""
        return Page(items=items, next_page_token=self.next_page_token, total=self.total, capped=self.capped)


@dataclass(frozen=True, slots=True)
class Plan:
    """The two selects of a list: its rows (of a page by `rows`, `after_value`, `after_tie`), and how many there are."""

    rows: Select[Any]
    count: Select[Any]
    order: Order


async def read_page(
    connection: AsyncConnection, statement: Select[Any], listing: Listing, wanted: PageRequest
) -> Page[RowMapping]:
    """The page of an already scoped select. Raises FilterInvalid, OrderInvalid, PageTokenInvalid."""
    plan = plan_page(statement, listing, wanted, parse_filter(wanted.filter))
    rows = (await connection.execute(plan.rows, page_values(wanted, plan))).mappings().all()
    total = len(rows) if is_whole(rows, wanted) else await connection.scalar(plan.count) or 0
    return page_of(rows, wanted, listing, plan, total=total)


def is_whole(rows: Sequence[object], wanted: PageRequest) -> bool:
    """Whether the rows of a plan are all there are: then nothing is left to be counted."""
    return not wanted.token and len(rows) <= wanted.rows


def plan_page(statement: Select[Any], listing: Listing, wanted: PageRequest, condition: Condition | None) -> Plan:
    """How a page is read; the same for every page behind the first. Raises FilterInvalid and OrderInvalid."""
    order, descending = _order(listing, wanted.order_by)
    statement = following = _narrowed(statement, listing, condition)
    if wanted.token:
        key = (bindparam("after_value", type_=order.column.type), bindparam("after_tie", type_=listing.tie.type))
        row, last = tuple_(order.column, listing.tie), tuple_(*key)
        following = following.where(row < last if descending else row > last)
    following = _sorted(following, listing, order, descending=descending)
    return Plan(following.limit(bindparam("rows", type_=Integer)), _count(statement, listing, most=COUNTED), order)


def plan_whole(
    statement: Select[Any], listing: Listing, *, condition: Condition | None, order_by: str, most: int
) -> Plan:
    """How every row of a list is read, as its pages would tell them one after another; counted up to one over `most`.

    Raises FilterInvalid and OrderInvalid.
    """
    order, descending = _order(listing, order_by)
    statement = _narrowed(statement, listing, condition)
    following = _sorted(statement, listing, order, descending=descending)
    return Plan(following, _count(statement, listing, most=most), order)


def page_values(wanted: PageRequest, plan: Plan) -> dict[str, Any]:
    """The parameters of a plan's rows: one more than the page holds tells whether another follows.

    Raises PageTokenInvalid.
    """
    values: dict[str, Any] = {"rows": wanted.rows + 1}
    if wanted.token:
        key = _opened(wanted)
        try:
            values |= {"after_value": plan.order.read(key[0]), "after_tie": UUID(key[1])}
        except (ValueError, TypeError, IndexError):
            raise PageTokenInvalid from None
    return values


def page_of(rows: Sequence[R], wanted: PageRequest, listing: Listing, plan: Plan, *, total: int) -> Page[R]:
    """The page that the rows of a plan are, with the token of the next."""
    kept = rows[: wanted.rows]
    last = kept[-1] if len(rows) > wanted.rows else None
    token = _sealed(wanted, last[plan.order.column.name], last[listing.tie.name]) if last else ""
    return Page(items=kept, next_page_token=token, total=min(total, COUNTED), capped=total > COUNTED)


def _narrowed(statement: Select[Any], listing: Listing, condition: Condition | None) -> Select[Any]:
    return statement if condition is None else statement.where(to_sql(condition, listing.fields))


def _sorted(statement: Select[Any], listing: Listing, order: Order, *, descending: bool) -> Select[Any]:
    columns: tuple[ColumnElement[Any], ...] = (order.column, listing.tie)
    return statement.order_by(*(each.desc() if descending else each.asc() for each in columns))


def _count(statement: Select[Any], listing: Listing, *, most: int) -> Select[Any]:
    """How many rows there are, or one more than `most`."""
    counted = statement.with_only_columns(listing.tie, maintain_column_froms=True).limit(most + 1)
    return select(func.count()).select_from(counted.subquery())


def _order(listing: Listing, text: str) -> tuple[Order, bool]:
    words = (text.strip() or listing.order_by).split()
    order = listing.orders.get(contract_name(words[0]))
    if order is None or len(words) > 2 or (words[1:] and words[1] not in {"asc", "desc"}):  # noqa: PLR2004 - field and direction
        raise OrderInvalid(order_by=text, choices=listed(sorted(listing.orders)))
    return order, words[1:] == ["desc"]


def _sealed(wanted: PageRequest, *key: object) -> str:
    content = orjson.dumps(key, default=str)
    return base64.urlsafe_b64encode(_seal(wanted, content) + content).decode().rstrip("=")


def _opened(wanted: PageRequest) -> Sequence[Any]:
    try:
        sealed = base64.urlsafe_b64decode(wanted.token + "=" * (-len(wanted.token) % 4))
    except ValueError:
        raise PageTokenInvalid from None
    seal, content = sealed[:_SEAL], sealed[_SEAL:]
    if not hmac.compare_digest(seal, _seal(wanted, content)):
        raise PageTokenInvalid
    key: Sequence[Any] = orjson.loads(content)
    return key


def _seal(wanted: PageRequest, content: bytes) -> bytes:
    bound = orjson.dumps([wanted.method, wanted.principal, wanted.filter, wanted.order_by])
    return hmac.new(wanted.key, bound + content, hashlib.sha256).digest()[:_SEAL]
