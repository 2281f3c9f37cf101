"""Occasions in their table; who may see the account decides who sees them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, day, instant, read_page, reference, truth
from chassis.scope import scope
from chassis.work import Read, Record
from services.pipeline.domain.occasion import Occasion, OccasionFacts, OccasionKind, OccasionNotFound
from services.pipeline.storage.account_tables import ACCOUNTS
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.care_tables import OCCASIONS
from services.pipeline.storage.reached_accounts import let_at

KINDS = {f"OCCASION_KIND_{kind.name}": kind.value for kind in OccasionKind}


def to_row(occasion: Occasion) -> Mapping[str, object]:
    """The columns of an occasion."""
    facts = occasion.facts
    return {
        "uuid": occasion.uuid,
        "account": occasion.account,
        "contact": occasion.contact,
        "title": facts.title,
        "kind": facts.kind.value,
        "day": facts.day,
        "yearly": facts.yearly,
        "note": facts.note,
        "create_time": occasion.create_time,
        "update_time": occasion.update_time,
        "delete_time": occasion.delete_time,
    }


OCCASION_RECORD: Record[Occasion] = Record(kind="occasion", collection="occasions", table=OCCASIONS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Occasion:
    """The occasion in a row."""
    return Occasion(
        uuid=row["uuid"],
        version=row["version"],
        account=row["account"],
        contact=row["contact"],
        facts=OccasionFacts(
            title=row["title"],
            kind=OccasionKind(row["kind"]),
            day=row["day"],
            yearly=row["yearly"],
            note=row["note"],
        ),
        create_time=row["create_time"],
        update_time=row["update_time"],
        delete_time=row["delete_time"],
    )


async def get_occasion(read: Read, uuid: UUID, *, permission: str) -> Occasion:
    """The occasion, archived or not, where the permission reaches its account; raises OccasionNotFound."""
    statement = _seen(read, permission).where(OCCASIONS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise OccasionNotFound(occasion=f"occasions/{uuid}")
    return from_row(row)


async def list_occasions(read: Read, wanted: PageRequest, *, show_deleted: bool) -> Page[Occasion]:
    """A page of the occasions of accounts the reader may see; archived ones where asked for."""
    statement = _seen(read, READING)
    if not show_deleted:
        statement = statement.where(OCCASIONS.c.delete_time.is_(None))
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


def _seen(read: Read, permission: str) -> Select[Any]:
    of_accounts = select(OCCASIONS).join(ACCOUNTS, ACCOUNTS.c.uuid == OCCASIONS.c.account)
    shared = let_at(read.now)
    return scope(of_accounts, ACCOUNTS, principal=read.principal, permission=permission, shared=shared)


_LISTING = Listing(
    fields={
        "account": reference(OCCASIONS.c.account, "accounts"),
        "contact": reference(OCCASIONS.c.contact, "contacts"),
        "kind": choice(OCCASIONS.c.kind, KINDS),
        "yearly": truth(OCCASIONS.c.yearly),
        "day": day(OCCASIONS.c.day),
        "create_time": instant(OCCASIONS.c.create_time),
    },
    orders={
        "create_time": Order(OCCASIONS.c.create_time, datetime.fromisoformat),
        "update_time": Order(OCCASIONS.c.update_time, datetime.fromisoformat),
    },
    order_by="create_time desc",
    tie=OCCASIONS.c.uuid,
)
