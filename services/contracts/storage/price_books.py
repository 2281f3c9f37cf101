"""Price books in their table, and the books above each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, literal, select

from chassis.listing import Listing, Order, Page, PageRequest, read_page, reference, text, truth
from chassis.work import Read, Record
from services.contracts.domain.price_book import DEEPEST, PriceBook, PriceBookFacts, PriceBookNotFound, PriceEntry
from services.contracts.storage.quote_tables import PRICE_BOOKS


def to_row(book: PriceBook) -> Mapping[str, object]:
    """The columns of a price book."""
    facts = book.facts
    return {
        "uuid": book.uuid,
        "display_name": facts.display_name,
        "currency": facts.currency,
        "parent": facts.parent,
        "valid_from": facts.valid_from,
        "valid_until": facts.valid_until,
        "active": facts.active,
        "entries": [asdict(entry) for entry in facts.entries],
        "create_time": book.create_time,
        "update_time": book.update_time,
    }


PRICE_BOOK_RECORD: Record[PriceBook] = Record(kind="price_book", collection="priceBooks", table=PRICE_BOOKS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> PriceBook:
    """The price book in a row."""
    return PriceBook(
        uuid=row["uuid"],
        version=row["version"],
        facts=PriceBookFacts(
            display_name=row["display_name"],
            currency=row["currency"],
            parent=row["parent"],
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
            active=row["active"],
            entries=tuple(_entry(each) for each in row["entries"]),
        ),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _entry(stored: Mapping[str, str]) -> PriceEntry:
    return PriceEntry(
        product=UUID(stored["product"]),
        min_quantity=Decimal(stored["min_quantity"]),
        unit_price=Decimal(stored["unit_price"]),
    )


async def get_price_book(read: Read, uuid: UUID) -> PriceBook:
    """The price book; raises PriceBookNotFound."""
    statement = select(PRICE_BOOKS).where(PRICE_BOOKS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise PriceBookNotFound(price_book=f"priceBooks/{uuid}")
    return from_row(row)


async def books_from(read: Read, uuid: UUID) -> Sequence[PriceBook]:
    """The book and those above it, nearest first; empty where it is not known."""
    first = select(PRICE_BOOKS, literal(0).label("step")).where(PRICE_BOOKS.c.uuid == uuid)
    chain = first.cte("chain", recursive=True)
    above = select(PRICE_BOOKS, chain.c.step + 1).where(PRICE_BOOKS.c.uuid == chain.c.parent, chain.c.step < DEEPEST)
    chain = chain.union_all(above)
    rows = (await read.connection.execute(select(chain).order_by(chain.c.step))).mappings()
    return [from_row(row) for row in rows]


async def list_price_books(read: Read, wanted: PageRequest) -> Page[PriceBook]:
    """A page of the price books."""
    page = await read_page(read.connection, select(PRICE_BOOKS), _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


_LISTING = Listing(
    fields={
        "display_name": text(PRICE_BOOKS.c.display_name),
        "currency": text(PRICE_BOOKS.c.currency),
        "parent": reference(PRICE_BOOKS.c.parent, "priceBooks"),
        "active": truth(PRICE_BOOKS.c.active),
    },
    orders={
        "display_name": Order(PRICE_BOOKS.c.display_name),
        "create_time": Order(PRICE_BOOKS.c.create_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=PRICE_BOOKS.c.uuid,
)
