"""Rounds in their table, and the stretch of the stock that comes next."""

from collections.abc import Mapping, Sequence
from enum import Enum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from chassis.work import Read, UnitOfWork
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.rounds import Round
from services.leads.storage.intent_tables import LEAD_INTENTS
from services.leads.storage.leads import from_row
from services.leads.storage.tables import LEADS, ROUNDS


class Stretch(Enum):
    """The part of the stock that a round goes over."""

    ALL = "all"
    OPEN = "open"
    OPEN_SCORED = "open_scored"
    OPEN_WITH_DEMO = "open_with_demo"
    UNOWNED = "unowned"


_OPEN = LEADS.c.state.in_([state.value for state in OPEN_STATES])
_WAITS_FOR_SCORE = (
    select(LEAD_INTENTS.c.lead).where(LEAD_INTENTS.c.lead == LEADS.c.uuid, LEAD_INTENTS.c.due.is_not(None)).exists()
)
_CONDITIONS: Mapping[Stretch, ColumnElement[bool]] = {
    Stretch.ALL: true(),
    Stretch.OPEN: _OPEN,
    Stretch.OPEN_SCORED: and_(_OPEN, ~_WAITS_FOR_SCORE),
    Stretch.UNOWNED: and_(_OPEN, LEADS.c.owner.is_(None)),
    Stretch.OPEN_WITH_DEMO: and_(_OPEN, LEADS.c.demo_request_time.is_not(None)),
}


async def hold_round(work: UnitOfWork, *, name: str) -> Round | None:
    """The round, which nobody else carries on until this unit of work ends; None while somebody does."""
    await work.connection.execute(insert(ROUNDS).values(name=name, goal="", changed=0).on_conflict_do_nothing())
    statement = select(ROUNDS).where(ROUNDS.c.name == name).with_for_update(skip_locked=True)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return Round(**row) if row is not None else None


async def keep_round(work: UnitOfWork, standing: Round) -> None:
    """Write how far the round is, in the transaction of what it did."""
    values = {"goal": standing.goal, "after": standing.after, "changed": standing.changed, "due": standing.due}
    await work.connection.execute(update(ROUNDS).where(ROUNDS.c.name == standing.name).values(values))


async def next_leads(read: Read, *, stretch: Stretch, after: UUID | None, most: int) -> Sequence[Lead]:
    """At most so many leads of the stretch that follow a lead, by their ids."""
    statement = select(LEADS).where(_CONDITIONS[stretch]).order_by(LEADS.c.uuid).limit(most)
    if after is not None:
        statement = statement.where(LEADS.c.uuid > after)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]
