"""PriceBookService on the wire."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from google.type.date_pb2 import Date
from millrace.contracts.v1 import price_book_pb2
from millrace.contracts.v1 import price_book_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import (
    MoneyCurrencyUnknown,
    changed_fields,
    date_message,
    date_of,
    decimal_message,
    decimal_of,
    instant,
    named,
    reference,
    required_version,
    uuid_of,
)
from chassis.work import Store, UnitOfWork
from kernel.money import CURRENCIES
from services.contracts.application.price_books import (
    create_price_book,
    get_price_book,
    list_price_books,
    update_price_book,
)
from services.contracts.domain.price_book import PriceBook, PriceBookFacts, PriceEntry

LARGEST_NUMBER = Decimal(10**9)
PLACES = 4


class PriceBookServicer:
    """Price books (价目表)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreatePriceBook(self, request: contract.CreatePriceBookRequest, call: Call) -> price_book_pb2.PriceBook:
        """Begin one."""
        facts = replace(facts_of(request.price_book), active=True)
        answer: price_book_pb2.PriceBook = await self._store.write(
            call, request, lambda work: create_price_book(work, facts=facts), answer=to_message
        )
        return answer

    async def GetPriceBook(self, request: contract.GetPriceBookRequest, call: Call) -> price_book_pb2.PriceBook:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_price_book(read, uuid=uuid)))

    async def ListPriceBooks(
        self, request: contract.ListPriceBooksRequest, call: Call
    ) -> contract.ListPriceBooksResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_price_books(read, wanted=wanted))
        return contract.ListPriceBooksResponse(
            price_books=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdatePriceBook(self, request: contract.UpdatePriceBookRequest, call: Call) -> price_book_pb2.PriceBook:
        """Change the masked fields of one."""
        uuid = uuid_of(request.price_book.name, field="price_book.name")
        seen = required_version(request.price_book.etag, field="price_book.etag")
        paths = changed_fields(request.update_mask, price_book_pb2.PriceBook)
        wanted = facts_of(request.price_book)

        async def use_case(work: UnitOfWork) -> PriceBook:
            known = (await get_price_book(work, uuid=uuid)).facts
            facts = replace(known, **{path: getattr(wanted, path) for path in paths})
            return await update_price_book(work, uuid=uuid, seen=seen, facts=facts)

        answer: price_book_pb2.PriceBook = await self._store.write(call, request, use_case, answer=to_message)
        return answer


def facts_of(message: price_book_pb2.PriceBook) -> PriceBookFacts:
    """What a message says of a price book; raises InvalidField."""
    if message.currency and message.currency not in CURRENCIES:
        raise MoneyCurrencyUnknown(field="price_book.currency", currency=message.currency)
    return PriceBookFacts(
        display_name=message.display_name.strip(),
        currency=message.currency,
        parent=reference(message.parent, field="price_book.parent"),
        valid_from=_day(message.valid_from, "valid_from") if message.HasField("valid_from") else None,
        valid_until=_day(message.valid_until, "valid_until") if message.HasField("valid_until") else None,
        active=message.active,
        entries=tuple(_entry(each, f"price_book.entries[{place}]") for place, each in enumerate(message.entries)),
    )


def _day(message: Date, field: str) -> date:
    return date_of(message, field=f"price_book.{field}")


def _entry(message: price_book_pb2.PriceBookEntry, place: str) -> PriceEntry:
    return PriceEntry(
        product=uuid_of(message.product, field=f"{place}.product"),
        min_quantity=decimal_of(
            message.min_quantity, field=f"{place}.min_quantity", most=LARGEST_NUMBER, places=PLACES
        ),
        unit_price=decimal_of(message.unit_price, field=f"{place}.unit_price", most=LARGEST_NUMBER, places=PLACES),
    )


def to_message(book: PriceBook) -> price_book_pb2.PriceBook:
    """The price book on the wire."""
    facts = book.facts
    return price_book_pb2.PriceBook(
        name=book.resource,
        display_name=facts.display_name,
        currency=facts.currency,
        parent=named("priceBooks", facts.parent),
        valid_from=date_message(facts.valid_from),
        valid_until=date_message(facts.valid_until),
        active=facts.active,
        entries=[
            price_book_pb2.PriceBookEntry(
                product=named("products", entry.product),
                min_quantity=decimal_message(entry.min_quantity),
                unit_price=decimal_message(entry.unit_price),
            )
            for entry in facts.entries
        ],
        create_time=instant(book.create_time),
        update_time=instant(book.update_time),
        etag=str(book.version),
    )
