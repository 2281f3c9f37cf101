"""What leads can be filtered and sorted by."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, select

from chassis.listing import (
    Listing,
    Order,
    Page,
    PageRequest,
    choice,
    coded,
    fraction,
    instant,
    number,
    plan_whole,
    reference,
    text,
    texts,
)
from chassis.listing.busy import BusyList
from chassis.listing.filters import parse_filter
from chassis.listing.page import Plan
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read
from services.leads.domain.facts import Urgency
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.response import ResponseState
from services.leads.storage.intent_tables import LEAD_INTENTS
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.leads import from_brief_row, from_row
from services.leads.storage.tables import LEADS, STANDS
from trade.industries import industries_called, industry_code

# Looked up for each lead that a list comes to; only a list sorted by it goes along the intents themselves.
_PROBABILITY = (
    select(LEAD_INTENTS.c.probability).where(LEAD_INTENTS.c.lead == LEADS.c.uuid).correlate(LEADS).scalar_subquery()
)
_INTENT = "intent"
_NOW = bindparam("now", type_=LEADS.c.response_due.type)
# As `ResponseClock.standing` has it, at the time of the call.
_RESPONSE_STATE = case(
    (LEADS.c.first_response_time > LEADS.c.response_due, ResponseState.LATE.value),
    (LEADS.c.first_response_time.is_not(None), ResponseState.MET.value),
    (LEADS.c.response_due.is_(None), ResponseState.NONE.value),
    (and_(*(LEADS.c.state != state.value for state in OPEN_STATES)), ResponseState.LEFT.value),
    (LEADS.c.response_due <= _NOW, ResponseState.OVERDUE.value),
    else_=ResponseState.WAITING.value,
)

LISTING = Listing(
    fields={
        _INTENT: fraction(_PROBABILITY),
        "company_name": text(LEADS.c.company_name),
        "credit_code": text(LEADS.c.credit_code),
        "industry": coded(LEADS.c.industry, code=industry_code, called=industries_called),
        "need": text(LEADS.c.need),
        "employee_count": number(LEADS.c.employee_count),
        "touch_count": number(LEADS.c.touch_count),
        "urgency": choice(
            LEADS.c.urgency, {f"URGENCY_{each.value.upper() or 'UNSPECIFIED'}": each.value for each in Urgency}
        ),
        "state": choice(LEADS.c.state, {f"LEAD_STATE_{each.value.upper()}": each.value for each in LeadState}),
        "grade": choice(LEADS.c.grade, {f"GRADE_{each.value}": each.value for each in Grade}),
        "owner": reference(LEADS.c.owner, "members"),
        "team": reference(LEADS.c.team, "teams"),
        "region": reference(LEADS.c.region, "regions"),
        "channel": reference(LEADS.c.channel, "channels"),
        "campaign": reference(LEADS.c.campaign, "campaigns"),
        "tags": texts(LEADS.c.tags),
        "demo_request_time": instant(LEADS.c.demo_request_time),
        "received_time": instant(LEADS.c.received_time),
        "response_state": choice(
            _RESPONSE_STATE, {f"LEAD_RESPONSE_STATE_{each.name}": each.value for each in ResponseState}
        ),
        "response_due_time": instant(LEADS.c.response_due),
        "first_response_time": instant(LEADS.c.first_response_time),
        "pool": reference(LEADS.c.pool, "leadPools"),
        "recycling_due_time": instant(LEADS.c.recycle_due),
        "create_time": instant(LEADS.c.create_time),
        "update_time": instant(LEADS.c.update_time),
    },
    orders={
        "create_time": Order(LEADS.c.create_time, datetime.fromisoformat),
        "received_time": Order(LEADS.c.received_time, datetime.fromisoformat),
        "update_time": Order(LEADS.c.update_time, datetime.fromisoformat),
        # Chinese names sort by their pinyin; PostgreSQL would sort them by code point.
        "company_name": Order(LEADS.c.sort_key),
        "grade": Order(LEADS.c.grade),
        "response_due_time": Order(LEADS.c.answer_by, datetime.fromisoformat),
        _INTENT: Order(LEAD_INTENTS.c.rank, float),
    },
    order_by="create_time desc",
    tie=LEADS.c.uuid,
)


# The explanations are most of a row's bytes and of its reading; a list that shows none leaves them where they are.
_EXPLAINING = {"grade_reasons", "owner_reasons", "resembles", "match_keys", "phone_e164", "email_key"}
_BRIEF = select(*(column for column in LEADS.c if column.name not in _EXPLAINING))


# The permission by which leads are listed.
READING = "leads.read"


def _full(principal: Principal, permission: str) -> Select[Any]:
    standing = select(LEADS).where(STANDS)
    return scope(standing, LEADS, principal=principal, permission=permission, shared=SHARED_LEADS.when_run())


def _brief(principal: Principal, permission: str) -> Select[Any]:
    standing = _BRIEF.where(STANDS)
    return scope(standing, LEADS, principal=principal, permission=permission, shared=SHARED_LEADS.when_run())


def _by_intent(build: Callable[[Principal, str], Select[Any]]) -> Callable[[Principal, str], Select[Any]]:
    """The same leads together with what they are sorted by; every lead has a row there since it was made."""

    def joined(principal: Principal, permission: str) -> Select[Any]:
        sorted_by = (LEAD_INTENTS.c.rank, LEAD_INTENTS.c.lead)
        return build(principal, permission).add_columns(*sorted_by).where(LEAD_INTENTS.c.lead == LEADS.c.uuid)

    return joined


# Rank and tie stand in one index only where both are the intents' own.
_INTENT_LISTING = replace(
    LISTING,
    fields={**LISTING.fields, _INTENT: fraction(LEAD_INTENTS.c.probability)},
    tie=LEAD_INTENTS.c.lead,
)


# By whether reasons are told, and whether they are sorted by intent.
_LISTS: Mapping[tuple[bool, bool], BusyList] = {
    (True, False): BusyList(_full, LISTING),
    (False, False): BusyList(_brief, LISTING),
    (True, True): BusyList(_by_intent(_full), _INTENT_LISTING),
    (False, True): BusyList(_by_intent(_brief), _INTENT_LISTING),
}


def sorts_by_intent(wanted: PageRequest) -> bool:
    """Whether the list is to be sorted by intent."""
    return wanted.order_by.split()[:1] == [_INTENT]


def order_without_intents(wanted: PageRequest) -> PageRequest:
    """The same list by grade, whose letters run against it: the most promising is the first."""
    return replace(wanted, order_by="grade" if wanted.order_by.split()[1:] == ["desc"] else "grade desc")


async def list_page(read: Read, wanted: PageRequest, *, permission: str, explained: bool) -> Page[Lead]:
    """A page of the leads the reader may see; without their reasons and duplicates unless `explained`."""
    page = await _LISTS[explained, sorts_by_intent(wanted)].page(read, wanted, permission=permission)
    return page.of([from_row(row) if explained else from_brief_row(row) for row in page.items])


def plan_every(principal: Principal, wanted: PageRequest, *, permission: str, most: int) -> Plan:
    """Every lead of a list that also another permission reaches; counted up to one over `most`.

    Raises FilterInvalid and OrderInvalid.
    """
    by_intent = sorts_by_intent(wanted)
    listed = (_by_intent(_brief) if by_intent else _brief)(principal, READING)
    reached = scope(listed, LEADS, principal=principal, permission=permission, shared=SHARED_LEADS.when_run())
    listing = _INTENT_LISTING if by_intent else LISTING
    return plan_whole(reached, listing, condition=parse_filter(wanted.filter), order_by=wanted.order_by, most=most)


def check_list(*, condition: str, order_by: str) -> None:
    """Pass for a filter and an order that a list understands; raises FilterInvalid and OrderInvalid."""
    plan_whole(_BRIEF, LISTING, condition=parse_filter(condition), order_by=order_by, most=1)


async def count_every(read: Read, plan: Plan) -> int:
    """How many leads a plan comes to, or one more than it counts."""
    return int(await read.connection.scalar(plan.count, {"now": read.now}) or 0)


async def read_every(read: Read, plan: Plan, *, at_once: int) -> AsyncGenerator[Sequence[Lead], None]:
    """The leads of a plan, so many at once, inside a transaction that keeps the place."""
    found = await read.connection.stream(plan.rows, {"now": read.now}, execution_options={"yield_per": at_once})
    try:
        async for rows in found.mappings().partitions(at_once):
            yield [from_brief_row(row) for row in rows]
    finally:
        await found.close()
