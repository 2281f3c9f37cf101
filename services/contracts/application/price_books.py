"""Price books (价目表): what products are listed at."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.domain.price_book import PriceBook, PriceBookFacts, open_book
from services.contracts.domain.product import ProductUnknown
from services.contracts.storage import price_books
from services.contracts.storage.price_books import PRICE_BOOK_RECORD
from services.contracts.storage.products import products_of


async def create_price_book(work: UnitOfWork, *, facts: PriceBookFacts) -> PriceBook:
    """A price book lists known products, each once per quantity. Raises PriceBookInvalid and ProductUnknown."""
    await _must_be_known(work, facts)
    parents = await price_books.books_from(work, facts.parent) if facts.parent else ()
    return work.save(PRICE_BOOK_RECORD, open_book(uuid=work.new_id(), facts=facts, parents=parents, now=work.now))


async def get_price_book(read: Read, *, uuid: UUID) -> PriceBook:
    """A price book shows its prices. Raises PriceBookNotFound."""
    return await price_books.get_price_book(read, uuid)


async def list_price_books(read: Read, *, wanted: PageRequest) -> Page[PriceBook]:
    """Price books are listed by name."""
    return await price_books.list_price_books(read, wanted)


async def update_price_book(work: UnitOfWork, *, uuid: UUID, seen: int, facts: PriceBookFacts) -> PriceBook:
    """New prices hold for quotes written from now on.

    Raises PriceBookNotFound, StaleVersion, PriceBookInvalid, ProductUnknown.
    """
    book = await price_books.get_price_book(work, uuid)
    if book.version != seen:
        raise StaleVersion(resource=book.resource)
    await _must_be_known(work, facts)
    parents = await price_books.books_from(work, facts.parent) if facts.parent else ()
    change = book.updated(facts=facts, parents=parents, now=work.now)
    return work.save(PRICE_BOOK_RECORD, change) if change.events else book


async def _must_be_known(read: Read, facts: PriceBookFacts) -> None:
    named = {entry.product for entry in facts.entries}
    missing = named - set(await products_of(read, named)) if named else set()
    if missing:
        raise ProductUnknown(product=f"products/{min(missing)}", field="price_book.entries")
