"""Lists that are read all day long: planned once for each reader, shape of filter and order, and run by the driver."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select

from chassis.listing.fields import shape_of
from chassis.listing.filters import Condition, parse_filter
from chassis.listing.page import (
    COUNTED,
    Listing,
    Page,
    PageRequest,
    Plan,
    is_whole,
    page_of,
    page_values,
    plan_page,
)
from chassis.prepared import Prepared, Row
from chassis.principal import Principal
from chassis.work import Read

_KEPT = 500
# More than can be counted stays more for a while: seconds until it is counted again.
_CAPPED_SECONDS = 10.0

Key = tuple[str, str, Condition | None, str, bool]


@dataclass(slots=True)
class _Known:
    """A plan made for a reader, and for which filters the total need not be counted until when (the loop's clock)."""

    principal: Principal
    plan: Plan
    rows: Prepared
    count: Prepared
    capped_until: dict[str, float] = field(default_factory=dict)


class BusyList:
    """A list with its own memory of plans; what it answers is what `read_page` does."""

    def __init__(self, build: Callable[[Principal, str], Select[Any]], listing: Listing) -> None:
        """`build` makes the scoped select for a reader and the permission he reads by."""
        self._build = build
        self._listing = listing
        self._known: dict[Key, _Known] = {}

    async def page(self, read: Read, wanted: PageRequest, *, permission: str) -> Page[Row]:
        """A page of the rows the reader may see. Raises FilterInvalid, OrderInvalid, PageTokenInvalid."""
        condition = parse_filter(wanted.filter)
        values: Mapping[str, object] = {}
        if condition is not None:
            condition, values = shape_of(condition, self._listing.fields)
        known = self._plan(read.principal, permission, wanted, condition)
        rows = await read.rows(known.rows, **values, **page_values(wanted, known.plan))
        total = len(rows) if is_whole(rows, wanted) else await self._total(read, known, wanted.filter, values)
        return page_of(rows, wanted, self._listing, known.plan, total=total)

    def _plan(self, principal: Principal, permission: str, wanted: PageRequest, shape: Condition | None) -> _Known:
        key = (principal.subject, permission, shape, wanted.order_by, bool(wanted.token))
        known = self._known.get(key)
        if known is not None and (known.principal is principal or known.principal == principal):
            return known
        plan = plan_page(self._build(principal, permission), self._listing, wanted, shape)
        if len(self._known) >= _KEPT:
            self._known.clear()
        known = self._known[key] = _Known(principal, plan, Prepared(plan.rows), Prepared(plan.count))
        return known

    async def _total(self, read: Read, known: _Known, text: str, values: Mapping[str, object]) -> int:
        now = asyncio.get_running_loop().time()
        if now < known.capped_until.get(text, 0.0):
            return COUNTED + 1
        counted = await read.rows(known.count, **values)
        total: int = next(iter(counted[0].values()))
        if total > COUNTED:
            known.capped_until = {each: until for each, until in known.capped_until.items() if now < until}
            known.capped_until[text] = now + _CAPPED_SECONDS
        return total
