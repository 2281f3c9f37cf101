"""The contacts attached to known leads, in their table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping, select, update

from chassis.listing import Listing, Order, Page, PageRequest, instant, read_page, reference
from chassis.work import Read, UnitOfWork
from services.leads.domain.facts import LeadFacts
from services.leads.domain.touches import Touch
from services.leads.storage.leads import facts_from_row
from services.leads.storage.reasons import reasons_from_json
from services.leads.storage.tables import TOUCHES

LISTING = Listing(
    fields={
        "time": instant(TOUCHES.c.time),
        "channel": reference(TOUCHES.c.channel, "channels"),
        "campaign": reference(TOUCHES.c.campaign, "campaigns"),
    },
    orders={"time": Order(TOUCHES.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=TOUCHES.c.uuid,
)
_STANDS = TOUCHES.c.withdraw_time.is_(None)
_IDS = ("channel", "campaign", "region")
_INSTANTS = ("received_time", "demo_request_time")


async def list_page(read: Read, wanted: PageRequest, *, leads: Collection[UUID]) -> Page[Touch]:
    """A page of the touches of a customer's leads; the caller has checked that they may be seen."""
    statement = select(TOUCHES).where(TOUCHES.c.lead.in_(leads))
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def newest_touches(read: Read, leads: Collection[UUID], *, most: int) -> list[Touch]:
    """The newest standing touches of a customer's leads, as many as wanted; the caller has checked the sight."""
    newest = select(TOUCHES).where(TOUCHES.c.lead.in_(leads), _STANDS).order_by(TOUCHES.c.time.desc()).limit(most)
    return [_from_row(row) for row in (await read.connection.execute(newest)).mappings()]


async def every_touch(read: Read, lead: UUID) -> list[Touch]:
    """All touches of a lead."""
    rows = (await read.connection.execute(select(TOUCHES).where(TOUCHES.c.lead == lead))).mappings()
    return [_from_row(row) for row in rows]


async def touches_since(read: Read, lead: UUID, time: datetime) -> list[Touch]:
    """The standing touches of a lead that came later than a moment, the oldest first."""
    later = select(TOUCHES).where(TOUCHES.c.lead == lead, TOUCHES.c.time > time, _STANDS)
    rows = (await read.connection.execute(later.order_by(TOUCHES.c.time, TOUCHES.c.uuid))).mappings()
    return [_from_row(row) for row in rows]


async def standing_touches(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Sequence[Touch]]:
    """The touches of each lead that were not taken back, the oldest first."""
    found: dict[UUID, list[Touch]] = {lead: [] for lead in leads}
    standing = select(TOUCHES).where(TOUCHES.c.lead.in_(leads), _STANDS).order_by(TOUCHES.c.time, TOUCHES.c.uuid)
    for row in (await read.connection.execute(standing)).mappings():
        found[row["lead"]].append(_from_row(row))
    return found


async def withdraw_touches(work: UnitOfWork, touches: Collection[UUID]) -> None:
    """Mark touches that are taken back."""
    await work.begin()
    marked = update(TOUCHES).where(TOUCHES.c.uuid.in_(touches), _STANDS).values(withdraw_time=work.now)
    await work.connection.execute(marked)


def _from_row(row: RowMapping) -> Touch:
    return Touch(
        uuid=row["uuid"],
        lead=row["lead"],
        time=row["time"],
        actor=row["actor"],
        told=facts_kept(row["told"]),
        score=row["score"],
        reasons=reasons_from_json(row["reasons"]),
        rules=row["rules"],
        withdraw_time=row["withdraw_time"],
    )


def facts_kept(told: Mapping[str, Any]) -> LeadFacts:
    """The facts in the JSON of a row of facts: ids and instants lie there as texts.

    What was told before received times and credit codes were known says none.
    """
    ids = {name: UUID(told[name]) for name in _IDS if told.get(name)}
    instants = {name: datetime.fromisoformat(told[name]) for name in _INSTANTS if told.get(name)}
    return facts_from_row(cast("RowMapping", {"received_time": None, "credit_code": None, **told, **ids, **instants}))
