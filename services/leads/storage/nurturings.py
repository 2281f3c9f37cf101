"""Leads in content programmes, in their table; who may see the lead decides who sees them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select, text

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference
from chassis.mail.storage import ALLOWED
from chassis.scope import scope
from chassis.work import Read, Record
from services.leads.domain.nurturing.enrolment import ENDED_BY_STATE, LeadNurturingNotFound, Nurturing, NurturingState
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.nurturing_segments import LEAD_DIGEST
from services.leads.storage.nurturing_tables import LEAD_NURTURINGS
from services.leads.storage.reasons import reasons_from_json, reasons_to_json
from services.leads.storage.tables import LEADS

_LISTING = Listing(
    fields={
        "lead": reference(LEAD_NURTURINGS.c.lead, "leads"),
        "programme": reference(LEAD_NURTURINGS.c.programme, "nurturingProgrammes"),
        "state": choice(
            LEAD_NURTURINGS.c.state, {f"LEAD_NURTURING_STATE_{each.name}": each.value for each in NurturingState}
        ),
        "next_time": instant(LEAD_NURTURINGS.c.due),
        "enter_time": instant(LEAD_NURTURINGS.c.enter_time),
    },
    orders={"enter_time": Order(LEAD_NURTURINGS.c.enter_time, datetime.fromisoformat)},
    order_by="enter_time desc",
    tie=LEAD_NURTURINGS.c.uuid,
)
# Held until the transaction ends; what waits in a programme that stands still is left where it is.
_DUE = text(
    "select n.* from lead_nurturings n join nurturing_programmes p on p.uuid = n.programme and p.state = 'active' "
    "where n.state = 'active' and n.due <= :now order by n.due, n.uuid limit :most for update of n skip locked"
)
_ENDED = ", ".join(f"'{state.value}'" for state in ENDED_BY_STATE)
# What always ends it, as `why_to_end` has it: found without waiting for the next step.
_OVER = text(
    "select n.* from lead_nurturings n join leads on leads.uuid = n.lead where n.state = 'active' and "  # noqa: S608 - our own words
    f"(leads.state in ({_ENDED}) or leads.email_key = '' "
    f"or {LEAD_DIGEST} <> n.digest or not {ALLOWED.format(digest='n.digest')}) "
    "order by n.uuid limit :most for update of n skip locked"
)


def _to_row(nurturing: Nurturing) -> Mapping[str, object]:
    return {
        "uuid": nurturing.uuid,
        "programme": nurturing.programme,
        "content_version": nurturing.content_version,
        "lead": nurturing.lead,
        "digest": nurturing.digest,
        "touches": nurturing.touches,
        "state": nurturing.state.value,
        "steps_taken": nurturing.steps_taken,
        "due": nurturing.due,
        "reasons": reasons_to_json(nurturing.reasons),
        "enter_time": nurturing.enter_time,
        "end_time": nurturing.end_time,
    }


NURTURING_RECORD: Record[Nurturing] = Record(
    kind="lead_nurturing", collection="leadNurturings", table=LEAD_NURTURINGS, row=_to_row
)


async def get_nurturing(read: Read, uuid: UUID, *, permission: str) -> Nurturing:
    """The lead in a programme, where the permission reaches the lead; raises LeadNurturingNotFound."""
    statement = _seen(read, permission).where(LEAD_NURTURINGS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise LeadNurturingNotFound(nurturing=f"leadNurturings/{uuid}")
    return _from_row(row)


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[Nurturing]:
    """A page of them, as far as the reader sees the leads."""
    page = await read_page(read.connection, _seen(read, permission), _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def nurturing_by_itself(read: Read, uuid: UUID) -> Nurturing | None:
    """The same for the service's own account."""
    statement = select(LEAD_NURTURINGS).where(LEAD_NURTURINGS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return _from_row(row) if row else None


async def take_due(read: Read, *, most: int) -> Sequence[Nurturing]:
    """At most so many whose next step has come; nobody else gets them until the transaction ends."""
    rows = await read.connection.execute(_DUE, {"now": read.now, "most": most})
    return [_from_row(row) for row in rows.mappings()]


async def take_over(read: Read, *, most: int) -> Sequence[Nurturing]:
    """At most so many that something ends which always does; nobody else gets them until the transaction ends."""
    rows = await read.connection.execute(_OVER, {"most": most})
    return [_from_row(row) for row in rows.mappings()]


async def active_of(read: Read, digests: Collection[str]) -> Sequence[Nurturing]:
    """Where addresses are under way, but for what a sweep holds at the moment: that one is found over soon."""
    kept = LEAD_NURTURINGS
    statement = select(kept).where(kept.c.digest.in_(digests), kept.c.state == NurturingState.ACTIVE.value)
    rows = await read.connection.execute(statement.order_by(kept.c.uuid).with_for_update(skip_locked=True))
    return [_from_row(row) for row in rows.mappings()]


def _seen(read: Read, permission: str) -> Select[Any]:
    of_leads = select(LEAD_NURTURINGS).join(LEADS, LEADS.c.uuid == LEAD_NURTURINGS.c.lead)
    return scope(of_leads, LEADS, principal=read.principal, permission=permission, shared=SHARED_LEADS.at(read.now))


def _from_row(row: Mapping[str, Any] | RowMapping) -> Nurturing:
    return Nurturing(
        uuid=row["uuid"],
        version=row["version"],
        programme=row["programme"],
        content_version=row["content_version"],
        lead=row["lead"],
        digest=row["digest"],
        touches=row["touches"],
        state=NurturingState(row["state"]),
        steps_taken=row["steps_taken"],
        due=row["due"],
        reasons=reasons_from_json(row["reasons"]),
        enter_time=row["enter_time"],
        end_time=row["end_time"],
    )
