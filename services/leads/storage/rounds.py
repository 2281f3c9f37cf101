"""The stretch of the stock of leads that comes next in a round."""

from collections.abc import Mapping, Sequence
from enum import Enum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true

from chassis.work import Read
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.storage.intent_tables import LEAD_INTENTS
from services.leads.storage.leads import from_row
from services.leads.storage.tables import LEADS, STANDS


class Stretch(Enum):
    """The part of the stock that a round goes over."""

    ALL = "all"
    OPEN = "open"
    OPEN_SCORED = "open_scored"
    OPEN_WITH_DEMO = "open_with_demo"
    UNOWNED = "unowned"
    STANDING = "standing"
    UNANSWERED = "unanswered"
    UNCLOCKED = "unclocked"
    CLOCKED = "clocked"
    WINNABLE = "winnable"


_OPEN = LEADS.c.state.in_([state.value for state in OPEN_STATES])
_WAITS_FOR_SCORE = (
    select(LEAD_INTENTS.c.lead).where(LEAD_INTENTS.c.lead == LEADS.c.uuid, LEAD_INTENTS.c.due.is_not(None)).exists()
)
_CONDITIONS: Mapping[Stretch, ColumnElement[bool]] = {
    Stretch.ALL: true(),
    Stretch.OPEN: _OPEN,
    Stretch.OPEN_SCORED: and_(_OPEN, ~_WAITS_FOR_SCORE),
    Stretch.STANDING: STANDS,
    Stretch.UNOWNED: and_(_OPEN, LEADS.c.owner.is_(None), LEADS.c.pool.is_(None)),
    Stretch.UNANSWERED: and_(_OPEN, LEADS.c.response.is_not(None), LEADS.c.first_response_time.is_(None)),
    Stretch.UNCLOCKED: and_(_OPEN, LEADS.c.owner.is_not(None), LEADS.c.recycling.is_(None)),
    Stretch.CLOCKED: and_(_OPEN, LEADS.c.owner.is_not(None), LEADS.c.recycling.is_not(None)),
    Stretch.WINNABLE: LEADS.c.state.in_([*(state.value for state in OPEN_STATES), LeadState.DISQUALIFIED.value]),
    Stretch.OPEN_WITH_DEMO: and_(_OPEN, LEADS.c.demo_request_time.is_not(None)),
}


async def next_leads(read: Read, *, stretch: Stretch, after: UUID | None, most: int) -> Sequence[Lead]:
    """At most so many leads of the stretch that follow a lead, by their ids."""
    statement = select(LEADS).where(_CONDITIONS[stretch]).order_by(LEADS.c.uuid).limit(most)
    if after is not None:
        statement = statement.where(LEADS.c.uuid > after)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]
