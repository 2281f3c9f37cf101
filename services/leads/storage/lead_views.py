"""Saved views in their table, and which one each list opens with."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Uuid, any_, delete, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from chassis.listing import Listing, Order, Page, PageRequest, choice, read_page, text
from chassis.work import Read, Record, UnitOfWork
from services.leads.domain.lead_views import LeadView, LeadViewNotFound, Sharing, ViewContent
from services.leads.storage.view_tables import LEAD_VIEW_DEFAULTS as DEFAULTS
from services.leads.storage.view_tables import LEAD_VIEWS as VIEWS

LISTING = Listing(
    fields={
        "display_name": text(VIEWS.c.display_name),
        "owner": text(VIEWS.c.owner),
        "sharing": choice(VIEWS.c.sharing, {f"LEAD_VIEW_SHARING_{each.name}": each.value for each in Sharing}),
    },
    orders={
        "display_name": Order(VIEWS.c.display_name),
        "update_time": Order(VIEWS.c.update_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=VIEWS.c.uuid,
)


def _to_row(view: LeadView) -> Mapping[str, object]:
    content = view.content
    return {
        "uuid": view.uuid,
        "owner": view.owner,
        "owner_name": view.owner_name,
        "display_name": content.display_name,
        "filter": content.filter,
        "order_by": content.order_by,
        "columns": list(content.columns),
        "sharing": content.sharing.value,
        "team": content.team,
        "create_time": view.create_time,
        "update_time": view.update_time,
        "delete_time": view.delete_time,
    }


RECORD: Record[LeadView] = Record(kind="lead_view", collection="leadViews", table=VIEWS, row=_to_row)


async def get_view(read: Read, uuid: UUID, *, teams: Collection[UUID]) -> LeadView:
    """A view the reader sees; raises LeadViewNotFound."""
    statement = _seen(read, teams).where(VIEWS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise LeadViewNotFound(view=f"leadViews/{uuid}")
    return _from_row(row)


async def list_page(read: Read, wanted: PageRequest, *, teams: Collection[UUID]) -> Page[LeadView]:
    """A page of the views the reader sees."""
    page = await read_page(read.connection, _seen(read, teams), LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def default_of(read: Read) -> UUID | None:
    """The view the reader's list opens with."""
    statement = select(DEFAULTS.c.view).where(DEFAULTS.c.subject == read.principal.subject)
    found: UUID | None = await read.connection.scalar(statement)
    return found


async def keep_default(work: UnitOfWork, view: UUID | None) -> None:
    """Open the caller's list with a view from now on; None for none."""
    await work.begin()
    subject = work.principal.subject
    if view is None:
        await work.connection.execute(delete(DEFAULTS).where(DEFAULTS.c.subject == subject))
        return
    kept = insert(DEFAULTS).values(subject=subject, view=view)
    await work.connection.execute(kept.on_conflict_do_update(index_elements=["subject"], set_={"view": view}))


def _seen(read: Read, teams: Collection[UUID]) -> Select[Any]:
    """Those that stand: the reader's own, those of everybody, and those of his team and the teams above it."""
    with_his_team = VIEWS.c.team == any_(literal(sorted(teams), ARRAY(Uuid)))
    return select(VIEWS).where(
        VIEWS.c.delete_time.is_(None),
        or_(VIEWS.c.owner == read.principal.subject, VIEWS.c.sharing == Sharing.ALL.value, with_his_team),
    )


def _from_row(row: RowMapping) -> LeadView:
    return LeadView(
        uuid=row["uuid"],
        version=row["version"],
        owner=row["owner"],
        owner_name=row["owner_name"],
        content=ViewContent(
            display_name=row["display_name"],
            filter=row["filter"],
            order_by=row["order_by"],
            columns=tuple(row["columns"]),
            sharing=Sharing(row["sharing"]),
            team=row["team"],
        ),
        create_time=row["create_time"],
        update_time=row["update_time"],
        delete_time=row["delete_time"],
    )
