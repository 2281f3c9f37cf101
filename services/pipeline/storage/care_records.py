"""The gift log in its table; who may see the account decides who sees its entries."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, day, instant, read_page, reference
from chassis.scope import scope
from chassis.work import Read, Record
from kernel.money import Money
from services.pipeline.domain.care_record import CareFacts, CareKind, CareRecord, CareRecordNotFound, Correction
from services.pipeline.storage.account_tables import ACCOUNTS
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.care_tables import CARE_RECORDS
from services.pipeline.storage.reached_accounts import let_at


def to_row(record: CareRecord) -> Mapping[str, object]:
    """The columns of an entry."""
    facts, struck = record.facts, record.correction
    return {
        "uuid": record.uuid,
        "account": record.account,
        "contact": record.contact,
        "kind": facts.kind.value,
        "day": facts.day,
        "worth_minor": facts.worth.minor if facts.worth else None,
        "worth_currency": facts.worth.currency if facts.worth else None,
        "note": facts.note,
        "occasion": facts.occasion,
        "birthday": facts.birthday,
        "member": record.member,
        "corrects": record.corrects,
        "correct_time": struck.time if struck else None,
        "correction_reason": struck.reason if struck else "",
        "create_time": record.create_time,
    }


CARE_RECORD: Record[CareRecord] = Record(kind="care_record", collection="careRecords", table=CARE_RECORDS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> CareRecord:
    """The entry in a row."""
    minor, currency, struck = row["worth_minor"], row["worth_currency"], row["correct_time"]
    return CareRecord(
        uuid=row["uuid"],
        version=row["version"],
        account=row["account"],
        contact=row["contact"],
        facts=CareFacts(
            kind=CareKind(row["kind"]),
            day=row["day"],
            worth=None if minor is None else Money(minor=minor, currency=currency),
            note=row["note"],
            occasion=row["occasion"],
            birthday=row["birthday"],
        ),
        member=row["member"],
        corrects=row["corrects"],
        correction=Correction(time=struck, reason=row["correction_reason"]) if struck else None,
        create_time=row["create_time"],
    )


async def get_care_record(read: Read, uuid: UUID, *, permission: str) -> CareRecord:
    """The entry, struck out or not, where the permission reaches its account; raises CareRecordNotFound."""
    statement = _seen(read, permission).where(CARE_RECORDS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise CareRecordNotFound(care_record=f"careRecords/{uuid}")
    return from_row(row)


async def list_care_records(read: Read, wanted: PageRequest, *, show_corrected: bool) -> Page[CareRecord]:
    """A page of the gift log, as far as the reader may see the accounts; what was struck out where asked for."""
    statement = _seen(read, READING)
    if not show_corrected:
        statement = statement.where(CARE_RECORDS.c.correct_time.is_(None))
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def given(read: Read, contact: UUID, *, year: int, currency: str, besides: UUID | None) -> Money:
    """What a person was given in a calendar year by whomever, as far as it stands, but for one entry."""
    counted = select(func.coalesce(func.sum(CARE_RECORDS.c.worth_minor), 0)).where(
        CARE_RECORDS.c.contact == contact,
        CARE_RECORDS.c.day.between(date(year, 1, 1), date(year, 12, 31)),
        CARE_RECORDS.c.worth_currency == currency,
        CARE_RECORDS.c.correct_time.is_(None),
        CARE_RECORDS.c.uuid.is_distinct_from(besides),
    )
    return Money(minor=int(await read.connection.scalar(counted) or 0), currency=currency)


def _seen(read: Read, permission: str) -> Select[Any]:
    of_accounts = select(CARE_RECORDS).join(ACCOUNTS, ACCOUNTS.c.uuid == CARE_RECORDS.c.account)
    shared = let_at(read.now)
    return scope(of_accounts, ACCOUNTS, principal=read.principal, permission=permission, shared=shared)


_KINDS = {f"CARE_KIND_{kind.name}": kind.value for kind in CareKind}
_LISTING = Listing(
    fields={
        "account": reference(CARE_RECORDS.c.account, "accounts"),
        "contact": reference(CARE_RECORDS.c.contact, "contacts"),
        "occasion": reference(CARE_RECORDS.c.occasion, "occasions"),
        "kind": choice(CARE_RECORDS.c.kind, _KINDS),
        "member": reference(CARE_RECORDS.c.member, "members"),
        "day": day(CARE_RECORDS.c.day),
        "create_time": instant(CARE_RECORDS.c.create_time),
    },
    orders={
        "day": Order(CARE_RECORDS.c.day, date.fromisoformat),
        "create_time": Order(CARE_RECORDS.c.create_time, datetime.fromisoformat),
    },
    order_by="day desc",
    tie=CARE_RECORDS.c.uuid,
)
