"""What leads can be filtered and sorted by."""

from datetime import datetime

from sqlalchemy import Text, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.listing import (
    Listing,
    Order,
    Page,
    PageRequest,
    choice,
    instant,
    number,
    read_page,
    reference,
    text,
    texts,
)
from chassis.scope import scope
from chassis.work import Read
from services.leads.domain.facts import Urgency
from services.leads.domain.lead import Grade, Lead, LeadState
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.leads import from_row
from services.leads.storage.tables import LEADS

LISTING = Listing(
    fields={
        "company_name": text(LEADS.c.company_name),
        "industry": text(LEADS.c.industry),
        "need": text(LEADS.c.need),
        "employee_count": number(LEADS.c.employee_count),
        "touch_count": number(LEADS.c.touch_count),
        "urgency": choice(LEADS.c.urgency, {f"URGENCY_{each.value.upper()}": each.value for each in Urgency}),
        "state": choice(LEADS.c.state, {f"LEAD_STATE_{each.value.upper()}": each.value for each in LeadState}),
        "grade": choice(LEADS.c.grade, {f"GRADE_{each.value}": each.value for each in Grade}),
        "owner": reference(LEADS.c.owner, "members"),
        "team": reference(LEADS.c.team, "teams"),
        "region": reference(LEADS.c.region, "regions"),
        "channel": reference(LEADS.c.channel, "channels"),
        "campaign": reference(LEADS.c.campaign, "campaigns"),
        "tags": texts(LEADS.c.tags),
        "demo_request_time": instant(LEADS.c.demo_request_time),
        "create_time": instant(LEADS.c.create_time),
        "update_time": instant(LEADS.c.update_time),
    },
    orders={
        "create_time": Order(LEADS.c.create_time, datetime.fromisoformat),
        "update_time": Order(LEADS.c.update_time, datetime.fromisoformat),
        # Chinese names sort by their pinyin; PostgreSQL would sort them by code point.
        "company_name": Order(LEADS.c.sort_key),
        "grade": Order(LEADS.c.grade),
    },
    order_by="create_time desc",
    tie=LEADS.c.uuid,
)


# The explanations are most of a row's bytes and of its reading; a list that shows none leaves them where they are.
_EXPLAINING = {
    "grade_reasons": literal_column("'[]'::jsonb", JSONB),
    "owner_reasons": literal_column("'[]'::jsonb", JSONB),
    "resembles": literal_column("'[]'::jsonb", JSONB),
    "match_keys": literal_column("'{}'::text[]", ARRAY(Text)),
}
_FULL = select(LEADS)
_BASIC = select(
    *(_EXPLAINING[column.name].label(column.name) if column.name in _EXPLAINING else column for column in LEADS.c)
)


async def list_page(read: Read, wanted: PageRequest, *, permission: str, explained: bool) -> Page[Lead]:
    """A page of the leads the reader may see; without their reasons and duplicates unless `explained`."""
    chosen = _FULL if explained else _BASIC
    shared = SHARED_LEADS.at(read.now)
    statement = scope(chosen, LEADS, principal=read.principal, permission=permission, shared=shared)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([from_row(row) for row in page.items])
