"""Bulk changes in their tables, and the leads each goes over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    false,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, text
from chassis.scope import visible
from chassis.work import Read, UnitOfWork
from services.leads.domain.bulk_changes import (
    MOST_FOUND,
    BulkChange,
    BulkChangeNotFound,
    BulkRow,
    BulkState,
    RowOutcome,
    Starter,
)
from services.leads.storage.bulk_actions import action_from_json, action_to_json, without_words
from services.leads.storage.bulk_tables import BULK_CHANGE_ROWS as ROWS
from services.leads.storage.bulk_tables import BULK_CHANGES as CHANGES
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.lead_listing import plan_every
from services.leads.storage.reasons import reasons_from_json, reasons_to_json
from services.leads.storage.tables import LEADS

LISTING = Listing(
    fields={
        "state": choice(CHANGES.c.state, {f"LEAD_BULK_CHANGE_STATE_{each.name}": each.value for each in BulkState}),
        "author": text(CHANGES.c.author),
        "start_time": instant(CHANGES.c.start_time),
    },
    orders={"start_time": Order(CHANGES.c.start_time, datetime.fromisoformat)},
    order_by="start_time desc",
    tie=CHANGES.c.uuid,
)
_OF_ROWS = Listing(
    fields={
        "outcome": choice(ROWS.c.outcome, {f"LEAD_BULK_CHANGE_OUTCOME_{each.name}": each.value for each in RowOutcome}),
    },
    orders={"place": Order(ROWS.c.place, int)},
    order_by="place",
    tie=ROWS.c.lead,
)
_RUNNING = (
    select(CHANGES).where(CHANGES.c.state == BulkState.RUNNING.value).order_by(CHANGES.c.step_time, CHANGES.c.uuid)
)
_END_ROW = (
    update(ROWS)
    .where(ROWS.c.change == bindparam("of_change"), ROWS.c.place == bindparam("at_place"))
    .values(outcome=bindparam("became"), reason=bindparam("why", type_=JSONB(none_as_null=True)))
)


async def write_change(work: UnitOfWork, change: BulkChange, rows: Sequence[BulkRow]) -> None:
    """Begin a bulk change over some leads."""
    await work.begin()
    await work.connection.execute(insert(CHANGES).values(dict(_to_row(change))))
    told = [
        {
            "change": change.uuid,
            "place": row.place,
            "lead": row.lead,
            "seen": row.seen,
            "outcome": row.outcome.value,
            "reason": None,
        }
        for row in rows
    ]
    await work.connection.execute(insert(ROWS), told)


async def leads_found(read: Read, wanted: PageRequest, *, permission: str) -> Sequence[UUID]:
    """The leads of a list that the permission reaches, in its order; one more than a bulk change goes over tells so."""
    plan = plan_every(read.principal, wanted, permission=permission, most=MOST_FOUND)
    found = plan.rows.with_only_columns(LEADS.c.uuid).limit(MOST_FOUND + 1)
    return list(await read.connection.scalars(found, {"now": read.now}))


async def next_change(read: Read) -> BulkChange | None:
    """Of those that run the one that waits longest."""
    row = (await read.connection.execute(_RUNNING.limit(1))).mappings().one_or_none()
    return _from_row(row) if row is not None else None


async def hold_running(work: UnitOfWork, uuid: UUID) -> BulkChange | None:
    """One that runs, which nobody else carries on until this unit of work ends; None while somebody does."""
    await work.begin()
    statement = _RUNNING.where(CHANGES.c.uuid == uuid).with_for_update(skip_locked=True)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return _from_row(row) if row is not None else None


async def hold_change(work: UnitOfWork, uuid: UUID, *, everybodys: bool) -> BulkChange:
    """One the caller sees, waiting for whoever carries it on just now; raises BulkChangeNotFound."""
    await work.begin()
    return await _one(work, _seen(work, everybodys=everybodys).with_for_update(), uuid)


async def get_change(read: Read, uuid: UUID, *, everybodys: bool) -> BulkChange:
    """One the caller sees; raises BulkChangeNotFound."""
    return await _one(read, _seen(read, everybodys=everybodys), uuid)


async def list_page(read: Read, wanted: PageRequest, *, everybodys: bool) -> Page[BulkChange]:
    """A page of those the caller sees."""
    page = await read_page(read.connection, _seen(read, everybodys=everybodys), LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def list_rows(read: Read, wanted: PageRequest, *, change: UUID, permission: str) -> Page[BulkRow]:
    """A page of its leads, by what companies are called whose leads the caller sees."""
    shared = SHARED_LEADS.at(read.now)
    seen = visible(LEADS, principal=read.principal, permission=permission, shared=shared)
    with_leads = ROWS.outerjoin(LEADS, and_(LEADS.c.uuid == ROWS.c.lead, seen))
    named = select(ROWS, LEADS.c.company_name).select_from(with_leads)
    page = await read_page(read.connection, named.where(ROWS.c.change == change), _OF_ROWS, wanted)
    return page.of([_read_row(row, row["company_name"] or "") for row in page.items])


async def next_rows(read: Read, change: BulkChange, *, most: int) -> Sequence[BulkRow]:
    """At most so many rows behind those that are done."""
    behind = select(ROWS).where(ROWS.c.change == change.uuid, ROWS.c.place > change.done)
    rows = (await read.connection.execute(behind.order_by(ROWS.c.place).limit(most))).mappings()
    return [_read_row(row) for row in rows]


async def keep_change(work: UnitOfWork, change: BulkChange, rows: Sequence[BulkRow] = ()) -> None:
    """Write how far a bulk change is, which this unit of work holds, and what became of some rows."""
    statement = update(CHANGES).where(CHANGES.c.uuid == change.uuid)
    await work.connection.execute(statement.values(dict(_to_row(change))))
    if rows:
        ended = [
            {
                "of_change": change.uuid,
                "at_place": row.place,
                "became": row.outcome.value,
                "why": reasons_to_json([row.reason]) if row.reason else None,
            }
            for row in rows
        ]
        await work.connection.execute(_END_ROW, ended)


async def _one(read: Read, statement: Select[Any], uuid: UUID) -> BulkChange:
    row = (await read.connection.execute(statement.where(CHANGES.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise BulkChangeNotFound(bulk_change=f"leadBulkChanges/{uuid}")
    return _from_row(row)


def _seen(read: Read, *, everybodys: bool) -> Select[Any]:
    """One's own; everybody's for who administers leads."""
    own: ColumnElement[bool] = CHANGES.c.author == read.principal.subject
    return select(CHANGES).where(or_(own, true() if everybodys else false()))


async def forget_bulk_words(work: UnitOfWork, lead: UUID) -> None:
    """Erase what somebody wrote when he changed the lead together with others, and what he looked for them by."""
    of_lead = select(ROWS.c.change).where(ROWS.c.lead == lead)
    found = await work.connection.execute(select(CHANGES.c.uuid, CHANGES.c.action).where(CHANGES.c.uuid.in_(of_lead)))
    for uuid, action in found:
        forgotten = {"action": without_words(action), "filter": ""}
        await work.connection.execute(update(CHANGES).where(CHANGES.c.uuid == uuid).values(forgotten))


def _to_row(change: BulkChange) -> Mapping[str, object]:
    starter = change.starter
    return {
        "uuid": change.uuid,
        "state": change.state.value,
        "action": action_to_json(change.action),
        "filter": change.filter,
        "author": starter.subject,
        "author_name": starter.name,
        "roles": sorted(starter.roles),
        "permissions": sorted(starter.permissions),
        "start_time": change.start_time,
        "step_time": change.step_time,
        "end_time": change.end_time,
        "lead_count": change.lead_count,
        "done": change.done,
        "changed": change.changed,
        "unchanged": change.unchanged,
        "refused": change.refused,
    }


def _from_row(row: RowMapping) -> BulkChange:
    plain = ("uuid", "filter", "start_time", "step_time", "end_time", "lead_count", "done")
    counts = ("changed", "unchanged", "refused")
    return BulkChange(
        **{name: row[name] for name in (*plain, *counts)},
        action=action_from_json(row["action"]),
        state=BulkState(row["state"]),
        starter=Starter(
            subject=row["author"],
            name=row["author_name"],
            roles=frozenset(row["roles"]),
            permissions=frozenset(row["permissions"]),
        ),
    )


def _read_row(row: RowMapping, company_name: str = "") -> BulkRow:
    return BulkRow(
        place=row["place"],
        lead=row["lead"],
        seen=row["seen"],
        outcome=RowOutcome(row["outcome"]),
        reason=next(iter(reasons_from_json(row["reason"] or ())), None),
        company_name=company_name,
    )
