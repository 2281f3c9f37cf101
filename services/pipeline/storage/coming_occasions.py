"""The care calendar (关怀日历): birthdays and agreed occasions on the days on which they come, found by the database.

A yearly day comes on its date of each year; one of the 29th of February on the 28th of years without it, which is what
PostgreSQL makes of it when years are added.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from chassis.listing import Listing, Order, Page, PageRequest, choice, read_page, reference
from chassis.scope import scope
from chassis.work import Read
from services.pipeline.domain.occasion import ComingOccasion, OccasionKind
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.care_tables import OCCASIONS, month_and_day
from services.pipeline.storage.occasions import KINDS
from services.pipeline.storage.reached_accounts import let_at

_SEEING = "pipeline.see_contact"
_NEARLY_A_YEAR = timedelta(days=364)
_BEFORE_LEAP_DAY, _LEAP_DAY = (2, 28), 229


async def list_coming(read: Read, wanted: PageRequest, *, today: date, days: int) -> Page[ComingOccasion]:
    """A page of what comes on `days` days, today being the first, of accounts the reader may see; the nearest first.

    What is archived, or of archived accounts and people, does not come, nor does a birthday to whoever may not see it.
    """
    last = today + timedelta(days=days - 1)
    coming = union_all(_birthdays(read, today, last), _agreed(read, today, last)).subquery("coming")
    page = await read_page(read.connection, select(coming), _listing(coming), wanted)
    return page.of([_coming(row) for row in page.items])


def _birthdays(read: Read, today: date, last: date) -> Select[Any]:
    comes = _next(CONTACTS.c.birth_date, today)
    people = select(
        CONTACTS.c.uuid,
        comes.label("day"),
        literal(OccasionKind.BIRTHDAY.value, Text).label("kind"),
        literal("", Text).label("title"),
        CONTACTS.c.account,
        ACCOUNTS.c.display_name.label("account_display_name"),
        CONTACTS.c.uuid.label("contact"),
        CONTACTS.c.display_name.label("contact_display_name"),
        cast(null(), Uuid).label("occasion"),
        CONTACTS.c.birth_date.label("first_day"),
    ).join(ACCOUNTS, ACCOUNTS.c.uuid == CONTACTS.c.account)
    live = people.where(CONTACTS.c.delete_time.is_(None), in_season(CONTACTS.c.birth_date, today, last), comes <= last)
    if not read.principal.may(_SEEING):
        live = live.where(false())
    shared = let_at(read.now, by="account")
    return scope(live, CONTACTS, principal=read.principal, permission=READING, shared=shared)


def _agreed(read: Read, today: date, last: date) -> Select[Any]:
    comes = case((OCCASIONS.c.yearly, _next(OCCASIONS.c.day, today)), else_=OCCASIONS.c.day)
    days = (
        select(
            OCCASIONS.c.uuid,
            comes.label("day"),
            OCCASIONS.c.kind,
            OCCASIONS.c.title,
            OCCASIONS.c.account,
            ACCOUNTS.c.display_name.label("account_display_name"),
            OCCASIONS.c.contact,
            func.coalesce(CONTACTS.c.display_name, "").label("contact_display_name"),
            OCCASIONS.c.uuid.label("occasion"),
            OCCASIONS.c.day.label("first_day"),
        )
        .join(ACCOUNTS, ACCOUNTS.c.uuid == OCCASIONS.c.account)
        .outerjoin(CONTACTS, CONTACTS.c.uuid == OCCASIONS.c.contact)
    )
    live = days.where(
        *(table.c.delete_time.is_(None) for table in (OCCASIONS, ACCOUNTS, CONTACTS)),
        in_season(OCCASIONS.c.day, today, last),
        comes.between(today, last),
    )
    shared = let_at(read.now)
    return scope(live, ACCOUNTS, principal=read.principal, permission=READING, shared=shared)


def _next(first: Column[Any], today: date) -> ColumnElement[Any]:
    """The first time from today on that a yearly day comes."""
    this_year = _years_later(first, today.year)
    return case((first >= today, first), (this_year >= today, this_year), else_=_years_later(first, today.year + 1))


def _years_later(first: Column[Any], year: int) -> ColumnElement[Any]:
    years = cast(literal(year, Integer) - extract("year", first), Integer)
    return cast(first + func.make_interval(years), Date)


def in_season(first: Column[Any], today: date, last: date) -> ColumnElement[bool]:
    """Whether a day lies in the part of the year from today to the last day: roughly, but by an index."""
    if last - today >= _NEARLY_A_YEAR:
        return true()
    place, begin = month_and_day(first), _place(today)
    # The 29th comes on the 28th where there is none.
    end = _LEAP_DAY if (last.month, last.day) == _BEFORE_LEAP_DAY else _place(last)
    return and_(place >= begin, place <= end) if begin <= end else or_(place >= begin, place <= end)


def _place(day: date) -> int:
    return day.month * 100 + day.day


def _coming(row: Any) -> ComingOccasion:
    told = {name: row[name] for name in row if name != "uuid"}
    return ComingOccasion(**{**told, "kind": OccasionKind(row["kind"])})


def _listing(rows: Any) -> Listing:
    return Listing(
        fields={
            "account": reference(rows.c.account, "accounts"),
            "contact": reference(rows.c.contact, "contacts"),
            "kind": choice(rows.c.kind, KINDS),
        },
        orders={"day": Order(rows.c.day, date.fromisoformat)},
        order_by="day",
        tie=rows.c.uuid,
    )
