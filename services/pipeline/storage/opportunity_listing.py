"""What opportunities and their conflicts can be filtered and sorted by."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from chassis.listing import (
    Field,
    Listing,
    Order,
    Page,
    PageRequest,
    choice,
    coded,
    fraction,
    instant,
    number,
    read_page,
    reference,
    text,
    truth,
)
from chassis.listing.busy import BusyList
from chassis.principal import Principal
from chassis.scope import Shared, scope
from chassis.work import Read
from kernel.money import minor_digits
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.opportunity_rules import Cutoffs
from services.pipeline.domain.sales_process import StageKind
from services.pipeline.storage.ended_opportunities import EndedWithOwn
from services.pipeline.storage.opportunity_rows import from_row
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from services.pipeline.storage.win_tables import WIN_CHANCES
from trade.industries import industries_called, industry_code

_O, _W = OPPORTUNITIES.c, WIN_CHANCES.c
_ORDERED = frozenset({"=", "!=", "<", "<=", ">", ">="})
_MOST = 2**53


def _units(value: str) -> int:
    """An amount in units of a currency with hundredths, as most have; yen and dinars are filtered by that, too."""
    read: int = int(value) * 10 ** minor_digits("CNY")
    if not 0 <= read < _MOST:
        raise ValueError(value)
    return read


# Of one that is won or lost nothing is expected, which is not the same as nothing.
_EXPECTED = case((_W.probability.is_not(None), _W.expected_minor))


def _looked_up(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What a chance tells of each opportunity that a list comes to; a list sorted by it goes along the chances."""
    return select(column).where(_W.opportunity == _O.uuid).correlate(OPPORTUNITIES).scalar_subquery()


_FIELDS: Mapping[str, Field] = {
    "win_probability": fraction(_looked_up(_W.probability)),
    "expected_amount": Field(_looked_up(_EXPECTED), _units, _ORDERED),
    "display_name": text(_O.display_name),
    "account": reference(_O.account, "accounts"),
    "registration": reference(_O.registration, "registrations"),
    "lead": reference(_O.lead, "leads"),
    "contract": reference(_O.contract, "contracts"),
    "owner": reference(_O.owner, "members"),
    "team": reference(_O.team, "teams"),
    "region": reference(_O.region, "regions"),
    "channel": reference(_O.channel, "channels"),
    "campaign": reference(_O.campaign, "campaigns"),
    "industry": coded(_O.industry, code=industry_code, called=industries_called),
    "tier": text(_O.tier),
    "sales_process": reference(_O.sales_process, "salesProcesses"),
    "stage": text(_O.stage),
    "stage_kind": choice(_O.stage_kind, {f"STAGE_KIND_{each.name}": each.value for each in StageKind}),
    "state": choice(_O.state, {f"OPPORTUNITY_STATE_{each.name}": each.value for each in OpportunityState}),
    "amount": Field(_O.amount_minor, _units, _ORDERED),
    "currency": text(_O.amount_currency),
    "probability": number(_O.probability),
    "expected_close_date": Field(_O.expected_close_date, date.fromisoformat, _ORDERED),
    "next_step_date": Field(_O.next_step_date, date.fromisoformat, _ORDERED),
    "loss_reason": text(_O.loss_reason),
    "win_reason": text(func.coalesce(_O.win_reason, "")),
    "postponement_count": number(_O.postponements),
    "counts": truth(_O.counts),
    "create_time": instant(_O.create_time),
    "update_time": instant(_O.update_time),
    "close_time": instant(_O.close_time),
    "stage_entered_time": instant(_O.stage_entered_time),
}
_ORDERS: Mapping[str, Order] = {
    "create_time": Order(_O.create_time, datetime.fromisoformat),
    "update_time": Order(_O.update_time, datetime.fromisoformat),
    "expected_close_date": Order(_O.close_order, date.fromisoformat),
    "amount": Order(_O.amount_minor, int),
    "weighted_amount": Order(_O.weighted_minor, int),
    "win_probability": Order(_W.rank, float),
    "expected_amount": Order(_W.expected_minor, int),
}
_BY_CHANCE = frozenset({"win_probability", "expected_amount"})


async def list_opportunities(
    read: Read, wanted: PageRequest, *, permission: str, cutoffs: Cutoffs
) -> Page[Opportunity]:
    """A page of the opportunities the reader may see; of a customer who is asked for and is his, all that ended.

    What depends on the time is planned anew each time; everything else once for each reader.
    """
    visible, listing, busy = _LISTS[wanted.order_by.partition(" ")[0] in _BY_CHANCE]
    # Only of a customer who is asked for: else every list were read through for them.
    ended = EndedWithOwn() if "account" in wanted.filter else None
    if ended is None and not any(name in wanted.filter for name in _ATTENTION):
        known = await busy.page(read, wanted, permission=permission)
        return known.of([from_row(row) for row in known.items])
    timed = {name: truth(condition(cutoffs)) for name, condition in _ATTENTION.items()}
    listing = replace(listing, fields={**listing.fields, **timed})
    page = await read_page(read.connection, visible(read.principal, permission, shared=ended), listing, wanted)
    return page.of([from_row(row) for row in page.items])


def _visible(principal: Principal, permission: str, *, shared: Shared | None = None) -> Select[Any]:
    return scope(select(OPPORTUNITIES), OPPORTUNITIES, principal=principal, permission=permission, shared=shared)


def _visible_with_chances(principal: Principal, permission: str, *, shared: Shared | None = None) -> Select[Any]:
    """The same together with what they are sorted by; every opportunity has a row there since it was opened."""
    sorted_by = (_W.rank, _W.expected_minor, _W.opportunity)
    return _visible(principal, permission, shared=shared).add_columns(*sorted_by).where(_W.opportunity == _O.uuid)


_LISTING = Listing(fields=_FIELDS, orders=_ORDERS, order_by="create_time desc", tie=_O.uuid)
# What is sorted by and what decides between equals stand in one index only where both are the chances' own.
_CHANCE_LISTING = replace(
    _LISTING,
    fields={
        **_FIELDS,
        "win_probability": fraction(_W.probability),
        "expected_amount": Field(_EXPECTED, _units, _ORDERED),
    },
    tie=_W.opportunity,
)
# By whether they are sorted by their chances.
_LISTS = {
    False: (_visible, _LISTING, BusyList(_visible, _LISTING)),
    True: (_visible_with_chances, _CHANCE_LISTING, BusyList(_visible_with_chances, _CHANCE_LISTING)),
}
_IS_OPEN = _O.state == OpportunityState.OPEN.value
# The same rules as `domain.opportunity_rules.attention` has in memory; a test holds them together.
_ATTENTION: Mapping[str, Callable[[Cutoffs], ColumnElement[bool]]] = {
    "rotting": lambda cutoffs: and_(_IS_OPEN, _O.rot_time.is_not(None), _O.rot_time < cutoffs.now),
    "overdue": lambda cutoffs: and_(_IS_OPEN, _O.close_order < cutoffs.today),
    "missed_quote": lambda cutoffs: and_(
        _IS_OPEN,
        _O.first_quoted_time.is_(None),
        _O.need_confirmed_time.is_not(None),
        _O.need_confirmed_time < cutoffs.unquoted,
    ),
    "forgotten_follow_up": lambda cutoffs: and_(
        _IS_OPEN, _O.quoted_time.is_not(None), _O.follow_up_time < cutoffs.unfollowed
    ),
    "without_next_step": lambda _: and_(_IS_OPEN, or_(_O.next_step == "", _O.next_step_date.is_(None))),
}
